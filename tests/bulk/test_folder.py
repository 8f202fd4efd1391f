"""The folder that a campaign is made in: what is there already stays, whatever it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bulk.tools import bare
from tests.command import APP, Done, deflask, tree


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return bare(tmp_path / "r.git", {"app.py": APP})


def plan(folder: Path, campaign: str = "c") -> Done:
    return deflask(folder, "bulk", "plan", "--campaign", campaign, "--name", "c", "--jobs", "1", "r.git")


def content(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*")}
    return {name: path.read_bytes() if path.is_file() else None for name, path in found.items()}


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["scratch/thesis/chapter", "packs/x", "notes.txt", "journal.sqlite-old"])
def test_a_folder_of_somebody_else(tmp_path: Path, name: str) -> None:
    """It is refused in one line before anything is made or taken away in it."""
    tree(tmp_path / "project", {name: b"precious", "lock": b"mine"})
    before = content(tmp_path / "project")
    done = plan(tmp_path, "project")
    assert (done.code, len(done.errors)) == (2, 1), done.err
    assert f"no campaign, and not empty: {name.partition('/')[0]} is there" in done.err
    assert content(tmp_path / "project") == before


@pytest.mark.usefixtures("repository")
def test_a_lock_of_somebody_else(tmp_path: Path) -> None:
    """It is neither emptied, nor followed to what is."""
    tree(tmp_path, {"project/lock": b"mine", "linked/x": b"", "precious": b"mine"})
    (tmp_path / "linked" / "x").unlink()
    (tmp_path / "linked" / "lock").symlink_to(tmp_path / "precious")
    for name in ("project", "linked"):
        done = plan(tmp_path, name)
        assert (done.code, len(done.errors)) == (2, 1), done.err
    assert (tmp_path / "project" / "lock").read_bytes() == (tmp_path / "precious").read_bytes() == b"mine"


@pytest.mark.usefixtures("repository")
def test_a_run_that_was_killed_before_it_had_a_journal(tmp_path: Path) -> None:
    tree(tmp_path, {"c/lock": b"123"})
    assert plan(tmp_path).code == 0


@pytest.mark.usefixtures("repository")
def test_what_is_put_beside_the_journal(tmp_path: Path) -> None:
    """Nobody's folder is taken away, and no symlink is followed to what is."""
    assert plan(tmp_path).code == 0
    [own] = (tmp_path / "c").glob("scratch-*")
    tree(tmp_path, {"c/scratch/thesis/chapter": b"x", "precious/folder/file": b"x"})
    (own / "deflask-link").symlink_to(tmp_path / "precious")
    (own / "deflask-folder").mkdir()
    (own / "deflask-folder" / "link").symlink_to(tmp_path / "precious")
    assert plan(tmp_path).code == 0
    assert not (own / "deflask-folder").exists()
    (own / "deflask-link").unlink()
    own.rmdir()
    own.symlink_to(tmp_path / "precious")
    done = plan(tmp_path)
    assert (done.code, len(done.errors)) == (2, 1), done.err
    assert content(tmp_path / "precious") == {"folder": None, "folder/file": b"x"}
    assert (tmp_path / "c" / "scratch" / "thesis" / "chapter").exists()
