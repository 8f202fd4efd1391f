"""Files that are looked at in several processes, which take what they need from this one as it stands."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deflask.files.read import Identity
from deflask.plan import Sighting
from deflask.unit import Unit

_WORTH = 1_500_000
"""Bytes of files to be looked at from which on a second process is worth its start: half a second's work."""
_SHARES = 8
"""Portions for each process: files take unequally long."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a file came to; its bytes where anything was seen."""

    sightings: tuple[Sighting, ...] = ()
    error: str | None = None
    data: bytes | None = None
    identity: Identity | None = None
    notes: tuple[str, ...] = ()


Look = Callable[[Unit], Seen]
_work: tuple[Look, Sequence[Unit]] | None = None
"""What the processes find in place when they begin: nothing of it is sent."""


def are_enough(units: Sequence[Unit]) -> bool:
    """Whether it is worth looking at files in several processes. Only Linux is known to fork without harm."""
    return sys.platform == "linux" and sum(map(_size, units)) >= _WORTH


def look_in_several(units: Sequence[Unit], look: Look, jobs: int) -> Iterator[Seen]:
    """What each file shows, in order. A file that ends the process that looks at it has that as its error."""
    from concurrent.futures.process import BrokenProcessPool

    done = 0
    try:
        for seen in _looked_at(units, look, jobs):
            yield seen
            done += 1
    except BrokenProcessPool:
        # It is not told which of them it was: each gets a process of its own.
        for unit in units[done:]:
            try:
                yield from _looked_at([unit], look, 1)
            except BrokenProcessPool:
                yield Seen(error="the process that examined it was ended")


def _looked_at(units: Sequence[Unit], look: Look, jobs: int) -> Iterator[Seen]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    import deflask.rules._judge
    import deflask.scan  # noqa: F401 - here, once, and not in each of them

    global _work
    _work = look, units
    pool = ProcessPoolExecutor(jobs, get_context("fork"), initializer=_begin)
    try:
        for seen in pool.map(_portion, *zip(*_portions(units, jobs), strict=True)):
            yield from seen
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        _work = None


def _begin() -> None:
    # Ctrl-C reaches all processes of a terminal; what there is to be said about it, the first one says.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _portion(first: int, end: int) -> list[Seen]:
    assert _work is not None, "a process that is forked has what there was"
    look, units = _work
    return [look(unit) for unit in units[first:end]]


def _portions(units: Sequence[Unit], jobs: int) -> list[tuple[int, int]]:
    """From where to where each portion goes: neighbours stay together, for they import the same modules."""
    sizes = [_size(unit) for unit in units]
    most = sum(sizes) / (jobs * _SHARES)
    ends, held = [], 0
    for number, size in enumerate(sizes):
        held += size
        if held >= most or number + 1 == len(sizes):
            ends.append(number + 1)
            held = 0
    return list(zip([0, *ends], ends, strict=False))


def _size(unit: Unit) -> int:
    if unit.data is not None:
        return len(unit.data)
    try:
        return os.stat(unit.path).st_size
    except OSError:
        return 0
