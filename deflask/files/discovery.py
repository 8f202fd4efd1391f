"""From the paths that a user names to the files to look at, with a reason for everything left out."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from deflask.model import Settings

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".pyw", ".wsgi", ".ipynb")
# Ruff's default excludes: whatever else is excluded, a virtual environment is never rewritten.
ALWAYS_EXCLUDED = frozenset(
    ".bzr .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .mypy_cache .nox .pants.d .pyenv .pytest_cache "
    ".pytype .ruff_cache .svn .tox .venv .vscode __pypackages__ _build buck-out build dist node_modules "
    "site-packages venv".split()
)
_TIMEOUT = 60
"""Seconds that `git ls-files` may take before the folder is walked instead."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to look at, or a path with the `error` or the reason why it is `skipped`."""

    path: str
    error: str | None = None
    skipped: str | None = None


def discover(paths: Iterable[str], settings_for: Callable[[str], Settings]) -> Iterator[Found]:
    """The files below `paths`, each once; a file that is named itself is always taken."""
    seen: set[str] = set()
    for path in paths:
        for found in _below(path, settings_for):
            name = os.path.abspath(found.path)
            if name not in seen:
                # What is left out here may be named later.
                seen.update([name] if found.skipped is None else [])
                yield found


def _below(path: str, settings_for: Callable[[str], Settings]) -> Iterator[Found]:
    try:
        is_folder = os.path.isdir(path)
        if not is_folder:
            regular = stat.S_ISREG(os.stat(path).st_mode)
            yield Found(path, error=None if regular else "not a regular file; `-` reads standard input")
            return
    except ValueError:
        # In other words with each Python.
        yield Found(path, error="no file can have such a name")
        return
    except OSError as error:
        yield Found(path, error=_cause(error))
        return
    count = 0
    for found in _folder(path, settings_for):
        count += found.skipped is None
        yield found
    if not count:
        yield Found(path, error="no Python files found in this folder")


def _cause(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    if error.errno == errno.ELOOP:
        return "a symlink that leads back to itself"
    return f"cannot be read: {error.strerror or error}"


def _folder(folder: str, settings_for: Callable[[str], Settings]) -> Iterator[Found]:
    settings = settings_for(folder)
    unreadable: list[OSError] = []
    listed = None if settings.no_respect_gitignore else _git_files(folder)
    names = listed if listed is not None else _walk(folder, settings, unreadable.append)
    for name in names:
        path = os.path.join(folder, name) if folder != "." else name
        if not name.endswith(SUFFIXES):
            continue
        if any(part in ALWAYS_EXCLUDED for part in name.split(os.sep)[:-1]) or _is_excluded(path, settings_for):
            yield Found(path, skipped="excluded")
        elif os.path.islink(path):
            yield _link(path)
        elif os.path.isfile(path):
            yield Found(path)
    yield from (Found(os.path.normpath(error.filename), error=_cause(error)) for error in unreadable)


def _link(path: str) -> Found:
    """A symlink that is not named is passed over: what it leads to is found where it stands, or is not ours."""
    try:
        os.stat(path)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return Found(path, error=_cause(error))
    return Found(path, skipped="a symlink")


def _git_files(folder: str) -> list[str] | None:
    """What git tracks below a folder, or does not ignore; None outside of a repository."""
    import subprocess

    # A repository's own configuration could name a program to run here.
    git = ["git", "-C", folder, "-c", "core.fsmonitor=false"]
    # A hook that runs us tells git of its own repository by these.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
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


def _walk(folder: str, settings: Settings, onerror: Callable[[OSError], None]) -> Iterator[str]:
    """The files below a folder, relative to it, without what the .gitignore files on the way ignore."""
    specs: dict[str, GitIgnoreSpec] = {}
    for current, folders, files in os.walk(folder, onerror=onerror):
        below = os.path.relpath(current, folder)
        prefix = "" if below == "." else below + os.sep
        if ".gitignore" in files and not settings.no_respect_gitignore:
            specs[prefix] = _gitignore(os.path.join(current, ".gitignore"))
        folders[:] = sorted(
            name for name in folders if name not in ALWAYS_EXCLUDED and not _ignored(prefix + name + "/", specs)
        )
        yield from (prefix + name for name in sorted(files) if not _ignored(prefix + name, specs))


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


def _ignored(name: str, specs: dict[str, GitIgnoreSpec]) -> bool:
    """Whether the patterns on the way to a file ignore it; the deepest that says anything decides."""
    ignored = False
    for prefix, spec in specs.items():
        if name.startswith(prefix) and (said := spec.check_file(name[len(prefix) :]).include) is not None:
            ignored = said
    return ignored


def _is_excluded(path: str, settings_for: Callable[[str], Settings]) -> bool:
    """Whether the patterns of the settings of a file exclude it."""
    settings = settings_for(path)
    patterns = (*settings.exclude, *settings.extend_exclude)
    root = settings.root or os.getcwd()
    return bool(patterns) and _spec(patterns).match_file(os.path.relpath(os.path.abspath(path), root))


@cache
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)
