"""A progress bar for whoever waits more than a second at a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

_PATIENCE = 1.0
"""Seconds before the bar appears."""

Item = TypeVar("Item")


def progress(items: Sequence[Item], label: str, shown: bool) -> Iterator[Item]:
    """The items, one by one; the bar goes to standard error."""
    if not shown:
        yield from items
        return
    started = time.monotonic()
    done = 0
    while done < len(items) and time.monotonic() - started < _PATIENCE:
        yield items[done]
        done += 1
    if done < len(items):
        with click.progressbar(length=len(items), label=label, file=sys.stderr) as bar:
            bar.update(done)
            for item in items[done:]:
                yield item
                bar.update(1)
