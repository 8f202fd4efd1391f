"""The proof refuses whatever was not reported."""

from __future__ import annotations

import pytest

from deflask.files.source import Source, parse
from deflask.model import Edit, EditKind, Settings, Span
from deflask.rewrite.apply import Segment, splice
from deflask.rewrite.errors import UnprovedError
from deflask.rewrite.verify import Proof

BEFORE = (
    b"import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\nport = 80\napp.run(port=port, debug=True)\nx = 1\n"
)
READ = 'os.environ.get("FLASK_DEBUG") == "1"'
GUARDED = f'if __name__ == "__main__":\n    app.run(port=port, debug={READ})\n'
VALUE = Edit(EditKind.VALUE, Span(7, 26, 7, 30))
GUARD = Edit(EditKind.GUARD, Span(7, 1, 7, 31))


def prove(new_statement: str, edits: dict[Edit, str] | None = None) -> set[Span]:
    source = parse(BEFORE, "m.py")
    segments = [Segment(7, 8, new_statement.encode())]
    proof = Proof(source, segments, {VALUE: READ, GUARD: ""} if edits is None else edits)
    proof.run(splice(source, segments))
    return proof.places


def test_what_was_reported_is_proved() -> None:
    assert prove(GUARDED) == {Span(8, 30, 8, 66)}


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        (GUARDED.replace("port=port", "port=5000"), "differs beyond the edits"),
        (GUARDED.replace("port=port, ", ""), "differs beyond the edits"),
        (GUARDED.replace("FLASK_DEBUG", "DEBUG"), "not what was to be put"),
        (GUARDED.replace("__main__", "main"), "guard is not where"),
        (f"app.run(port=port, debug={READ})\n", "guard is not where"),
        (GUARDED + "else:\n    pass\n", "guard is not where"),
        (GUARDED + "y = 2\n", "not those that were there"),
        ("", "not those that were there"),
        (GUARDED.replace(")\n", "\n"), "does not parse"),
    ],
)
def test_anything_else_is_refused(statement: str, cause: str) -> None:
    with pytest.raises(UnprovedError, match=cause):
        prove(statement)


def test_an_edit_that_was_not_made_is_refused() -> None:
    with pytest.raises(UnprovedError, match="was not made"):
        prove(GUARDED, {VALUE: READ, GUARD: "", Edit(EditKind.VALUE, Span(1, 1, 1, 2)): READ})


def test_bytes_outside_of_the_segments_are_refused() -> None:
    source = parse(BEFORE, "m.py")
    segments = [Segment(7, 8, GUARDED.encode())]
    proof = Proof(source, segments, {VALUE: READ, GUARD: ""})
    with pytest.raises(UnprovedError, match="bytes outside"):
        proof.run(splice(source, segments).replace(b"x = 1", b"x = 2"))


def test_no_fixture_finding_is_hidden_by_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate is a shortcut, no judgement: with it held open the rules find the same."""
    from deflask import check_source
    from deflask.detect.gate import Gate
    from deflask.rules import load
    from tests.cases import cases

    def everything(gate: Gate, data: bytes) -> bool:
        return b"\0" not in data

    readable = [case for case in cases() if not (case.report or "").startswith("0 error")]
    usual = [check_source(case.before, case.logical_path, settings=case.settings) for case in readable]
    monkeypatch.setattr(Gate, "opens", everything)
    monkeypatch.setattr(Gate, "codes", lambda gate, data: set(load()))
    assert usual == [check_source(case.before, case.logical_path, settings=case.settings) for case in readable]


def test_a_second_scan_must_not_find_what_was_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rewrite that would leave the debugger on is refused, and the file left alone."""
    from deflask import fix_source
    from deflask.rewrite import fix

    monkeypatch.setattr(fix, "_expression", lambda edit, readers, settings: "not False")
    result = fix_source(BEFORE, "m.py", settings=Settings())
    assert result.output is None
    assert result.error is not None
    assert "found again" in result.error
    assert "report" in result.error


def test_source_is_what_the_proof_gives_back() -> None:
    source = parse(BEFORE, "m.py")
    segments = [Segment(7, 8, GUARDED.encode())]
    new = Proof(source, segments, {VALUE: READ, GUARD: ""}).run(splice(source, segments))
    assert isinstance(new, Source)
    assert new.data.count(b"__main__") == 1
