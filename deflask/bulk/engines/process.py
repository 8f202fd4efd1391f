"""A process that works for an engine, as the engine sees it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from deflask.bulk.engines import Work
from deflask.bulk.model import Task

_BEGIN = (
    "import sys; sys.path[:] = sys.argv[2:]; from deflask.bulk.engines.serving import serve; serve(int(sys.argv[1]))"
)
_GRACE = 5.0
"""Seconds in which a process ends the git that it has started."""


@dataclass(eq=False, slots=True)
class Worker:
    """One process, and the task that it has."""

    process: subprocess.Popen[bytes]
    connection: Connection
    task: Task | None = None
    deadline: float = 0.0
    attempts: int = 0

    def give(self, task: Task, attempts: int, seconds: float) -> None:
        """Hand it a task. Raises OSError where it has ended."""
        self.task, self.attempts, self.deadline = task, attempts, time.monotonic() + seconds
        self.connection.send(task)

    def dismiss(self) -> None:
        """Let it end, with what it has started."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.connection.close()

    def end(self) -> None:
        """See to it that it ends."""
        self.dismiss()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_GRACE)
        self.process.kill()
        self.process.wait()


def start(work: Work) -> Worker:
    """A process that does some work.

    It inherits the lock of the campaign, so that nobody else works on that while it is there. A Ctrl-C does not reach
    it; its standard input ends with this process, and it ends with that.
    """
    ours, theirs = Pipe()
    with theirs:
        os.set_inheritable(theirs.fileno(), True)
        process = subprocess.Popen(
            [sys.executable, "-c", _BEGIN, str(theirs.fileno()), *sys.path],
            stdin=subprocess.PIPE,
            close_fds=False,
            start_new_session=True,
        )
    worker = Worker(process, ours)
    with contextlib.suppress(OSError):  # one that has ended gets no task either
        ours.send(work)
    return worker
