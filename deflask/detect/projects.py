"""The projects that the files of one run belong to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deflask.detect.project import Project
    from deflask.detect.project_files import Storage

_MARKS = (".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg")


class Projects:
    """The projects that the files of one run belong to, each made once."""

    def __init__(self, storage: Storage | None = None) -> None:
        self._storage = storage
        self._by_root: dict[str, Project] = {}
        self._by_folder: dict[str, Project] = {}
        self._marks: dict[str, str | None] = {}
        self._seen: tuple[str, ...] = ()
        self._related: set[str] = set()

    def learn(self, folders: Iterable[str], related: Iterable[str]) -> None:
        """Take in which of the files below some folders have to do with what the tables know: no others do."""
        self._seen += tuple(map(os.path.abspath, folders))
        for folder in {os.path.dirname(os.path.abspath(path)) for path in related}:
            while folder not in self._related:
                self._related.add(folder)
                folder = os.path.dirname(folder)

    def has_nothing_in(self, root: str) -> bool:
        """Whether it is known that the project below a folder has to do with nothing that the tables know."""
        return self._relation(root) is False

    def _relation(self, root: str) -> bool | None:
        """What is known of a project from the files of the run, None where they are not all of it."""
        if root in self._related:
            return True
        covered = any(root == seen or root.startswith(os.path.join(seen, "")) for seen in self._seen)
        return False if covered else None

    def of(self, path: str) -> Project:
        """The project of a file: below the nearest folder that has a mark of one, else the file's own folder."""
        own = os.path.dirname(os.path.abspath(path))
        if own not in self._by_folder:
            # Most runs ask for no project.
            from deflask.detect.project import Project
            from deflask.detect.project_files import Disk

            root = self.root(own)
            if root not in self._by_root:
                self._by_root[root] = Project(root, self._storage or Disk(), is_related=self._relation(root))
            self._by_folder[own] = self._by_root[root]
        return self._by_folder[own]

    def root(self, folder: str) -> str:
        """The folder below which the project of the files in a folder stands: the nearest that has a mark, or this."""
        own = os.path.abspath(folder)
        return self._marked(own) or own

    def _marked(self, folder: str) -> str | None:
        """The nearest folder that has the mark of a project, from here upwards."""
        if folder not in self._marks:
            exists = self._storage.exists if self._storage is not None else os.path.exists
            above = os.path.dirname(folder)
            if any(exists(os.path.join(folder, mark)) for mark in _MARKS):
                self._marks[folder] = folder
            else:
                self._marks[folder] = self._marked(above) if above != folder else None
        return self._marks[folder]

    def notes(self) -> list[str]:
        """What was not looked into in any of the projects, and why."""
        return [note for project in self._by_root.values() for note in project.notes]
