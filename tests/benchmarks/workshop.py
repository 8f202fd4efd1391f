"""What the comparisons share: a folder to work in, the corpus, and the commands of each scanner."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.accuracy.environment import BANDIT, installed
from tests.benchmarks import corpus
from tests.benchmarks.clock import Job, program

PART = "django"
"""The wheel that is small enough for Bandit."""


@dataclass
class Workshop:
    """A folder outside of any repository, and how many turns each command takes."""

    folder: Path
    turns: int

    @cached_property
    def tree(self) -> corpus.Tree:
        """The whole corpus."""
        return corpus.laid_out(self.folder / "tree")

    @cached_property
    def tenth(self) -> corpus.Tree:
        """Every tenth file of it."""
        return corpus.laid_out(self.folder / "tenth", every=10)

    @cached_property
    def part(self) -> corpus.Tree:
        """One wheel of it."""
        return corpus.laid_out(self.folder / "part", only=PART)

    def write(self, name: str, text: str) -> Path:
        """A file in a folder of its own."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def deflask(
    folder: Path,
    *arguments: str,
    codes: tuple[int, ...] = (0,),
    says: str = "",
    prepare: Callable[[], object] | None = None,
) -> Job:
    """deflask, as it is installed in this environment."""
    label = " ".join(("deflask", *arguments))
    return Job(label, (program("deflask"), *arguments), folder, codes, says, prepare)


def python(folder: Path, code: str) -> Job:
    """A line of Python."""
    return Job(f'python -c "{code}"', (sys.executable, "-c", code), folder)


def check(tree: corpus.Tree) -> Job:
    """deflask over a tree."""
    return deflask(tree.folder, "check", "--isolated", ".", codes=(0, 1), says=" files")


def ruff(tree: corpus.Tree) -> Job:
    """Ruff's rule for Flask's debugger over a tree."""
    arguments = ("check", "--isolated", "--no-cache", "--select", "S201", ".")
    return Job(" ".join(("ruff", *arguments)), (program("ruff"), *arguments), tree.folder, (0, 1))


def bandit(tree: corpus.Tree) -> Job:
    """Bandit's rule for Flask's debugger over a tree.

    Raises `NotInstalledError` with the reason where pip cannot get it.
    """
    arguments = ("-q", "-r", "-t", "B201", ".")
    return Job(" ".join(("bandit", *arguments)), (str(installed(BANDIT) / "bandit"), *arguments), tree.folder, (0, 1))


def ripgrep(tree: corpus.Tree) -> Job | None:
    """ripgrep, which counts one word's lines in a tree; None where it is not installed."""
    arguments = ("-c", "debug", "-g", "*.py", ".")
    found = shutil.which("rg")
    return Job("rg -c 'debug' -g '*.py' .", (found, *arguments), tree.folder) if found else None


def loop(tree: corpus.Tree) -> Job:
    """The plain loop over a tree."""
    script = Path(__file__).with_name("loop.py")
    return Job("a loop in Python that reads and looks for two words", (sys.executable, str(script), "."), tree.folder)
