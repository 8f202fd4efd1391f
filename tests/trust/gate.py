"""What the gate hides: the findings that are there with it held open, and not with it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deflask.detect.gate import Gate
from deflask.detect.project import Project
from deflask.engine import check_source
from deflask.look import letters
from deflask.model import Finding, Settings
from deflask.rules import load

EVERY = (Settings(), Settings(select=("ALL",)), *(Settings(select=(code,)) for code in load()))
"""The rules that are on by default, all of them, and each by itself: every choice has a gate of its own."""


@contextmanager
def held_open() -> Iterator[None]:
    """Have every file looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gate, "opens", lambda gate, data: True)
        patch.setattr(Gate, "codes", lambda gate, data: set(load()))
        yield


def hidden(data: bytes, path: str, settings: Settings, project: Project | None = None) -> list[Finding]:
    """The findings that the gate keeps from its users, or `git grep` from the gate. Raises SourceError."""
    with held_open():
        there = check_source(data, path, project, settings=settings)
    shown = check_source(data, path, project, settings=settings)
    greppable = any(letter in data for letter in letters(settings))
    return [finding for finding in there if finding not in shown or not greppable]
