"""What runs the work: processes of this machine, or a cluster. A result is handed on as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from deflask.bulk.model import Outcome, Task

Work = Callable[[Task], Outcome]


class EngineError(Exception):
    """The engine cannot be used; the message is the cause, in one line."""


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no outcome: whatever worked on it died, or was `slow` and ended."""

    cause: str
    slow: bool = False


class Engine(Protocol):
    """Does work on tasks; how many of them are outstanding is bounded, so tasks may come from a generator."""

    @property
    def local(self) -> bool:
        """Whether workers share this machine's disk."""

    def run(self, work: Work, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome | Lost]]:
        """Each task with what came of it, in the order in which they are done."""
