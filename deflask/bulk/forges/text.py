"""Text of repositories in Markdown: shown as it is, and without effect."""

from __future__ import annotations

import re

from deflask.formats.base import visible

# What means something in the middle of a line: our lines never begin with text of others.
_PUNCTUATION = re.compile(r"([\\`*_\[\]<>#|~$&])")
# A forge looks for these after it has rendered Markdown, so a backslash does not stop it; a character of no width does.
# `Fixes #1` in a pull request would close that issue.
_REFERENCE = re.compile(r"(?<=[@#!&%~$^])(?=[\w\"'])|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\bGH)(?=-\d)", re.IGNORECASE)
_ZERO_WIDTH = "\u200b"
_LONGEST = 300


def one_line(text: str) -> str:
    """Without line breaks, control characters and what is not shown, and not endless."""
    text = visible(" ".join(text.split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def code(text: str) -> str:
    """As inline code, in which nothing is a mention or a link."""
    text = one_line(text) or "(empty)"
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"


def prose(text: str) -> str:
    """As prose, in which pairs of backticks stay inline code."""
    parts = one_line(text).split("`")
    if len(parts) % 2 == 0:
        return _plain("`".join(parts))
    return "".join(code(part) if index % 2 else _plain(part) for index, part in enumerate(parts))


def title(text: str) -> str:
    """As a title, which is no Markdown but knows mentions."""
    return _REFERENCE.sub(_ZERO_WIDTH, one_line(text))[:_LONGEST]


def _plain(text: str) -> str:
    # Placed first, so that a backslash that follows comes between the two as well.
    return _PUNCTUATION.sub(r"\\\1", _REFERENCE.sub(_ZERO_WIDTH, text))
