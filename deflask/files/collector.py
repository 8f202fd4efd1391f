"""The garbage collector, which more than doubles the time that large trees take."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_BUDGET = 4_000_000
"""Bytes of source after which it looks for what nobody needs any more: trees take a hundred times that."""


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Litter:
    """Has it run by the amount of source that was read, not by the number of objects in the trees."""

    def __init__(self) -> None:
        self._read = 0

    def add(self, size: int) -> None:
        """Count the bytes of a file that was read."""
        self._read += size
        if self._read > _BUDGET:
            self._read = 0
            gc.collect()
