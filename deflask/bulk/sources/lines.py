"""Repositories as lines of a file, of standard input, or of the command line: a URL or a path, and maybe a branch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deflask.bulk.model import Target


@dataclass(frozen=True, slots=True)
class Settings:
    """`lines` as they are read; paths in them are relative to `folder`."""

    lines: Iterable[str]
    folder: str = "."


def repositories(settings: Settings) -> Iterator[Target]:
    """One repository a line: `URL`, or `URL BRANCH`; `#` at the beginning or after a blank begins a comment."""
    for line in settings.lines:
        text = line.strip()
        text = "" if text.startswith("#") else text.partition(" #")[0].strip()
        if text:
            yield _target(text, settings.folder)


def _target(text: str, folder: str) -> Target:
    # A path may hold blanks, and is then no URL with a branch.
    url, branch = (text, None) if os.path.exists(os.path.join(folder, text)) else _split(text)
    path = os.path.join(folder, url)
    return Target(os.path.abspath(path) if _is_path(url, path) else url, branch)


def _split(text: str) -> tuple[str, str | None]:
    url, _, branch = text.partition(" ")
    return url, branch.strip() or None


def _is_path(url: str, path: str) -> bool:
    return not url.startswith("-") and (os.path.exists(path) or ":" not in url)
