"""What the tests of faults share: a user who is not root, and a disk that is small."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import ROOT, Done


def ordinary(folder: Path, *arguments: str, before: str = "") -> Done:
    """Run the command line as a process whom the permissions of files stop, after some Python code.

    Root is, once it has given up the capabilities that make it more than the owner of its files.
    """
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    if powerless and not shutil.which("setpriv"):
        pytest.skip("no permission stops root, and there is no setpriv here")
    code = f"{before}\nfrom deflask.cli import main\nmain()"
    done = subprocess.run(
        [*powerless, sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A disk of that many bytes, where one can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def immutable(path: Path) -> Iterator[Path]:
    """A file or folder that even root cannot change."""
    chattr = ["chattr", "+i", str(path)]
    if not shutil.which("chattr") or subprocess.run(chattr, capture_output=True, check=False).returncode:
        pytest.skip("making a file immutable takes root and a file system that can")
    try:
        yield path
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)


def state(folder: Path) -> Mapping[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
