"""Sources made to do harm: each ends as its findings or as one clear error, within bounds, and the rest goes on.

Each runs as a process of its own that may take 60 seconds of a processor and 2 GB: whatever needs more fails.
`python -m tests.trust.hostile` prints what each of them takes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import APP, BROKEN, FIXED, deflask, tree
from tests.trust.hostile import BOUNDED, EXPRESSIONS, FILES, IMPORTS, Outcome, attacked, flag


@pytest.mark.parametrize("name", FILES)
def test_file(tmp_path: Path, name: str) -> None:
    source, expected = FILES[name]
    attack(tmp_path, {"hostile.py": source}, expected)


def test_expressions(tmp_path: Path) -> None:
    """Nothing is computed that could be larger than any memory, or take longer than anyone waits."""
    outcome = attacked(tmp_path, {f"e{number}.py": flag(text) for number, text in enumerate(EXPRESSIONS)})
    assert (outcome.code, outcome.errors) == (0, []), outcome
    assert [line.partition(":")[0] for line in outcome.found.splitlines()] == ["good.py"]


@pytest.mark.parametrize("name", BOUNDED)
def test_bound(tmp_path: Path, name: str) -> None:
    """What would take more than is allowed says so."""
    source, expected = BOUNDED[name]
    attack(tmp_path, {"hostile.py": source}, expected)


@pytest.mark.parametrize("name", IMPORTS)
def test_imports(tmp_path: Path, name: str) -> None:
    files, expected = IMPORTS[name]
    attack(tmp_path, files, expected)


def attack(folder: Path, files: dict[str, bytes], expected: str) -> None:
    """Fix hostile files and a good one, which is fixed whatever becomes of the others."""
    outcome: Outcome = attacked(folder, files)
    assert outcome.code in (0, 1, 2), outcome
    assert (folder / "good.py").read_bytes() == FIXED
    if expected.startswith("on or "):
        expected = expected.removeprefix("on or ") if outcome.errors else "on"
    if expected in ("on", "off"):
        assert outcome.errors == [], outcome
        assert ("hostile.py" in outcome.found) == (expected == "on"), outcome
    else:
        assert [expected in line for line in outcome.errors] == [True], outcome
        assert outcome.code == 2
        assert (folder / "hostile.py").read_bytes() == files["hostile.py"]


def test_steps_are_not_taken_for_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops early has not looked."""
    monkeypatch.setattr("deflask.detect.budget.MOST_STEPS", 2)
    source = b"D = True\nE = D and D and D\n" + APP.replace(b"True", b"E")
    tree(tmp_path, {"app.py": source})
    done = deflask(tmp_path, "fix")
    assert (done.code, done.errors) == (2, ["error: app.py: takes more than 2 steps to be examined"])
    assert (tmp_path / "app.py").read_bytes() == source


def test_time_is_not_taken_for_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deflask.detect.budget.MOST_SECONDS", 0)
    monkeypatch.setattr("deflask.detect.budget._INTERVAL", 1)
    tree(tmp_path, {"app.py": APP})
    assert deflask(tmp_path, "fix").errors == ["error: app.py: takes more than 0 seconds to be examined"]


def test_file_that_is_too_large_to_be_read(tmp_path: Path) -> None:
    tree(tmp_path, {"good.py": APP})
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(100_000_001)
    done = deflask(tmp_path, "check")
    assert (done.code, done.errors) == (2, ["error: huge.py: larger than 100 MB"])


@pytest.mark.parametrize("size", [30_000, 1_500])
def test_cause_of_large_statements(tmp_path: Path, size: int) -> None:
    """LibCST, which would know newer syntax, is not asked about what could end the process."""
    text = b"x = " + b"1 and " * (size // 6) + b"(\n"
    tree(tmp_path, {"app.py": BROKEN, "deep.py": APP + text})
    assert all("broken syntax" in line for line in deflask(tmp_path, "check").errors)
