"""One file of a run, and what became of it so far."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from deflask.files.errors import SourceError
from deflask.files.read import Identity, read
from deflask.model import Settings
from deflask.plan import Sighting
from deflask.rewrite.errors import UnprovedError

if TYPE_CHECKING:
    from deflask.detect.module import Module
    from deflask.rewrite.fix import Rewritten

REPORT = "this is a bug of deflask, the file was left alone; please report it"
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Unit:
    """One file of the run.

    `data` is kept where it did not come from the file, or nobody else has it, `identity` where it did; what was seen in
    it, and its module where anything was. One that is `shut` is not looked at.
    """

    path: str
    settings: Settings
    data: bytes | None = None
    shut: bool = False
    identity: Identity | None = None
    sightings: tuple[Sighting, ...] = ()
    module: Module | None = None
    error: str | None = None
    rewritten: Rewritten | None = None
    output: bytes | None = None

    @property
    def location(self) -> str:
        """The absolute path."""
        return os.path.abspath(self.path)

    def read(self) -> bytes:
        """The file's bytes. Raises SourceError with the cause."""
        if self.data is not None:
            return self.data
        data, identity = read(self.path)
        self.identity = self.identity or identity
        return data

    def guarded(self, work: Callable[[], _Result]) -> _Result | None:
        """The result of a step; what stops it becomes the file's error."""
        try:
            return work()
        except SourceError as error:
            self.error = str(error)
        except UnprovedError as error:
            self.error = f"{error}: {REPORT}"
        except RecursionError:
            self.error = "nested too deeply to be examined"
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}: {REPORT}"
        return None
