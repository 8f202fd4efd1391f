"""What a forge lists: repositories, and which of them are looked at."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository to look at; `url` is where git finds it, `branch` its default branch where it is known."""

    name: str
    url: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which repositories of an organisation or group are looked at.

    A pattern is a glob, or a regular expression between slashes; without a slash in it, a glob is about the name alone.
    """

    match: tuple[str, ...] = ()
    archived: bool = False
    forks: bool = False
    disabled: bool = False

    def __post_init__(self) -> None:
        for pattern in self.match:
            if _is_regex(pattern):
                try:
                    re.compile(pattern[1:-1])
                except re.error as error:
                    raise ValueError(f"{pattern}: {error}") from None

    def takes(self, name: str, *, archived: bool, fork: bool, disabled: bool) -> bool:
        """Whether a repository is looked at."""
        left_out = (archived and not self.archived) or (fork and not self.forks) or (disabled and not self.disabled)
        return not left_out and (not self.match or any(_matches(name, pattern) for pattern in self.match))


def _is_regex(pattern: str) -> bool:
    return len(pattern) > 2 and pattern[0] == pattern[-1] == "/"


def _matches(name: str, pattern: str) -> bool:
    if _is_regex(pattern):
        return re.search(pattern[1:-1], name) is not None
    return fnmatch.fnmatchcase(name if "/" in pattern else name.rpartition("/")[2], pattern)
