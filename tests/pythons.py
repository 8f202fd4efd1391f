"""The Pythons of this machine, and environments that each of them makes once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROGRAMS = "Scripts" if sys.platform == "win32" else "bin"
CACHE = Path(__file__).parents[1] / ".cache"
VERSION = "{}.{}".format(*sys.version_info)
_SECONDS_TO_INSTALL = 900


class NotInstalledError(Exception):
    """Why an environment is not to be had here."""


def running() -> Path:
    """The Python that runs, from which an environment can outlive the one that the tests run in."""
    base = Path(sys.base_prefix, PROGRAMS, f"python{VERSION}")
    return base if base.exists() else Path(sys.executable)


@cache
def find(version: str) -> Path | None:
    """The program that is Python `version` ("3.8") and can make environments, or None.

    Looked for are the Python that runs, `python3.8` on PATH, and pyenv's folder of versions, newest first.
    """
    return next((path for path in _candidates(version) if _is(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    if version == VERSION:
        yield running()
    if found := shutil.which(f"python{version}"):
        yield Path(found)
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = [path for path in (root / "versions").glob(f"{version}.*") if path.name.split(".")[2].isdecimal()]
    for folder in sorted(installed, key=lambda path: int(path.name.split(".")[2]), reverse=True):
        yield folder / PROGRAMS / "python"


def _is(path: Path, version: str) -> bool:
    """Whether it runs at all: pyenv leaves programs on PATH that only say where the Python is."""
    look = "import ensurepip, sys, venv; print('{}.{}'.format(*sys.version_info))"
    try:
        done = subprocess.run([str(path), "-c", look], capture_output=True, text=True, timeout=60)
    except OSError:
        return False
    return done.stdout.strip() == version


def environment(name: str, python: Path, requirements: list[str]) -> Path:
    """The folder of programs of the environment that holds `requirements`; pip makes it once, below `.cache`.

    Another list of requirements makes it anew. Raises NotInstalledError with pip's reason.
    """
    folder = CACHE / name
    programs = folder / PROGRAMS
    complete = folder / "complete"
    asked = "\n".join([str(python), *requirements])
    if complete.exists() and complete.read_text(encoding="utf-8") == asked:
        return programs
    make(folder, python, requirements)
    complete.write_text(asked, encoding="utf-8")
    return programs


def make(folder: Path, python: Path, requirements: list[str]) -> Path:
    """A new environment in a folder; its folder of programs. Raises NotInstalledError with the reason."""
    programs = folder / PROGRAMS
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    for command in ([str(python), "-m", "venv", "--clear", str(folder)], [*pip, *requirements]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS_TO_INSTALL)
        if done.returncode:
            reason = " ".join(done.stderr.splitlines()[-1:]) or "no reason was given"
            raise NotInstalledError(f"{folder.name} cannot be installed: {reason}")
    return programs
