"""The write: the old file or the new one, with its mode and its links, and nothing beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deflask.files.errors import WriteError
from deflask.files.write import write
from tests.command import APP, FIXED, ROOT, deflask, tree


def test_mode_and_symlink_stay(tmp_path: Path) -> None:
    tree(tmp_path, {"real/app.py": APP})
    (tmp_path / "real/app.py").chmod(0o750)
    (tmp_path / "app.py").symlink_to("real/app.py")
    assert deflask(tmp_path, "fix", "app.py").code == 0
    assert (tmp_path / "app.py").is_symlink()
    assert (tmp_path / "real/app.py").read_bytes() == FIXED
    assert (tmp_path / "real/app.py").stat().st_mode & 0o777 == 0o750
    assert os.listdir(tmp_path / "real") == ["app.py"]


def test_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": b"new"})
    with pytest.raises(WriteError, match="changed while it was being fixed"):
        write(str(tmp_path / "app.py"), b"old", b"fixed")
    assert (tmp_path / "app.py").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["app.py"]


def test_file_that_changes_during_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone saves the file between the read and the write: at the moment of the fsync, say."""
    tree(tmp_path, {"app.py": APP, "good.py": APP})
    real = os.fsync

    def saving(descriptor: int) -> None:
        real(descriptor)
        (tmp_path / "app.py").write_bytes(APP + b"# saved\n")

    monkeypatch.setattr(os, "fsync", saving)
    done = deflask(tmp_path, "fix", "app.py")
    assert (done.code, done.err) == (2, "error: app.py: the file changed while it was being fixed\n")
    assert (tmp_path / "app.py").read_bytes() == APP + b"# saved\n"


def test_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="No such file"):
        write(str(tmp_path / "app.py"), b"old", b"fixed")


def test_broken_pipe(tmp_path: Path) -> None:
    """A reader that has seen enough may go."""
    tree(tmp_path, {f"m{number}.py": APP * 1 for number in range(3000)})
    script = f'"{sys.executable}" -m deflask check . --output-format concise | head -1'
    done = subprocess.run(
        script,
        shell=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_interrupt(tmp_path: Path) -> None:
    """Ctrl-C ends in one line."""
    # A shell starts what it puts into the background with the signal ignored; the tests may run there.
    restore = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{restore}; from deflask.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "fix", "-"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    # More than a pipe holds: once it is written, the process is certainly reading, and waits for the end.
    process.stdin.write(b"#" * 1_000_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"error: interrupted\n")
