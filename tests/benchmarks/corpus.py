"""The tree that scanners are compared on: the Python files of published wheels, downloaded once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.command import ROOT
from tests.realworld.distributions import DownloadError, clean_environment

CACHE = ROOT / ".cache" / "benchmarks"
WHEELS = Path(__file__).with_name("wheels.txt")
"""What pip is to download, by version and digest: any machine gets the same files, whatever Python it has."""
_FOR = "--python-version 3.13 --implementation cp --platform manylinux_2_28_x86_64".split()


@dataclass(frozen=True)
class Tree:
    """A folder of Python files, how many they are and how large together."""

    folder: Path
    files: int
    size: int

    def __str__(self) -> str:
        return f"{self.files:,} Python files, {self.size / 1e6:,.0f} MB"


def laid_out(into: Path, every: int = 1, only: str = "") -> Tree:
    """Link each, or one of `every`, of the corpus' files into a folder; `only` takes one wheel.

    The cache is ignored by this repository's git, so scanners would find nothing there, or ask git at length first.
    """
    files = size = 0
    corpus = _corpus()
    for number, name in enumerate(sorted(_below(corpus / only, corpus))):
        if number % every == 0:
            target = into / name
            os.makedirs(target.parent, exist_ok=True)
            _link(corpus / name, target)
            files += 1
            size += target.stat().st_size
    return Tree(into, files, size)


def _below(folder: Path, corpus: Path) -> Iterator[str]:
    for here, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(here, name), corpus)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def _corpus() -> Path:
    """A folder with a folder for each wheel; made anew when the list of wheels has changed."""
    corpus, complete = CACHE / "corpus", CACHE / "complete"
    wanted = WHEELS.read_text(encoding="utf-8")
    if not complete.exists() or complete.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            _download(Path(scratch))
            for wheel in Path(scratch).glob("*.whl"):
                _unpack(wheel, corpus / wheel.name.partition("-")[0])
        complete.write_text(wanted, encoding="utf-8")
    return corpus


def _download(into: Path) -> None:
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    as_wheels = ["--no-deps", "--only-binary", ":all:", *_FOR, "--require-hashes", "--dest", str(into)]
    pip = [sys.executable, "-m", "pip", "download", *quiet, *as_wheels, "-r", str(WHEELS)]
    print("downloading wheels, once", file=sys.stderr, flush=True)
    done = subprocess.run(pip, capture_output=True, text=True, env=clean_environment(), cwd=into, timeout=3600)
    if done.returncode:
        reason = " ".join(done.stderr.splitlines()[-2:]) or "pip gave no reason"
        raise DownloadError(f"the wheels of {WHEELS.name} cannot be downloaded: {reason}")


def _unpack(wheel: Path, into: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into, [name for name in archive.namelist() if name.endswith(".py")])
