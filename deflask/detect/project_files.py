"""Where the files of a project come from, and which of them are looked at."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from deflask.files.discovery import SUFFIXES
from deflask.files.listing import ALWAYS_EXCLUDED

LARGEST = 1_000_000
"""Bytes of a module: what is larger is generated, and defines no app."""
# Where a command line that imports a module may stand.
_COMMANDS = re.compile(
    r"(?:Dockerfile|Containerfile|Procfile|Makefile|justfile)[\w.-]*|package\.json|app\.json|crontab|run|serve|start"
    r"|(?:docker-)?entrypoint|.*\.(?:sh|bash|zsh|fish|bat|cmd|ps1|service|conf|ini|ya?ml|toml|cfg|Dockerfile)",
    re.IGNORECASE,
)


class Storage(Protocol):
    """What a project asks for its files: a disk, a tree of git, or either with other bytes in some of its files.

    Paths are absolute. Nothing is raised.
    """

    def read(self, path: str) -> bytes | None:
        """A file's bytes, None where there is none that could be read or it is too large to be worth it."""

    def obstacle(self, path: str) -> str | None:
        """Why a file that is there is not read, None where there is none."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder."""

    def walk(self, root: str) -> Iterable[str]:
        """The files below a folder, in order, without those that are no source of the project."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The files of this machine."""

    def read(self, path: str) -> bytes | None:
        """See `Storage`."""
        try:
            if _unfit(path) is not None:
                return None
            with open(path, "rb") as file:
                return file.read()
        except OSError:
            return None

    def obstacle(self, path: str) -> str | None:
        """See `Storage`."""
        try:
            return _unfit(path) or "not readable"
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        """See `Storage`."""
        return os.path.exists(path)

    def walk(self, root: str) -> Iterator[str]:
        """See `Storage`."""
        for current, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if name not in ALWAYS_EXCLUDED)
            yield from (os.path.join(current, name) for name in sorted(files))


def _unfit(path: str) -> str | None:
    """Why a file that is there is not read. Raises OSError where there is none."""
    state = os.stat(path)
    if not stat.S_ISREG(state.st_mode):
        return "no regular file"
    if state.st_size > LARGEST:
        return f"larger than {LARGEST // 1_000_000} MB"
    return None if os.access(path, os.R_OK) else "not readable"


@dataclass(frozen=True, slots=True)
class Changed:
    """Files of which some hold other bytes."""

    below: Storage
    changed: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        """See `Storage`."""
        return self.changed[path] if path in self.changed else self.below.read(path)

    def obstacle(self, path: str) -> str | None:
        """See `Storage`."""
        return self.below.obstacle(path)

    def exists(self, path: str) -> bool:
        """See `Storage`."""
        return self.below.exists(path)

    def walk(self, root: str) -> Iterable[str]:
        """See `Storage`."""
        return self.below.walk(root)


def is_looked_at(name: str) -> bool:
    """Whether a file of this name can start a module."""
    return name.endswith(SUFFIXES) or bool(_COMMANDS.fullmatch(name))
