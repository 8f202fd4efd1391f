"""The first look at all files of a run, with git and without: it hides nothing, and it knows whose project is whose."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from deflask.detect.projects import Projects
from deflask.files import search
from deflask.model import Settings
from deflask.sieve import sift
from tests.cases import FIXTURES
from tests.command import APP, deflask, git, tree

SHAPED = b"def serve(app):\n    app.run(%s)\n"
FLASK = b"import flask\n"
PROJECTS = sorted(path.name for path in (FIXTURES / "projects").iterdir() if (path / "before").is_dir())


def shut(folder: Path, monkeypatch: pytest.MonkeyPatch, many: int, *paths: str) -> set[str]:
    """The names of the files that are kept shut, with git from so many files on."""
    monkeypatch.setattr(search, "MANY", many)
    monkeypatch.chdir(folder)
    return set(sift(paths or (".",), lambda path: Settings(), Projects()).shut)


@pytest.mark.parametrize("many", [0, 1000])
def test_who_speaks_for_flask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """A file is opened for its own sake, or because a file of its project has to do with Flask."""
    files = {
        "plain/setup.cfg": b"",
        "plain/quiet.py": SHAPED % b"**options",
        "plain/debug.py": b"debug = 1\n",
        "plain/named.py": SHAPED % b"debug=True",
        "plain/forced.py": b'import os\nos.environ["FLASK_DEBUG"] = "1"\n',
        "web/setup.cfg": b"",
        "web/shop/app.py": FLASK,
        "web/quiet.py": SHAPED % b"**options",
    }
    tree(tmp_path, files)
    assert shut(tmp_path, monkeypatch, many) == {"plain/quiet.py", "plain/debug.py"}


@pytest.mark.parametrize("many", [0, 1000])
def test_what_is_left_out_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """A file that is excluded is not looked at, but can be imported."""
    tree(tmp_path, {"setup.cfg": b"", "app.py": FLASK, "serve.py": SHAPED % b"**options"})
    monkeypatch.setattr(search, "MANY", many)
    monkeypatch.chdir(tmp_path)
    sifted = sift(["."], lambda path: Settings(exclude=("app.py",)), Projects())
    assert [found.path for found in sifted.found if found.skipped] == ["app.py"]
    assert not sifted.shut


def test_a_part_of_a_project_says_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"setup.cfg": b"", "app.py": FLASK, "part/serve.py": SHAPED % b"**options"})
    assert not shut(tmp_path, monkeypatch, 0, "part")


@pytest.mark.parametrize("repository", [True, False])
def test_files_that_git_sees_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: bool) -> None:
    """Attributes, odd names and other encodings hide nothing from `git grep`."""
    names = ["a\nb.py", "*.py", "[x]/y.py", "-x.py", "ä/é.py", "binary.py", "env/app.py"]
    files = dict.fromkeys(names, APP)
    tree(tmp_path, {**files, ".gitattributes": b"*.py binary -diff\n", "utf16.py": APP.decode().encode("utf-16")})
    if repository:
        git(tmp_path, "init", "-q")
    assert not shut(tmp_path, monkeypatch, 0)


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is read where nobody else can look."""
    tree(tmp_path, {"app.py": APP, "other.py": b"x = 1\n"})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not shut(tmp_path, monkeypatch, 0)


def test_what_git_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git's complaint about one file is a reason to read all of them."""
    tree(tmp_path, {"setup.cfg": b"", "app.py": APP})
    fails = tmp_path / "bin" / "git"
    tree(tmp_path, {"bin/git": b"#!/bin/sh\necho 'error: failed to stat' >&2\nexit 1\n"})
    fails.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fails.parent}:/usr/bin:/bin")
    monkeypatch.setattr(search, "MANY", 0)
    assert [place.partition(":")[0] for place in deflask(tmp_path, "check", "--output-format", "concise").places] == [
        "app.py"
    ]


@pytest.mark.parametrize("name", PROJECTS)
def test_git_hides_nothing_of_a_project(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is the same, whoever looks first."""
    shutil.copytree(FIXTURES / "projects" / name / "before", tmp_path / "p")
    said = []
    for many in (0, 1000):
        monkeypatch.setattr(search, "MANY", many)
        done = deflask(tmp_path / "p", "check", "--unsafe-fixes", "--output-format", "json")
        said.append((done.code, done.out, done.err))
    assert said[0] == said[1]


def test_a_search_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that was started outlives the look, also where nobody asks for what it has found."""
    tree(tmp_path, {"app.py": APP})
    begun: list[subprocess.Popen[bytes]] = []
    with search.searches([str(tmp_path)], (".py",), (b"x",)) as searches:
        for each in searches.values():
            assert each._running is not None
            begun.append(each._running)
    assert begun[0].returncode is not None
