"""The shape of a diff: what it changes, without where, and without the names that it leaves as they are."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|\w+|\S")
# The words that say what is switched are part of the shape, whatever stays of them.
_TELLING = re.compile(r"(?i).*debug.*|true|false|none|os|environ|getenv|get|if|else|not|__name__|import|from")


def shape(diff: bytes) -> str:
    """Twelve hexadecimal digits that are the same for diffs that do the same to programs that differ elsewhere."""
    changes = _changed(diff)
    kept = _kept(changes)
    numbers: dict[str, str] = {}
    lines = (sign + " ".join(_named(token, kept, numbers) for token in _TOKEN.findall(rest)) for sign, rest in changes)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _changed(diff: bytes) -> list[tuple[str, str]]:
    """The lines that go and come, each with its sign; the line that heads a file's part ends what is before it."""
    found = []
    for line in diff.split(b"\n"):
        if line.startswith(b"--- "):
            found.append(("=", ""))
        elif line[:1] in (b"+", b"-") and not line.startswith(b"+++ "):
            found.append((line[:1].decode(), line[1:].decode("utf-8", "surrogateescape").strip()))
    return found


def _kept(changes: list[tuple[str, str]]) -> set[str]:
    """The names, texts and numbers that are on both sides, as often."""
    sides = {sign: Counter(t for s, rest in changes if s == sign for t in _TOKEN.findall(rest)) for sign in "+-"}
    return {
        token
        for token, count in sides["-"].items()
        if sides["+"][token] == count and (token[0].isalnum() or token[0] in "_\"'") and not _TELLING.fullmatch(token)
    }


def _named(token: str, kept: set[str], numbers: dict[str, str]) -> str:
    """A token as the shape has it: what is kept by its number in the order of appearance."""
    return numbers.setdefault(token, f"${len(numbers)}") if token in kept else token
