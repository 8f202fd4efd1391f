"""Work in a process of its own, where the one at hand is somebody else's, as the worker of a cluster is."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace

from deflask.bulk.engines import Lost, Work
from deflask.bulk.engines.local import Pool
from deflask.bulk.model import Outcome, Task

_HERE = threading.local()
"""Each thread has a process, which ends with this one."""


def limited(work: Work, task: Task, seconds: float) -> Outcome | Lost:
    """What comes of a task under the limits of the local engine; whatever ends the process leaves no files."""
    pool = getattr(_HERE, "pool", None)
    if pool is None or (pool.work, pool.seconds) != (work, seconds):
        if pool is not None:
            pool.close()
        pool = _HERE.pool = Pool(work, seconds)
    with tempfile.TemporaryDirectory(prefix="deflask-", ignore_cleanup_errors=True) as scratch:
        pool.give(replace(task, scratch=scratch))
        while not (done := pool.finished()):
            pass
    [(_, result)] = done
    return result
