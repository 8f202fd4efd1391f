"""The names of the files below a folder: what git tracks or does not ignore, else what a walk finds."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from deflask.files import repository

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Ruff's default excludes: whatever else is excluded, a virtual environment is never rewritten.
ALWAYS_EXCLUDED = frozenset(
    ".bzr .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .mypy_cache .nox .pants.d .pyenv .pytest_cache "
    ".pytype .ruff_cache .svn .tox .venv .vscode __pypackages__ _build buck-out build dist node_modules "
    "site-packages venv".split()
)
_TIMEOUT = 60
"""Seconds that `git ls-files` may take before the folder is walked instead."""


_Specs: TypeAlias = "tuple[tuple[str, GitIgnoreSpec], ...]"
"""The .gitignore files on the way to a folder, each with the folder in which it stands."""


class Listed(NamedTuple):
    """The name of a file relative to the folder, and whether it is a symlink."""

    name: str
    is_link: bool


def listed(
    folder: str, suffixes: tuple[str, ...], ignoring: bool, onerror: Callable[[OSError], None]
) -> Iterator[Listed]:
    """The regular files and symlinks below a folder whose names end so, in order; `ignoring` follows .gitignore."""
    names = _git_files(folder) if ignoring else None
    if names is None:
        yield from _walk(folder, "", suffixes, () if ignoring else None, onerror)
        return
    for name in names:
        if name.endswith(suffixes) and (mode := _mode(os.path.join(folder, name))) is not None:
            yield Listed(name, stat.S_ISLNK(mode))


def _mode(path: str) -> int | None:
    """What kind of file stands at a path, None where it is no file."""
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return None
    return mode if stat.S_ISREG(mode) or stat.S_ISLNK(mode) else None


def _git_files(folder: str) -> list[str] | None:
    """What git tracks below a folder, or does not ignore; None outside of a repository."""
    import subprocess

    # A repository's own configuration could name a program to run here.
    git = ["git", "-C", folder, "-c", "core.fsmonitor=false"]
    environment = repository.environment()
    try:
        done = subprocess.run(
            [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
            env=environment,
        )
        if done.returncode:
            return None
        # A folder that is itself ignored was named all the same.
        if (
            not done.stdout
            and not subprocess.run([*git, "check-ignore", "-q", "."], check=False, env=environment).returncode
        ):
            return None
    except (OSError, subprocess.TimeoutExpired):
        return None
    return sorted({os.fsdecode(name).replace("/", os.sep) for name in done.stdout.split(b"\0") if name})


def _walk(
    folder: str, below: str, suffixes: tuple[str, ...], specs: _Specs | None, onerror: Callable[[OSError], None]
) -> Iterator[Listed]:
    """The files at `below` and deeper in a folder, without what the .gitignore files on the way ignore."""
    try:
        with os.scandir(os.path.join(folder, below)) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        onerror(error)
        return
    if specs is not None and any(entry.name == ".gitignore" for entry in entries):
        specs = (*specs, (below, _gitignore(os.path.join(folder, below, ".gitignore"))))
    folders = []
    for entry in entries:
        name = below + entry.name
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in ALWAYS_EXCLUDED and not (specs and _ignored(name + "/", specs)):
                folders.append(name + os.sep)
        elif name.endswith(suffixes) and not (specs and _ignored(name, specs)):
            is_link = entry.is_symlink()
            if is_link or entry.is_file():
                yield Listed(name, is_link)
    for each in folders:
        yield from _walk(folder, each, suffixes, specs, onerror)


def _gitignore(path: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return GitIgnoreSpec.from_lines(line for line in file if is_pattern(line))
    except OSError:
        # Git passes over what it cannot read.
        return GitIgnoreSpec([])


def is_pattern(line: str) -> bool:
    """Whether a line is in the language of .gitignore."""
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _ignored(name: str, specs: _Specs) -> bool:
    """Whether the patterns on the way to a file ignore it; the deepest that says anything decides."""
    for below, spec in reversed(specs):
        if (said := spec.check_file(name[len(below) :]).include) is not None:
            return said
    return False
