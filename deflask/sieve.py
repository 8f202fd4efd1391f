"""The first look at all files of a run: which can show nothing, by what they and the others of their project hold."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence

from deflask.detect.gate import UTF_16
from deflask.detect.projects import Projects
from deflask.detect.related import LETTERS, mentions, says_it_itself
from deflask.files import search
from deflask.files.discovery import SUFFIXES, Found
from deflask.files.notebook import ESCAPED, searchable

_LETTERS = (*LETTERS, *UTF_16, ESCAPED)


def shut(found: Sequence[Found], projects: Projects) -> set[str]:
    """The paths below folders that can show nothing; `projects` learn which files have to do with Flask.

    What is left out shows nothing, but can be imported: so it is looked at, too.
    """
    by_folder: dict[str, list[str]] = defaultdict(list)
    for each in found:
        if each.folder is not None and each.error is None:
            by_folder[each.folder].append(each.path)
    quiet: dict[str, list[str]] = defaultdict(list)
    related: list[str] = []
    for folder, paths in by_folder.items():
        for path, data in _held(folder, paths):
            if data is not None and mentions(data):
                related.append(path)
            elif data is not None and not data.startswith(UTF_16) and not says_it_itself(data):
                quiet[os.path.dirname(path)].append(path)
    projects.learn(by_folder, related)
    return {path for folder, paths in quiet.items() if projects.has_nothing_in(folder) for path in paths}


def _held(folder: str, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """What each file holds, as far as it matters: nothing where no letter stands in it, None where it is unreadable."""
    top = "" if folder == "." else os.path.join(folder, "")
    names = [path.removeprefix(top) for path in paths]
    holding = search.holding(folder, names, SUFFIXES, _LETTERS) if len(names) >= search.MANY else None
    for name, path in zip(names, paths, strict=True):
        yield path, b"" if holding is not None and name not in holding else _read(path)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return searchable(file.read(), path)
    except OSError:
        return None
