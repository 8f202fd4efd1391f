"""The first look at all files of a run: which can show nothing, by what they and the others of their project hold."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deflask.detect.projects import Projects
from deflask.detect.related import LETTERS, mentions, says_it_itself
from deflask.files.discovery import SUFFIXES, Found, discover
from deflask.files.errors import SourceError
from deflask.files.notebook import ESCAPED, searchable
from deflask.files.read import read
from deflask.files.search import Search, searches
from deflask.model import Settings

_LETTERS = (*LETTERS, ESCAPED)


@dataclass(frozen=True, slots=True)
class Sifted:
    """The files of a run, and the paths of those below folders that can show nothing."""

    found: list[Found]
    shut: frozenset[str]


def sift(paths: Sequence[str], settings_for: Callable[[str], Settings], projects: Projects) -> Sifted:
    """Find the files below some paths, and look at all of them; `projects` learn which have to do with Flask.

    What is left out shows nothing, but can be imported: so it is looked at, too.
    """
    with searches(paths, SUFFIXES, _LETTERS) as begun:
        found = list(discover(paths, settings_for))
        # In which projects they are is found out while git looks into them.
        below: dict[str, list[str]] = defaultdict(list)
        by_root: dict[str, list[str]] = defaultdict(list)
        for each in found:
            if each.folder is not None and each.error is None:
                below[each.folder].append(each.path)
                by_root[projects.root(os.path.dirname(each.path))].append(each.path)
        related: list[str] = []
        loud: set[str] = set()
        for path, data in (pair for folder, below_it in below.items() for pair in _held(begun[folder], below_it)):
            if data is None or says_it_itself(data):
                loud.add(path)
            if data is not None and mentions(data):
                related.append(path)
    projects.learn(below, related)
    quiet = (path for root, paths in by_root.items() if projects.has_nothing_in(root) for path in paths)
    return Sifted(found, frozenset(quiet) - loud)


def _held(search: Search, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """The files that have some of the letters, or all of them, and what each holds: None where it is unreadable."""
    top = "" if search.folder == "." else os.path.join(search.folder, "")
    holding = search.holding([path.removeprefix(top) for path in paths])
    for path in paths:
        if holding is None or path.removeprefix(top) in holding:
            yield path, _read(path)


def _read(path: str) -> bytes | None:
    try:
        return searchable(read(path)[0], path)
    except SourceError:
        return None
