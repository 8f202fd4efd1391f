"""`deflask rules`, and what every rule owes to its readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from deflask.rules import Rule, chosen, load
from tests.cases import FIXTURES
from tests.command import deflask

RULES = list(load().values())


def test_list(tmp_path: Path) -> None:
    lines = deflask(tmp_path, "rules").text.splitlines()
    assert [line.split()[:2] for line in lines] == [[rule.code, rule.name] for rule in RULES]
    assert [line.split()[0] for line in lines if line.endswith("(off by default)")] == ["DF111", "DF112"]


DEFAULT = [f"DF{number}" for number in range(101, 111)]


@pytest.mark.parametrize("name", ["DF101", "df101", "run-debug"])
def test_documentation(tmp_path: Path, name: str) -> None:
    text = deflask(tmp_path, "rules", name).text
    assert text.startswith("DF101 run-debug\n\nA Flask app is run with the debugger on\n")
    assert "\nBad:\n\n    app.run(debug=True)\n" in text


@pytest.mark.parametrize(("name", "hint"), [("run-debg", "did you mean run-debug?"), ("zzz", "known are DF101, ")])
def test_unknown_rule(tmp_path: Path, name: str, hint: str) -> None:
    done = deflask(tmp_path, "rules", name)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert hint in done.err


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_every_rule_is_documented_and_has_fixtures(rule: Rule) -> None:
    for part in ("\nBad:\n", "\nGood:\n", "\nReferences: ", f"ignore[{rule.code}]"):
        assert part in rule.documentation
    kinds = {path.name for path in (FIXTURES / rule.name).iterdir()}
    assert {"fix", "keep"} <= kinds


@pytest.mark.parametrize(
    ("select", "extend", "ignore", "expected"),
    [
        (None, (), (), DEFAULT),
        (("DF101",), (), (), ["DF101"]),
        (("DF11", "df103"), (), ("DF111",), ["DF103", "DF110", "DF112"]),
        (None, ("DF111",), ("run-debug", "DF102"), [*DEFAULT[2:], "DF111"]),
        (("ALL",), (), ("DF10", "DF110"), ["DF111", "DF112"]),
        ((), (), (), []),
    ],
)
def test_selectors(
    select: tuple[str, ...] | None, extend: tuple[str, ...], ignore: tuple[str, ...], expected: list[str]
) -> None:
    assert [rule.code for rule in chosen(select, extend, ignore)] == expected
