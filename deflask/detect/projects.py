"""The projects that the files of one run belong to."""

from __future__ import annotations

import os
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

    def of(self, path: str) -> Project:
        """The project of a file: below the nearest folder that has a mark of one, else the file's own folder."""
        own = folder = os.path.dirname(os.path.abspath(path))
        if own not in self._by_folder:
            exists = self._storage.exists if self._storage is not None else os.path.exists
            while folder and not any(exists(os.path.join(folder, mark)) for mark in _MARKS):
                parent = os.path.dirname(folder)
                folder = parent if parent != folder else ""
            # Most runs ask for no project.
            from deflask.detect.project import Project
            from deflask.detect.project_files import Disk

            root = folder or own
            self._by_folder[own] = self._by_root.setdefault(root, Project(root, self._storage or Disk()))
        return self._by_folder[own]

    def notes(self) -> list[str]:
        """What was not looked into in any of the projects, and why."""
        return [note for project in self._by_root.values() for note in project.notes]
