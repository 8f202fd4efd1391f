"""A write that is killed leaves the old file or the new one, and what it leaves beside it, the next run removes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deflask.files.errors import WriteError
from deflask.files.write import write
from tests.command import ROOT


def test_every_step() -> None:
    """Killed there; stopped there while another run does it all; interrupted there."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.kills"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    found = re.findall(r"(?m)^(\d+) (?:kills|stops|interrupts)", done.stdout)
    kills, stops, interrupts = (int(number) for number in found)
    assert kills == stops == interrupts
    # Open, lock, write, compare and rename are some of them.
    assert kills > 30


def test_others_files_are_no_leftovers(tmp_path: Path) -> None:
    """What only looks like one, or is none of ours to judge, stays."""
    names = [".deflask-x.tmp", ".deflask-0123456789abcdef.tmp.py", "x.deflask-0123456789abcdef.tmp"]
    for name in names:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".deflask-0000000000000000.tmp").symlink_to(names[0])
    (tmp_path / ".deflask-1111111111111111.tmp").mkdir()
    os.mkfifo(tmp_path / ".deflask-2222222222222222.tmp")
    (tmp_path / "app.py").write_bytes(b"old")
    before = sorted(os.listdir(tmp_path))
    write(str(tmp_path / "app.py"), b"old", b"new")
    assert (tmp_path / "app.py").read_bytes() == b"new"
    assert sorted(os.listdir(tmp_path)) == before


def test_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has none is written to all the same, and nothing on it is taken for a leftover."""

    def refuse(*_: object) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    (tmp_path / ".deflask-0123456789abcdef.tmp").write_text("perhaps of another process")
    (tmp_path / "app.py").write_bytes(b"old")
    write(str(tmp_path / "app.py"), b"old", b"new")
    assert sorted(os.listdir(tmp_path)) == [".deflask-0123456789abcdef.tmp", "app.py"]
    with pytest.raises(WriteError, match="changed"):
        write(str(tmp_path / "app.py"), b"old", b"newer")
