"""Files looked at in several processes: the same findings, fixes and notes, and one bad file is one error."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from deflask import processes
from deflask.model import Settings
from deflask.processes import Seen, are_enough, look_in_several
from deflask.unit import Unit
from tests.cases import FIXTURES
from tests.command import APP, BROKEN, CLEAN, UNSAFE, deflask, tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are several processes on Linux only")
FILES = {
    **{f"shop{number}/app.py": APP for number in range(6)},
    "unsafe.py": UNSAFE,
    "clean.py": CLEAN,
    "broken.py": BROKEN,
    "one/settings.py": b"DEBUG = True\n",
    "one/run.py": b"from flask import Flask\nfrom settings import DEBUG\n\nFlask(__name__).run(debug=DEBUG)\n",
    "one/setup.cfg": b"",
}


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_WORTH", 0)


@pytest.mark.parametrize("command", ["check", "diff", "fix"])
def test_the_same_as_in_one(tmp_path: Path, command: str) -> None:
    said = []
    for jobs in ("1", "2"):
        folder = tmp_path / jobs
        tree(folder, FILES)
        done = deflask(folder, command, "--jobs", jobs, "--output-format", "json", "--verbose")
        left = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py")}
        said.append((done.code, done.out, done.err, left))
    assert said[0] == said[1]
    assert said[0][0] == 2


def test_every_project(tmp_path: Path) -> None:
    """Definitions, uses and choices in different files."""
    for each in sorted((FIXTURES / "projects").iterdir()):
        if (each / "before").is_dir():
            shutil.copytree(each / "before", tmp_path / each.name)
    one, several = (
        deflask(tmp_path, "diff", "--unsafe-fixes", "--jobs", jobs, "--output-format", "json") for jobs in ("1", "2")
    )
    assert (one.code, one.out, one.err) == (several.code, several.out, several.err)


def test_a_file_that_changes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit belongs to what was examined: where a definition has changed since, nothing is written."""
    tree(tmp_path, FILES)
    look = processes.look_in_several

    def and_change(*arguments: object) -> object:
        yield from look(*arguments)  # type: ignore[arg-type]
        (tmp_path / "one" / "settings.py").write_bytes(b"\n\nDEBUG = True\n")

    monkeypatch.setattr(processes, "look_in_several", and_change)
    done = deflask(tmp_path, "fix", "--jobs", "2", "one")
    assert (done.code, done.errors) == (2, ["error: one/settings.py: the file changed while it was examined"])
    assert (tmp_path / "one" / "settings.py").read_bytes() == b"\n\nDEBUG = True\n"


def test_a_file_that_ends_its_process(tmp_path: Path) -> None:
    """It is an error, and the others are looked at."""
    tree(tmp_path, dict.fromkeys("abcdef", APP))
    units = [Unit(str(tmp_path / name), Settings()) for name in "abcdef"]

    def look(unit: Unit) -> Seen:
        if unit.path.endswith("c"):
            os._exit(1)
        return Seen(data=unit.path.encode())

    seen = list(look_in_several(units, look, 2))
    assert [each.data for each in seen] == [None if u.path.endswith("c") else u.path.encode() for u in units]
    assert [each.error for each in seen if each.error] == ["the process that examined it was ended"]


def test_when_it_pays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_WORTH", 10)
    tree(tmp_path, {"a.py": b"12345", "b.py": b"12345"})
    units = [Unit(str(tmp_path / name), Settings()) for name in ("a.py", "b.py", "gone.py")]
    assert are_enough(units)
    assert not are_enough(units[1:])
    assert are_enough([Unit("x", Settings(), b"0123456789" * 10)])
