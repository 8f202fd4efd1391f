"""Every repository below a folder, bare or with a work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from deflask.bulk.model import Target


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to look. Symlinks are not followed."""

    folder: str


def repositories(settings: Settings) -> Iterator[Target]:
    """The repositories below a folder, by name; what is inside of one is part of it. Raises OSError."""
    os.listdir(settings.folder)
    for current, folders, files in os.walk(settings.folder):
        folders.sort()
        is_bare = "HEAD" in files and {"objects", "refs"} <= set(folders)
        if is_bare or ".git" in folders or ".git" in files:
            folders.clear()
            yield Target(os.path.abspath(current))
