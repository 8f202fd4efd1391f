"""Two fixed jobs do not take many more instructions than when they were last looked at."""

from __future__ import annotations

import pytest

from tests.benchmarks.instructions import BOUNDS, TOLERANCE, ratios, why_not


def test_instructions_stay_within_their_bounds() -> None:
    """A count is the same on a busy machine, where a clock says nothing; it takes valgrind about 20 seconds."""
    if reason := why_not():
        pytest.skip(reason)
    now = ratios()
    assert now.keys() == BOUNDS.keys()
    over = {job: f"{now[job]:.2f} of {bound:.2f}" for job, bound in BOUNDS.items() if now[job] > bound * TOLERANCE}
    assert not over
