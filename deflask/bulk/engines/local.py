"""Worker processes on this machine, one task each at a time, so that it is known what a process dies of."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from deflask.bulk.engines import Lost, Work
from deflask.bulk.model import Outcome, Task

_ATTEMPTS = 2
"""How often a task may end the process that works on it: the first time it may be somebody else's fault."""


@dataclass(frozen=True, slots=True)
class Local:
    """The engine. `seconds` is what a repository may take as a whole, whatever it is busy with."""

    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    seconds: float = 1800
    local: bool = field(default=True, init=False)

    def run(self, work: Work, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome | Lost]]:
        """See `Engine`."""
        with contextlib.ExitStack() as stack:
            pool = _Pool(work, stack, self.seconds)
            waiting = iter(tasks)
            for task in waiting:
                pool.give(task)
                if len(pool.busy) == self.jobs:
                    yield from pool.finished()
            while pool.busy:
                yield from pool.finished()


@dataclass(eq=False, slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: Task | None = None
    deadline: float = 0.0
    attempts: int = 0


@dataclass(slots=True)
class _Pool:
    """Processes that are busy and processes that wait."""

    work: Work
    stack: contextlib.ExitStack
    seconds: float
    busy: list[_Worker] = field(default_factory=list)
    idle: list[_Worker] = field(default_factory=list)

    def give(self, task: Task, attempts: int = 1) -> None:
        """Hand a task to a process, a new one where none waits."""
        while True:
            worker = self.idle.pop() if self.idle else self._started()
            worker.task, worker.attempts, worker.deadline = task, attempts, time.monotonic() + self.seconds
            try:
                worker.connection.send(task)
            except OSError:  # it was ended while it waited
                continue
            self.busy.append(worker)
            return

    def _started(self) -> _Worker:
        # A process that is forked would share the journal's locks.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self.work), daemon=True)
        process.start()
        theirs.close()
        self.stack.callback(_end, process, ours)
        return _Worker(process, ours)

    def finished(self) -> list[tuple[Task, Outcome | Lost]]:
        """What at least one process has come to; tasks whose process died are given to another one."""
        left = max(0.0, min(worker.deadline for worker in self.busy) - time.monotonic())
        ready = wait([worker.connection for worker in self.busy], timeout=left)
        done: list[tuple[Task, Outcome | Lost]] = []
        for worker in list(self.busy):
            late = time.monotonic() > worker.deadline
            if worker.connection in ready or late:
                self.busy.remove(worker)
                assert worker.task is not None
                result = self._result(worker, late and worker.connection not in ready)
                if result is not None:
                    done.append((worker.task, result))
        return done

    def _result(self, worker: _Worker, late: bool) -> Outcome | Lost | None:
        """What a process has sent; None where its task goes to another one."""
        assert worker.task is not None
        if late:
            _end(worker.process, worker.connection)
            return Lost(f"more than {self.seconds:g} seconds", slow=True)
        try:
            outcome: Outcome = worker.connection.recv()
        except (EOFError, OSError):
            _end(worker.process, worker.connection)
            if worker.attempts < _ATTEMPTS:
                self.give(worker.task, worker.attempts + 1)
                return None
            return Lost(f"the process ended with {worker.process.exitcode}, {worker.attempts} times")
        self.idle.append(worker)
        return outcome


def _end(process: BaseProcess, connection: Connection) -> None:
    """End a process and what it has started, if it has not ended."""
    connection.close()
    if process.pid is not None and process.is_alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        process.join(_GRACE)
    process.kill()
    process.join()


_MEMORY = 4 << 30
"""Bytes that a process, and each git that it starts, may have."""
_GRACE = 5.0
"""Seconds in which a process ends the git that it has started."""


def _serve(connection: Connection, work: Work) -> None:
    """The life of a process: a task comes, an outcome goes, until nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    # What a hostile file makes of the parser is that file's trouble, not the machine's.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send(work(connection.recv()))


def _leave(*_: object) -> None:
    raise SystemExit(1)
