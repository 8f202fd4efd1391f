"""The files of a project: which of them are looked at, and why one is not read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

from deflask.files.discovery import ALWAYS_EXCLUDED, SUFFIXES

_LARGEST = 1_000_000
"""Bytes of a module: what is larger is generated, and defines no app."""
# Where a command line that imports a module may stand.
_COMMANDS = re.compile(
    r"(?:Dockerfile|Containerfile|Procfile|Makefile|justfile)[\w.-]*|package\.json|app\.json|crontab|run|serve|start"
    r"|(?:docker-)?entrypoint|.*\.(?:sh|bash|zsh|fish|bat|cmd|ps1|service|conf|ini|ya?ml|toml|cfg|Dockerfile)",
    re.IGNORECASE,
)


def read_file(path: str) -> bytes | None:
    """A file's bytes, None where there is none that could be read or it is too large to be worth it."""
    try:
        if unfit(path) is not None:
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def unfit(path: str) -> str | None:
    """Why a file that is there is not read. Raises OSError where there is none."""
    state = os.stat(path)
    if not stat.S_ISREG(state.st_mode):
        return "no regular file"
    if state.st_size > _LARGEST:
        return f"larger than {_LARGEST // 1_000_000} MB"
    return None if os.access(path, os.R_OK) else "not readable"


def is_looked_at(name: str) -> bool:
    """Whether a file of this name can start a module."""
    return name.endswith(SUFFIXES) or bool(_COMMANDS.fullmatch(name))


def walk_files(root: str) -> Iterator[str]:
    """The files below a folder, without those that are no source of the project."""
    for current, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in ALWAYS_EXCLUDED)
        yield from (os.path.join(current, name) for name in sorted(files))
