"""Which of the files below a folder hold some letters: `git grep` looks faster than Python reads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from deflask.files import repository
from deflask.files.listing import ALWAYS_EXCLUDED

if TYPE_CHECKING:
    from subprocess import Popen

MANY = 500
"""Files from which on it is worth asking git."""
_TIMEOUT = 60
"""Seconds after which every file is read instead."""
_MOST_PLACES = 100
"""Names that git is told to look below; more take longer to compare than to look at."""
_SPECIAL = str.maketrans({letter: f"\\{letter}" for letter in "\\*?["})


class Search:
    """A search for letters in the files below a folder whose names end in some way.

    In a repository it begins when the names of the files are known, to look at no more than it must: whole environments
    can stand there ignored. Elsewhere it begins at once, while the files are still being listed.
    """

    def __init__(self, folder: str, suffixes: Sequence[str], letters: Sequence[bytes]) -> None:
        self.folder = folder
        self._suffixes = suffixes
        self._letters = letters
        self._running: Popen[bytes] | None = None if repository.top(folder) is not None else self._begin({""})

    def holding(self, names: Sequence[str]) -> set[str] | None:
        """Those of the files, by their names relative to the folder, that hold a letter, and maybe others.

        None where git cannot tell: it is not there, a file cannot be read, or they are too few to ask.
        """
        if len(names) < MANY:
            return None
        self._running = self._running or self._begin(_places(names))
        if self._running is None:
            return None
        from subprocess import TimeoutExpired

        try:
            out, err = self._running.communicate(timeout=_TIMEOUT)
        except TimeoutExpired:
            return None
        if self._running.returncode not in (0, 1) or err:
            return None
        return {os.fsdecode(name).replace("/", os.sep) for name in out.split(b"\0") if name}

    def end(self) -> None:
        """Stop, if it has not come to an end."""
        if self._running is not None:
            self._running.kill()
            with self._running:
                self._running = None

    def _begin(self, places: Iterable[str]) -> Popen[bytes] | None:
        from subprocess import PIPE, Popen

        # Neither an index nor .gitignore is asked: what is looked for stands in the files, and which count is known.
        command = ["git", "-C", self.folder, "grep", "--no-index", "--no-exclude-standard", "--no-textconv"]
        command += ["--no-color", "--threads=4", "-l", "-z", "-a", "-F"]
        command += [part for letters in self._letters for part in ("-e", os.fsdecode(letters))]
        command += ["--", *(f"{place}*{suffix}" for place in sorted(places) for suffix in self._suffixes)]
        command += [f":(exclude){name}/" for name in sorted(ALWAYS_EXCLUDED)]
        # A configuration could change the output.
        environment = repository.environment() | {
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        try:
            return Popen(command, stdout=PIPE, stderr=PIPE, env=environment)
        except (OSError, ValueError):
            return None


@contextlib.contextmanager
def searches(paths: Iterable[str], suffixes: Sequence[str], letters: Sequence[bytes]) -> Iterator[dict[str, Search]]:
    """A search for each of the paths that is a folder, ended at the end of the block."""
    begun = {path: Search(path, suffixes, letters) for path in paths if os.path.isdir(path)}
    try:
        yield begun
    finally:
        for search in begun.values():
            search.end()


def _places(names: Sequence[str]) -> set[str]:
    """What git has to look below, as it writes patterns."""
    places = {name.partition(os.sep)[0].translate(_SPECIAL) + "/" if os.sep in name else "" for name in names}
    return places if "" not in places and len(places) < _MOST_PLACES else {""}
