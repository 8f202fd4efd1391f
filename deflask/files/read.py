"""Reads one file of a run, whatever has become of it since it was found."""

from __future__ import annotations

import os
import stat

from deflask.files.errors import SourceError

Identity = tuple[int, int]
"""The device and the inode of a file: which one it is, whatever it is called."""
LARGEST = 100_000_000
"""Bytes of a file that is read at all."""


def read(path: str) -> tuple[bytes, Identity]:
    """A file's bytes and which file it is. Raises SourceError with the cause."""
    try:
        with open(path, "rb", buffering=0, opener=_without_waiting) as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise SourceError("cannot be read: it is no longer a regular file")
            if state.st_size > LARGEST:
                raise SourceError(f"larger than {LARGEST // 1_000_000} MB")
            return file.read(), (state.st_dev, state.st_ino)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}") from None


def _without_waiting(path: str, flags: int) -> int:
    """Open what may have become a pipe by now, at the other end of which nobody is."""
    return os.open(path, flags | os.O_NONBLOCK)
