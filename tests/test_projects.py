"""Programs of several files: what an import leads to is found, and only the file that changes is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import deflask
from deflask.config import settings_from
from deflask.files.toml import parse_toml
from deflask.model import Settings, Status

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"
CASES = sorted(path.name for path in PROJECTS.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def settings(case: Path) -> Settings:
    """The options in the `settings.toml` beside `before`."""
    toml = case / "settings.toml"
    return settings_from(parse_toml(toml.read_bytes()), str(toml)) if toml.exists() else Settings()


def line(finding: deflask.Finding) -> str:
    decided = f" decided at {finding.decided_at.path}:{finding.decided_at.line}" if finding.decided_at else ""
    place = f"{finding.path}:{finding.span.line}"
    return f"{place} {finding.rule} {finding.applicability.value} {finding.guard}{decided}\n"


@pytest.mark.parametrize("name", CASES)
def test_project(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Every file of `before` becomes that of `after`, or stays where `after` has none."""
    before = contents(PROJECTS / name / "before")
    after = contents(PROJECTS / name / "after") if (PROJECTS / name / "after").exists() else {}
    shutil.copytree(PROJECTS / name / "before", tmp_path, dirs_exist_ok=True)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    results = list(deflask.fix_paths(["."], settings(PROJECTS / name)))
    found = "".join(line(f) for result in results for f in result.findings)
    if request.config.getoption("--update-fixtures"):
        _update(PROJECTS / name, tmp_path, found)
        return
    assert found == (PROJECTS / name / "findings.txt").read_text(encoding="utf-8")
    assert contents(tmp_path) == {"pyproject.toml": b"", **before, **after}
    changed = {result.path for result in results if result.status is Status.FIXED}
    assert changed == set(after)


def _update(case: Path, result: Path, found: str) -> None:
    """Write what deflask does now, to be read as a git diff."""
    (case / "findings.txt").write_text(found, encoding="utf-8")
    shutil.rmtree(case / "after", ignore_errors=True)
    for name, data in contents(result).items():
        before = case / "before" / name
        if before.exists() and before.read_bytes() != data:
            (case / "after" / name).parent.mkdir(parents=True, exist_ok=True)
            (case / "after" / name).write_bytes(data)


def applicabilities(source: bytes, path: str, project: deflask.Project) -> list[str]:
    return [finding.applicability.value for finding in deflask.check_source(source, path, project)]


def test_large_modules_are_not_read(tmp_path: Path) -> None:
    """A module too large to be written by hand defines no app, and that is said."""
    (tmp_path / "site_app.py").write_text("from flask import Flask\napp = Flask(__name__)\n" + "#" * 1_000_001)
    source = b"from site_app import app\napp.run(debug=True)\n"
    run = str(tmp_path / "run.py")
    project = deflask.Project(str(tmp_path))
    assert applicabilities(source, run, project) == ["unsafe"]
    assert project.notes == [f"{tmp_path}/site_app.py: larger than 1 MB"]
    (tmp_path / "site_app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    assert applicabilities(source, run, deflask.Project(str(tmp_path))) == ["safe"]


def test_reading_is_bounded_for_each_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one candidate does not read any more, the next may; what is read already costs nothing."""
    monkeypatch.setattr("deflask.detect.project.MOST_MODULES", 2)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.py").write_text("from two import app\n")
    (tmp_path / "two.py").write_text("from three import app\n")
    (tmp_path / "three.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    project = deflask.Project(str(tmp_path))
    last = b"from three import app\napp.run(debug=True)\n"
    first = b"from one import app\napp.run(debug=True)\n"
    assert applicabilities(first, "run.py", project) == ["unsafe"]
    assert project.notes == ["run.py: stopped after 2 modules"]
    assert applicabilities(last, "other.py", project) == ["safe"]
    assert len(project.notes) == 1


@pytest.mark.parametrize("closed", ["broken", "unreadable", "deep", "folder", "binary"])
def test_modules_that_cannot_be_looked_into(closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They define nothing that is known, and are named."""
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "web.py"
    if closed == "folder":
        module.mkdir()
    else:
        contents = {"broken": b"def (:\n", "binary": b"\0\0", "deep": b"(" * 300}
        module.write_bytes(contents.get(closed, b"from flask import Flask\napp = Flask(__name__)\n"))
    if closed == "unreadable":
        monkeypatch.setattr("os.access", lambda path, mode: False)
    project = deflask.Project(str(tmp_path))
    assert applicabilities(b"from web import app\napp.run(debug=True)\n", "run.py", project) == ["unsafe"]
    assert [note.partition(":")[0] for note in project.notes] == ["web.py"]


def test_a_long_chain_of_names_ends_unknown() -> None:
    """Generated code may be longer than Python's stack."""
    chain = "".join(f"a{n} = a{n - 1}\n" for n in range(1, 3000))
    source = f"from flask import Flask\na0 = Flask(__name__)\n{chain}app = a2999\napp.run(debug=True)\n"
    assert [f.rule for f in deflask.check_source(source.encode(), "run.py")] in (["DF101"], [])


def test_without_a_project_only_the_file_is_seen() -> None:
    findings = deflask.check_source(b"from site_app import app\napp.run(debug=True)\n", "run.py")
    assert [finding.applicability.value for finding in findings] == ["unsafe"]
