"""The folder that a campaign is made in: what is there already stays, whatever it is called."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
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


COMMANDS = ("status", "report", "apply", "review", "plan")


def sql(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE options SET value = '{'",
        "UPDATE repositories SET state = 'AAAA'",
        "UPDATE repositories SET reason = 'AAAA'",
        "UPDATE repositories SET state = 'failed', document = '{'",
        "",
    ],
)
def test_a_damaged_journal(tmp_path: Path, damage: str) -> None:
    """One line that names it; 1 would mean that a repository has failed."""
    assert plan(tmp_path).code == 0
    path = tmp_path / "c" / "journal.sqlite"
    sql(path, f"{damage}; PRAGMA wal_checkpoint(truncate)")
    if not damage:
        path.write_bytes(path.read_bytes()[:2048].ljust(path.stat().st_size, b"A"))
    for command in ("status", "report"):
        done = deflask(tmp_path, "bulk", command, "--campaign", "c", "--output-format", "json")
        if "document" not in damage or command == "report":
            assert (done.code, len(done.err.splitlines())) == (2, 1), done.err
            assert f"{path}: " in done.err


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("version", [0, 2])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_of_somebody_else(tmp_path: Path, version: int, command: str) -> None:
    """It is refused as it is."""
    path = tmp_path / "c" / "journal.sqlite"
    path.parent.mkdir()
    sql(path, f"CREATE TABLE x (a); PRAGMA user_version = {version}")
    before = content(tmp_path / "c")
    done = plan(tmp_path) if command == "plan" else deflask(tmp_path, "bulk", command, "--campaign", "c")
    assert (done.code, done.err) == (2, f"error: {path}: not a journal of deflask\n")
    assert content(tmp_path / "c") == before


@pytest.mark.usefixtures("repository")
def test_a_folder_that_is_only_read(tmp_path: Path) -> None:
    """Looking at a campaign writes nothing; also one who may not write can do it."""
    assert plan(tmp_path).code == 0
    if os.geteuid():
        (tmp_path / "c").chmod(0o555)
        reader: tuple[str, ...] = ()
    elif shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv")
    else:
        (tmp_path / "c").chmod(0o555)
        reader = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
    for command in ("status", "report"):
        arguments = [*reader, sys.executable, "-m", "deflask", "bulk", command, "--campaign", "c"]
        done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "1 planned" in done.stdout
    (tmp_path / "c").chmod(0o755)
