"""What stands around a run: the locale, the streams, the current folder, and the environment that git reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import APP, ROOT, deflask, git, process, tree

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ACCENTED = APP.replace(b"run(", 'run("größer.日本", '.encode())


def shell(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in which `$deflask` is the command."""
    command = f"'{sys.executable}' -m deflask"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["sh", "-c", script.replace("$deflask", command)],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [("check",), ("check", "--output-file", "report.txt"), ("diff",), ("fix",)])
def test_locale_without_the_characters(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A source line that the locale cannot show is no reason to say nothing at all."""
    tree(tmp_path, {"app.py": ACCENTED})
    done = process(tmp_path, *arguments, env=ASCII)
    assert "Traceback" not in done.err
    assert done.code == (0 if arguments == ("fix",) else 1)


def test_report_that_cannot_be_written(tmp_path: Path) -> None:
    """A full disk under standard output is one line, as it is under --output-file."""
    tree(tmp_path, {"app.py": APP})
    named = shell(tmp_path, "$deflask check --output-file /dev/full")
    assert (named.returncode, named.stderr) == (2, "error: /dev/full: cannot be written: No space left on device\n")
    for command in ("check", "diff", "rules"):
        done = shell(tmp_path, f"$deflask {command} > /dev/full")
        assert done.stderr.splitlines()[-1].startswith("error: "), command
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr
        assert done.returncode == 2


@pytest.mark.parametrize("command", ["check", "diff", "rules", "check --output-format json", "--help"])
def test_reader_that_has_gone(tmp_path: Path, command: str) -> None:
    """Nobody reads any more, from the first byte on."""
    tree(tmp_path, {"app.py": APP})
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "deflask", *command.split()],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr
    assert done.returncode == 1


def test_current_folder_that_is_gone(tmp_path: Path) -> None:
    tree(tmp_path, {"gone/app.py": APP})
    done = shell(tmp_path / "gone", "rm -r ../gone; $deflask check")
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_inside_a_hook(tmp_path: Path) -> None:
    """Git tells its hooks where the repository is; below it, .gitignore holds all the same."""
    git(tmp_path, "init", "--quiet")
    tree(tmp_path, {".gitignore": "ignored.py\n", "sub/app.py": APP, "sub/ignored.py": APP})
    env = {"GIT_DIR": str(tmp_path / ".git")}
    done = deflask(tmp_path, "check", "sub", "--output-format", "concise", env=env)
    assert done.places == ["sub/app.py:5"]


def test_without_git(tmp_path: Path) -> None:
    """Where git is not installed, .gitignore is read all the same."""
    git(tmp_path, "init", "--quiet")
    tree(tmp_path, {".gitignore": "ignored.py\n", "app.py": APP, "ignored.py": APP})
    done = deflask(tmp_path, "check", "--output-format", "concise", env={"PATH": str(tmp_path / "none")})
    assert done.places == ["app.py:5"]
