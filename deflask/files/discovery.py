"""From the paths that a user names to the files to look at, with a reason for everything left out."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from deflask.files.listing import ALWAYS_EXCLUDED, listed
from deflask.model import Settings

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".pyw", ".wsgi", ".ipynb")


@dataclass(frozen=True, slots=True)
class Found:
    """A file to look at, or a path with the `error` or the reason why it is `skipped`."""

    path: str
    error: str | None = None
    skipped: str | None = None
    folder: str | None = None
    """The folder below which it was found, None where it is named itself."""


def discover(paths: Iterable[str], settings_for: Callable[[str], Settings]) -> Iterator[Found]:
    """The files below `paths`, each once; a file that is named itself is always taken."""
    paths = list(paths)
    if len(paths) == 1:
        yield from _below(paths[0], settings_for)
        return
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
    unreadable: list[OSError] = []
    names = listed(folder, SUFFIXES, not settings_for(folder).no_respect_gitignore, unreadable.append)
    prefix = os.path.join(folder, "") if folder != "." else ""
    for below, group in groupby(names, lambda each: os.path.dirname(each.name)):
        place = os.path.join(folder, below) if folder != "." else below
        is_excluded = _excluding(below, place, settings_for)
        for name, is_link in group:
            path = prefix + name
            if is_excluded(path):
                yield Found(path, skipped="excluded", folder=folder)
            elif is_link:
                yield _link(path)
            else:
                yield Found(path, folder=folder)
    yield from (Found(os.path.normpath(error.filename), error=_cause(error)) for error in unreadable)


def _link(path: str) -> Found:
    """A symlink that is not named is passed over: what it leads to is found where it stands, or is not ours."""
    try:
        os.stat(path)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return Found(path, error=_cause(error))
    return Found(path, skipped="a symlink")


def _excluding(below: str, folder: str, settings_for: Callable[[str], Settings]) -> Callable[[str], bool]:
    """What tells whether a file in `folder`, which the user's folder has as `below`, is excluded."""
    if not ALWAYS_EXCLUDED.isdisjoint(below.split(os.sep)):
        return lambda path: True
    settings = settings_for(folder)
    patterns = (*settings.exclude, *settings.extend_exclude)
    if not patterns:
        return lambda path: False
    root = settings.root or os.getcwd()
    return lambda path: _spec(patterns).match_file(os.path.relpath(os.path.abspath(path), root))


@cache
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)
