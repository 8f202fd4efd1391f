"""Worker processes on this machine, one task each at a time, so that it is known what a process dies of."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from deflask.bulk.engines import Lost, Work
from deflask.bulk.engines.process import Worker, start
from deflask.bulk.model import Outcome, Task

_ATTEMPTS = 2
"""How often a task may end the process that works on it: the first time it may be somebody else's fault."""
SECONDS = 1800.0
"""What a repository may take as a whole, whatever it is busy with."""


@dataclass(frozen=True, slots=True)
class Local:
    """The engine; `seconds` is for each task."""

    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    seconds: float = SECONDS
    local: bool = field(default=True, init=False)

    def run(self, work: Work, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome | Lost]]:
        """See `Engine`."""
        with contextlib.closing(Pool(work, self.seconds)) as pool:
            waiting = iter(tasks)
            for task in waiting:
                pool.give(task)
                if len(pool.busy) == self.jobs:
                    yield from pool.finished()
            while pool.busy:
                yield from pool.finished()


@dataclass(slots=True)
class Pool:
    """Processes that are busy and processes that wait."""

    work: Work
    seconds: float
    busy: list[Worker] = field(default_factory=list)
    idle: list[Worker] = field(default_factory=list)

    def give(self, task: Task, attempts: int = 1) -> None:
        """Hand a task to a process, a new one where none waits."""
        while self.idle:
            worker = self.idle.pop()
            try:
                worker.give(task, attempts, self.seconds)
            except OSError:  # it was ended while it waited
                worker.end()
                continue
            self.busy.append(worker)
            return
        worker = start(self.work)
        self.busy.append(worker)
        with contextlib.suppress(OSError):  # that it has ended is what comes of it
            worker.give(task, attempts, self.seconds)

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

    def _result(self, worker: Worker, late: bool) -> Outcome | Lost | None:
        """What a process has sent; None where its task goes to another one."""
        assert worker.task is not None
        if late:
            worker.end()
            return Lost(f"more than {self.seconds:g} seconds", slow=True)
        try:
            outcome: Outcome = worker.connection.recv()
        except (EOFError, OSError):
            worker.end()
            if worker.attempts < _ATTEMPTS:
                self.give(worker.task, worker.attempts + 1)
                return None
            return Lost(f"the process ended with {worker.process.returncode}, {worker.attempts} times")
        self.idle.append(worker)
        return outcome

    def close(self) -> None:
        """End all processes, all at once."""
        workers = [*self.busy, *self.idle]
        self.busy, self.idle = [], []
        for worker in workers:
            worker.dismiss()
        for worker in workers:
            worker.end()
