"""The gate is a shortcut, no judgement: what the rules find, it lets through, in whatever way it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from deflask.detect.project import Project
from deflask.detect.projects import Projects
from deflask.engine import check_source
from tests.trust.gate import EVERY, held_open, hidden
from tests.trust.spellings import ELSEWHERE, END, HERE, SPELLINGS


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with an app in one of its files."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "setup.cfg").write_bytes(b"")
    (folder / "shop.py").write_bytes(HERE.encode())
    return Projects().of(str(folder / "site.py"))


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("end", ["", END], ids=["alone", "with a run"])
def test_no_spelling_hides(spelling: str, end: str, project: Project) -> None:
    """Each is found, in whatever file its app is made, as far as the rules find it at all."""
    found = 0
    for start in (HERE, ELSEWHERE):
        source = (start + SPELLINGS[spelling] + end).encode()
        path = str(Path(project.root) / "site.py")
        for settings in EVERY:
            assert hidden(source, path, settings, project) == [], (start, settings.select)
            with held_open():
                found += len(check_source(source, path, project, settings=settings))
    assert found, "what no rule finds shows nothing of the gate"
