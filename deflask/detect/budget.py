"""What one candidate may cost: beyond that it is an error, so that nobody takes for clean what was not examined."""

from __future__ import annotations

import time

from deflask.files.errors import SourceError

MOST_STEPS = 100_000
"""Expressions that are evaluated, and places that are judged, for one candidate."""
MOST_SECONDS = 30
"""Seconds of a processor for one candidate, for what takes long without many steps: thousands of places in one file."""
_INTERVAL = 50
"""Steps between two looks at the clock."""


class Budget:
    """Counts what has been spent."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start on another candidate."""
        self._steps = 0
        self._end = time.thread_time() + MOST_SECONDS

    def step(self) -> None:
        """Count a step. Raises SourceError when nothing is left."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise SourceError(f"takes more than {MOST_STEPS} steps to be examined")
        if self._steps % _INTERVAL == 0 and time.thread_time() > self._end:
            raise SourceError(f"takes more than {MOST_SECONDS} seconds to be examined")
