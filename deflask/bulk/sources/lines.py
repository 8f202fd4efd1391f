"""Repositories as lines of a file, of standard input, or of the command line: a URL or a path, and maybe a branch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deflask.bulk.model import Target
from deflask.bulk.urls import SCP, URL

ENCODING = "utf-8-sig"
"""Of a list: a byte order mark at its beginning, which editors write on Windows, is none of its text."""
_BLANKS = " \t\r\n"
_COMMENT = re.compile(r"(?:^|[ \t])#.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Settings:
    """`lines` as they are read; paths in them are relative to `folder`."""

    lines: Iterable[str]
    folder: str = "."


def repositories(settings: Settings) -> Iterator[Target]:
    """One repository a line: `URL`, or `URL BRANCH`; `#` at the beginning or after a blank begins a comment.

    Raises ValueError for what is no UTF-8 text at all; single bytes that are none may be part of a path.
    """
    for line in settings.lines:
        if "\0" in line:
            raise ValueError("holds NUL characters: a list is text in UTF-8, not in UTF-16")
        text = _COMMENT.sub("", line.strip(_BLANKS)).strip(_BLANKS)
        if text:
            yield _target(text, settings.folder)


def _target(text: str, folder: str) -> Target:
    # A path may hold blanks, and is then no URL with a branch.
    url, branch = (text, None) if os.path.exists(os.path.join(folder, text)) else _split(text)
    path = os.path.join(folder, url)
    return Target(os.path.abspath(path) if _is_path(url, path) else url, branch)


def _split(text: str) -> tuple[str, str | None]:
    url, *branch = re.split(r"[ \t]+", text, maxsplit=1)
    return url, branch[0] if branch else None


def _is_path(url: str, path: str) -> bool:
    return not url.startswith("-") and (os.path.exists(path) or not (URL.match(url) or SCP.match(url)))
