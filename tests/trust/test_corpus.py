"""A sample of the files at hand; `python -m tests.trust.corpus` goes through all of them."""

from __future__ import annotations

import random

import pytest

from tests.trust.corpus import SEED, files, run


@pytest.mark.filterwarnings("ignore")
def test_sample() -> None:
    """Nothing crashes, nothing changes that is not asked for, and what is spliced in is fixed."""
    small = [path for path in files() if path.stat().st_size < 30_000]
    count, fixes = run(random.Random(SEED).sample(small, 40), 12)
    assert count["files"] == 40
    assert count["expressions put"] > 150
    assert count["statements guarded"] > 50
    assert fixes.by_kind["fixed"] >= 4
