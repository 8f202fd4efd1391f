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


def test_reading_is_bounded(tmp_path: Path) -> None:
    """A module too large to be written by hand defines no app, and a project reads only so many modules."""
    from deflask.detect import project

    (tmp_path / "site_app.py").write_text("from flask import Flask\napp = Flask(__name__)\n" + "#" * 1_000_001)
    source = b"from site_app import app\napp.run(debug=True)\n"
    run = str(tmp_path / "run.py")
    assert [f.applicability.value for f in deflask.check_source(source, run, deflask.Project(str(tmp_path)))] == []
    (tmp_path / "site_app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    small = deflask.Project(str(tmp_path))
    assert [f.applicability.value for f in deflask.check_source(source, run, small)] == ["safe"]
    full = deflask.Project(str(tmp_path))
    full._modules = dict.fromkeys(map(str, range(project.MOST_MODULES)))
    assert [f.applicability.value for f in deflask.check_source(source, run, full)] == ["unsafe"]


def test_without_a_project_only_the_file_is_seen() -> None:
    findings = deflask.check_source(b"from site_app import app\napp.run(debug=True)\n", "run.py")
    assert [finding.applicability.value for finding in findings] == ["unsafe"]
