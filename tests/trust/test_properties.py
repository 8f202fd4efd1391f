"""A hundred made-up programs; `python -m tests.trust.properties` makes as many as you like."""

from __future__ import annotations

import pytest

from tests.cases import cases
from tests.trust.judge import faults
from tests.trust.properties import Count, edits_of, run


@pytest.mark.filterwarnings("ignore")
def test_spliced_programs() -> None:
    """What `holds` asserts is true of all of them, always the same ones, so that none fails by chance."""
    count = Count()
    run(100, None, count)
    assert count.by_kind["through git"] >= 100
    assert count.by_kind["fixed"] > 50
    assert len(count.by_rule) >= 5, count


@pytest.mark.filterwarnings("ignore")
def test_fixtures_do_what_they_report() -> None:
    """The judge has nothing against any pair, and would have if one edit were not reported."""
    judged = 0
    for case in cases():
        result = case.run() if case.path.suffix == ".py" else None
        if result is None or result.output is None:
            continue
        try:
            edits = edits_of(result)
            assert faults(case.before, result.output, edits, case.settings) == [], case.name
            assert faults(case.before, result.output, edits[1:], case.settings), case.name
            assert faults(case.before, result.output + b"\nx = 1\n", edits, case.settings), case.name
        except RecursionError:
            continue  # Python's own `ast.dump` cannot hold it.
        judged += 1
    assert judged > 500
