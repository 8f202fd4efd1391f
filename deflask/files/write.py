"""The atomic write: the old file or the new one, never a mixture, and nothing left beside it.

What is written has a name of its own until it takes the place of the file. A process that is killed leaves it behind;
the next one that writes in that folder removes it. It knows that nobody is at work on it by a lock, which the kernel
takes from whoever is killed: whoever removes holds it, and whoever writes goes on only if it holds it and the name is
still there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from deflask.files.errors import WriteError
from deflask.files.read import Identity

_CHANGED = "the file changed while it was being fixed"
_TEMPORARY = re.compile(r"\.deflask-[0-9a-f]{16}\.tmp")


def write(path: str, expected: bytes, data: bytes, identity: Identity | None = None) -> None:
    """Put `data` in place of a file that still holds `expected` and still is the one of that `identity`.

    A symlink to it stays, and so do its mode, owner, access list and other attributes, as far as the user may set them.
    Raises WriteError if the file has changed or cannot be written.
    """
    target = os.path.realpath(path)
    try:
        # From here on all names are those in this very folder, whatever becomes of the path that led to it.
        with _opened(os.open(os.path.dirname(target), os.O_RDONLY | os.O_DIRECTORY)) as folder:
            name = os.path.basename(target)
            _check(name, folder)
            _remove_leftovers(folder)
            with _temporary(folder) as (temporary, descriptor):
                with open(descriptor, "wb", closefd=False) as file:
                    file.write(data)
                _make_alike(descriptor, name, folder)
                os.fsync(descriptor)
                _check(name, folder, expected, identity)
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}") from None


def _check(name: str, folder: int, expected: bytes | None = None, identity: Identity | None = None) -> None:
    """Raise WriteError where a file is not to be replaced, or is no longer the one that was read."""
    state = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(state.st_mode) or (identity is not None and identity != (state.st_dev, state.st_ino)):
        raise WriteError(_CHANGED)
    if not state.st_mode & 0o222 or not os.access(name, os.W_OK, dir_fd=folder):
        raise WriteError("the file is read-only")
    if state.st_nlink > 1:
        raise WriteError("it has another name, a hard link, which would keep the old content")
    if expected is None:
        return
    with _opened(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)) as descriptor:
        with open(descriptor, "rb", closefd=False) as file:
            same = file.read(len(expected) + 1) == expected
        if not same or not os.path.samestat(os.fstat(descriptor), state):
            raise WriteError(_CHANGED)


@contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _temporary(folder: int) -> Iterator[tuple[str, int]]:
    """A new file in a folder, locked, and its name, which is gone in the end if the file has not moved elsewhere."""
    name, descriptor = _created(folder)
    try:
        with _opened(descriptor):
            yield name, descriptor
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=folder)


def _created(folder: int) -> tuple[str, int]:
    while True:
        name = f".deflask-{secrets.token_hex(8)}.tmp"
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
        # Where there are no locks, nothing is taken for a leftover.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            # Before it was locked, another process took it for a leftover.
            os.close(descriptor)
        else:
            return name, descriptor


def _remove_leftovers(folder: int) -> None:
    """Remove what processes have left in a folder that were killed before they could replace a file."""
    for name in filter(_TEMPORARY.fullmatch, os.listdir(folder)):
        # Another process may be removing it, or it is not ours to open.
        with contextlib.suppress(OSError), _opened(_of_nobody(name, folder)) as descriptor:
            state = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(state.st_mode) and os.path.samestat(os.fstat(descriptor), state):
                os.unlink(name, dir_fd=folder)


def _of_nobody(name: str, folder: int) -> int:
    """A file, locked. Raises OSError where someone else has locked it."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _make_alike(descriptor: int, name: str, folder: int) -> None:
    """Give a new file the owner, mode and extended attributes (the access list is one) of the file it is to replace."""
    with _opened(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)) as original:
        state = os.fstat(original)
        for owner in (state.st_uid, -1):
            # Only root can give a file away; its group can be kept by whoever is in it.
            with contextlib.suppress(OSError):
                os.fchown(descriptor, owner, state.st_gid)
                break
        os.fchmod(descriptor, stat.S_IMODE(state.st_mode))
        for attribute in os.listxattr(original) if hasattr(os, "listxattr") else ():
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, attribute, os.getxattr(original, attribute))
