"""The tree of a commit as the files of a project: imports lead through it as through the folders of a disk."""

from __future__ import annotations

import os
from collections.abc import Iterator

from deflask.bulk.repository import REGULAR, Entry, Objects, text
from deflask.detect.project_files import LARGEST
from deflask.files.listing import ALWAYS_EXCLUDED

LFS = b"version https://git-lfs.github.com/spec/"
"""How a file begins that only points to its content."""


class Tree:
    """A `Storage` that reads blobs. Its files are named as if the current folder were the root of the tree."""

    def __init__(self, entries: list[Entry], objects: Objects) -> None:
        self.root = os.getcwd()
        self._objects = objects
        self._entries = {self.path(entry): entry for entry in entries}
        self._folders: set[str] = set()
        for path in self._entries:
            folder = os.path.dirname(path)
            while folder not in self._folders and folder != self.root:
                self._folders.add(folder)
                folder = os.path.dirname(folder)

    def path(self, entry: Entry) -> str:
        """Where a file of the tree stands."""
        return os.path.join(self.root, text(entry.path))

    def data(self, entry: Entry) -> bytes:
        """The content of a file."""
        return self._objects.read(entry.oid)

    def read(self, path: str) -> bytes | None:
        """See `Storage`."""
        entry = self._entries.get(path)
        return self.data(entry) if entry is not None and self.obstacle(path) is None else None

    def obstacle(self, path: str) -> str | None:
        """See `Storage`."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        if entry.mode not in REGULAR:
            return "no regular file"
        return f"larger than {LARGEST // 1_000_000} MB" if entry.size > LARGEST else None

    def exists(self, path: str) -> bool:
        """See `Storage`; the root of the tree is that of a repository."""
        return path in self._entries or path in self._folders or path == os.path.join(self.root, ".git")

    def walk(self, root: str) -> Iterator[str]:
        """See `Storage`."""
        below = os.path.join(root, "")
        for path in sorted(self._entries, key=_folder_first):
            if path.startswith(below) and is_source(path[len(below) :]):
                yield path


def _folder_first(path: str) -> list[tuple[bool, str]]:
    """The order of a walk: in each folder its own files, then the folders, by name."""
    *folders, name = path.split(os.sep)
    return [*((True, folder) for folder in folders), (False, name)]


def is_source(path: str) -> bool:
    """Whether a relative path is in none of the folders that are always left out."""
    return ALWAYS_EXCLUDED.isdisjoint(path.split("/")[:-1])
