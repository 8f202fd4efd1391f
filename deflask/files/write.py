"""The atomic write: the old file or the new one, never a mixture."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile

from deflask.files.errors import WriteError


def write(path: str, expected: bytes, data: bytes) -> None:
    """Put `data` in place of a file that still holds `expected`; its mode and a symlink to it stay.

    Raises WriteError if the file has changed or cannot be written.
    """
    target = os.path.realpath(path)
    temporary: str | None = None
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode)
        if not mode & 0o222 or not os.access(target, os.W_OK):
            raise WriteError("the file is read-only")
        descriptor, temporary = tempfile.mkstemp(prefix=".deflask-", dir=os.path.dirname(target))
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        with open(target, "rb") as file:
            if file.read() != expected:
                raise WriteError("the file changed while it was being fixed")
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
