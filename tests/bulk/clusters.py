"""Clusters of dask.distributed: schedulers and workers that are processes of their own."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import ROOT

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra `dask` is not installed"
)
PATIENCE = 60
"""Seconds in which a cluster is up."""


@dataclass(frozen=True)
class Cluster:
    """Where the scheduler listens, and the processes of the workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def until(done: Callable[[], bool]) -> None:
    """Wait for something that is announced by nothing but its being there."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def started(folder: Path, *arguments: str, within: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the cluster, which ends with all that it has started; `within` runs it elsewhere."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with open(folder / "cluster.log", "ab") as log:
        command = [*within, sys.executable, "-m", "dask", *arguments]
        running = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@contextmanager
def cluster(folder: Path, *tls: str, nanny: bool = False) -> Iterator[Cluster]:
    folder.mkdir()
    written = folder / "scheduler.json"
    with ExitStack() as stack:
        host = ("--host", "tls://127.0.0.1" if tls else "127.0.0.1")
        stack.enter_context(
            started(folder, "scheduler", *host, "--port", "0", "--no-dashboard", "--scheduler-file", str(written), *tls)
        )
        until(lambda: written.exists() and written.stat().st_size > 0)
        worker = ("worker", "--scheduler-file", str(written), "--nworkers", "1", "--nthreads", "1")
        where = ("--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(folder), "--memory-limit", "0", *tls)
        where += () if nanny else ("--no-nanny",)
        workers = [stack.enter_context(started(folder, *worker, *where)) for _ in range(2)]
        yield Cluster(json.loads(written.read_text())["address"], workers)
