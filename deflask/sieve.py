"""The first look at all files of a run: which can show nothing, by what they and the others of their project hold."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deflask.detect.gate import UTF_16
from deflask.detect.projects import Projects
from deflask.detect.related import LETTERS, mentions, says_it_itself
from deflask.files.discovery import SUFFIXES, Found, discover
from deflask.files.errors import SourceError
from deflask.files.notebook import ESCAPED, searchable
from deflask.files.read import read
from deflask.files.search import Search, searches
from deflask.model import Settings

_LETTERS = (*LETTERS, *UTF_16, ESCAPED)


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
        by_folder: dict[str, list[str]] = defaultdict(list)
        for each in found:
            if each.folder is not None and each.error is None:
                by_folder[each.folder].append(each.path)
        quiet: dict[str, list[str]] = defaultdict(list)
        related: list[str] = []
        for folder, below in by_folder.items():
            for path, data in _held(begun[folder], below):
                if data is not None and mentions(data):
                    related.append(path)
                elif data is not None and not data.startswith(UTF_16) and not says_it_itself(data):
                    quiet[os.path.dirname(path)].append(path)
    projects.learn(by_folder, related)
    none = (path for folder, below in quiet.items() if projects.has_nothing_in(folder) for path in below)
    return Sifted(found, frozenset(none))


def _held(search: Search, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """What each file holds, as far as it matters: nothing where no letter stands in it, None where it is unreadable."""
    top = "" if search.folder == "." else os.path.join(search.folder, "")
    names = [path.removeprefix(top) for path in paths]
    holding = search.holding(names)
    for name, path in zip(names, paths, strict=True):
        yield path, b"" if holding is not None and name not in holding else _read(path)


def _read(path: str) -> bytes | None:
    try:
        return searchable(read(path)[0], path)
    except SourceError:
        return None
