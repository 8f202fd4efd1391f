"""The folder of a campaign: whether it is one, who works in it, and what of it may be taken away."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from typing import TextIO

from deflask.bulk.database import recognize

JOURNAL = "journal.sqlite"
_LOCK = "lock"
_FOLDERS = ("diffs", "packs", "logs")
_PATIENCE = 10.0
"""Seconds in which workers end whose run was killed."""
_LOOK = 0.05
"""Seconds between two looks whether they have."""


class CampaignError(Exception):
    """The campaign cannot run; the message is the cause, in one line."""


def check(folder: str, may_be_new: bool) -> None:
    """Raises CampaignError or JournalError where it is neither a campaign nor, if it `may_be_new`, empty or not there.

    A run that was killed before it made the journal has left its lock at most. Nothing is touched.
    """
    journal = os.path.join(folder, JOURNAL)
    if os.path.lexists(journal):
        recognize(journal)
        return
    if not may_be_new:
        raise CampaignError(f"{folder}: no campaign; `deflask bulk plan` makes one")
    try:
        others = set(os.listdir(folder)) - {_LOCK}
    except FileNotFoundError:
        return
    if others:
        raise CampaignError(f"{folder}: no campaign, and not empty: {min(others)} is there; name a new folder")


@contextlib.contextmanager
def locked(folder: str) -> Iterator[None]:
    """A campaign's folder, made if it is not there, for this process alone.

    The lock goes with this process and with the workers and the git that it has started, however they end. Raises
    CampaignError, or OSError.
    """
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, _LOCK)
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+", encoding="latin-1") as file:
        _take(file, path)
        os.set_inheritable(file.fileno(), True)
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        for name in _FOLDERS:
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        yield


def _take(file: TextIO, path: str) -> None:
    """Lock a file that names its holder; where that was killed, what it has started gets some time to end."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        file.seek(0)
        holder = file.read(20)
        if holder and not holder.isdecimal():
            raise CampaignError(f"{path}: not a campaign's lock")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not holder or _is_alive(int(holder)):
                raise CampaignError(f"another run works on this campaign: process {holder or '?'}") from None
            if time.monotonic() > deadline:
                raise CampaignError(f"what process {holder} has started still works on this campaign") from None
            time.sleep(_LOOK)
        else:
            return


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def emptied(folder: str, name: str) -> str:
    """The folder for what is not kept, without what a run has left that was killed.

    Only a name that nobody else gives to a folder may be passed. Raises CampaignError, or OSError.
    """
    path = os.path.join(folder, name)
    if os.path.islink(path):
        raise CampaignError(f"{path}: a symlink is no folder of deflask's own")
    os.makedirs(path, exist_ok=True)
    for each in os.listdir(path):
        # Symlinks, the entry itself included, are not followed.
        shutil.rmtree(os.path.join(path, each), ignore_errors=True)
    return path
