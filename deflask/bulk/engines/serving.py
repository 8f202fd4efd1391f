"""A process that works for an engine: it ends with the one that it works for, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
import signal
from multiprocessing.connection import Connection

from deflask.bulk import signals

_MEMORY = 4 << 30
"""Bytes that the process, and each git that it starts, may have."""

_AGAIN = 2.0
"""Seconds after which a process that was to end, and has not, is told so again."""


def serve(descriptor: int) -> None:
    """Take the work from a connection, then tasks; an outcome goes back for each, until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in (signal.SIGTERM, signal.SIGIO):
        signal.signal(each, _leave)
    # Git must not keep open what tells the other side that this process is gone.
    os.set_inheritable(descriptor, False)
    # What a hostile file makes of the parser is that file's trouble, not the machine's.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    try:
        _watch(0)
        with contextlib.suppress(EOFError, OSError), Connection(descriptor) as connection:
            work = connection.recv()
            while True:
                connection.send(work(connection.recv()))
    finally:
        # Python says so when it is interrupted while it ends.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signals.ignore()


def _watch(pipe: int) -> None:
    """Have the kernel send SIGIO when a pipe ends, to which nobody writes: no thread has to get its turn for that."""
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([pipe], [], [], 0)[0]:
        _leave()


def _leave(*_: object) -> None:
    """Unwind, and so end the git that runs; again after a while, for Python drops what is raised in a destructor."""
    signals.ignore()
    signal.signal(signal.SIGALRM, _leave)
    signal.setitimer(signal.ITIMER_REAL, _AGAIN)
    raise SystemExit(1)
