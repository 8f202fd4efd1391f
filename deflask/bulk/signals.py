"""Signals that end a process, held back where an exception in the middle would lose something."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGIO)
"""The last one says in a worker that nobody wants its work any more."""


@contextmanager
def held() -> Iterator[None]:
    """A block that is not interrupted; what came meanwhile is handled after it."""
    if threading.current_thread() is not threading.main_thread():  # no other one is ever interrupted
        yield
        return
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)

    before = {each: handler for each in ENDING if callable(handler := signal.getsignal(each))}
    for each in before:
        signal.signal(each, note)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in came:
            signal.raise_signal(number)


def ignore() -> None:
    """Let nothing interrupt this process any more: it ends."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
