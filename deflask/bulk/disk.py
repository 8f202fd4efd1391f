"""What is written to the disk, and whether there is room for it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

_ROOM = 1 << 16
"""Bytes; where fewer are left, whatever could not be written was too much."""


def is_full(folder: str) -> bool:
    """Whether there is no room where a folder is."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _ROOM


def size(folder: str) -> int:
    """Bytes of the files below a folder, which may change meanwhile."""
    total = 0
    for current, _, names in os.walk(folder):
        for each in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(current, each)).st_size
    return total


def replace(path: str, data: bytes) -> None:
    """Write a whole file, or leave the one that was there. Raises OSError, which names it."""
    temporary = f"{path}.new"
    try:
        with _named(path), open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def append(path: str, text: str) -> None:
    """Add to a text, whatever is in it. Raises OSError, which names it."""
    with _named(path), open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


@contextlib.contextmanager
def _named(path: str) -> Iterator[None]:
    """A block whose OSError says which file could not be written: a write by itself does not."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
