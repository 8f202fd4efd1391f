"""Every fixture pair, as it is, in other forms, and twice."""

from __future__ import annotations

import ast
import warnings

import pytest

from deflask.model import Status
from tests.cases import VARIANTS, Case, cases, report, variant

CASES = cases()
IDS = [case.name for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_case(case: Case, request: pytest.FixtureRequest) -> None:
    """What comes out is the pair's other half, and what is reported is what the pair says."""
    result = case.run()
    if request.config.getoption("--update-fixtures"):
        _update(case, result.output, report(result))
        return
    assert (result.output or case.before) == case.after, (result.diff or b"nothing changed").decode("utf-8", "replace")
    assert report(result) == (case.report or "")
    if case.kind == "keep":
        assert not result.findings
        assert result.status is Status.CLEAN
    elif case.kind == "refuse":
        assert result.output is None
        assert case.report


def _update(case: Case, output: bytes | None, lines: str) -> None:
    if output is not None:
        case.sibling(f".out{case.path.suffix}").write_bytes(output)
    if lines:
        case.sibling(".txt").write_text(lines, encoding="utf-8")


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "fix"], ids=lambda case: case.name)
def test_expectation_compiles_and_is_stable(case: Case) -> None:
    """A wrong expectation cannot pass: it compiles, and fixing it again changes nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in case.sources(case.after):
            compile(source, case.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    assert case.before != case.after
    assert case.run(case.after).output is None


# A form that is a case's own point, or that it cannot have, is no variant of it.
VARIED = [(case, pair, kind) for case in CASES for kind in VARIANTS if (pair := variant(case, kind)) is not None]


@pytest.mark.parametrize(
    ("case", "pair"),
    [(case, pair) for case, pair, _ in VARIED],
    ids=[f"{case.name}-{kind}" for case, _, kind in VARIED],
)
def test_variant(case: Case, pair: tuple[bytes, bytes]) -> None:
    """Line ends, a byte order mark, tabs and a missing final newline come out as they went in."""
    before, after = pair
    result = case.run(before)
    assert (result.output or before) == after
