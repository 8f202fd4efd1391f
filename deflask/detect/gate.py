"""The look at a file's bytes that lets nearly every file go unparsed.

Looking for letters is ten times faster than looking for words, and that again than parsing: so a file must first hold
the letters of some flag, then the words that a rule asks for. It may let through too much, never too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

RUN = b"run(debug)"
"""Stands in a trigger for a run, also one that is handed on, that can get a flag: by name, by position, starred."""
ATTRIBUTE = b".debug ="
"""Stands in a trigger for an attribute `debug` that is set."""
KEY = b"'DEBUG'"
"""Stands in a trigger for a configuration and a key DEBUG."""

_LETTERS = (b"ebug", b"EBUG", b"FLASK_ENV", b"flask_script", b"pywebio")
_LOADERS = (b"from_object", b"from_pyfile", b"from_file", b"from_json")
# What stands behind `run` where it is called, handed on or kept.
_BEHIND = re.compile(rb"(?:_simple|_server)?\s*(?:(\()|[,)\]}]|[\r\n;#]|$)")
# No annotation is longer; without a bound a line of `.debug:` takes the square of its length.
_ATTRIBUTE = re.compile(rb"\.debug\s*(?::[^=\n]{0,1000})?=[^=]|\bsetattr\b|\.debug\s*,")
_KEY = re.compile(rb"[\"']DEBUG[\"']|\bDEBUG\s*=")
_LONGEST = 4000
"""Bytes of a call's arguments that are looked at."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SPELLED = {RUN: b"run", ATTRIBUTE: b"debug", KEY: b"DEBUG"}
# Their `run` starts no app.
_OTHERS = (b"subprocess.", b"asyncio.")


class Gate:
    """Open for a file that contains all the words of one of the rules' triggers.

    `flagged` tells that all that the rules find has a flag that is on, so that its letters must be there.
    """

    def __init__(self, triggers: Iterable[tuple[bytes, ...]], flagged: bool) -> None:
        self._triggers = tuple(dict.fromkeys(triggers))
        self._flagged = flagged
        words = {word for words in self._triggers for word in words if word not in _SHAPES}
        self._whole = {word: re.compile(rb"(?<!\w)" + re.escape(word) + rb"(?!\w)") for word in words}

    def opens(self, data: bytes) -> bool:
        """Whether a rule could find something in `data`."""
        # UTF-16 hides the words; such a file is not Python source, and saying so is the parser's business.
        if data.startswith(_UTF_16):
            return self.opens(data.replace(b"\0", b"").removeprefix(data[:2]))
        if self._flagged and not _has_letters(data) and not _has_run(data):
            return False
        found: dict[bytes, bool] = {}
        return any(all(self._holds(word, data, found) for word in words) for words in self._triggers)

    def letters(self) -> tuple[bytes, ...]:
        """Some letters of which every file holds one for which the gate opens."""
        if self._flagged:
            return (*_LETTERS, *_LOADERS, b"run", *_UTF_16)
        longest = {max((_SPELLED.get(word, word) for word in words), key=len) for words in self._triggers}
        return (*sorted(longest), *_UTF_16)

    def _holds(self, word: bytes, data: bytes, found: dict[bytes, bool]) -> bool:
        """Whether a word or a shape stands in the data; each is looked for once."""
        if word not in found:
            shape = _SHAPES.get(word)
            found[word] = shape(data) if shape else word in data and self._whole[word].search(data) is not None
        return found[word]


def _has_letters(data: bytes) -> bool:
    loads = b"from_" in data and any(loader in data for loader in _LOADERS)
    return loads or any(letters in data for letters in _LETTERS)


def _has_run(data: bytes) -> bool:
    at = data.find(b"run")
    while at >= 0:
        if (behind := _BEHIND.match(data, at + 3)) and _can_be_flagged(data, at, behind):
            return True
        at = data.find(b"run", at + 3)
    return False


def _can_be_flagged(data: bytes, at: int, behind: re.Match[bytes]) -> bool:
    before = data[max(at - 11, 0) : at]
    if before[-1:].isalnum() or before.endswith(_OTHERS):
        return False
    if behind[1] is None:
        # Without a call it is an attribute, `app.run`, or a name that stands for one.
        return before.endswith((b".", b'"', b"'", b"_")) or behind[0].lstrip()[:1] in (b",", b")")
    return _takes_a_flag(data[behind.end() : behind.end() + _LONGEST])


def _takes_a_flag(arguments: bytes) -> bool:
    """Whether a call's arguments name a flag, are starred, or are at least two without a name."""
    depth = commas = 0
    named = False
    for at, byte in enumerate(arguments):
        if byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth -= 1
            if depth < 0:
                return b"debug" in arguments[:at]
        elif byte in b"*=,d" and depth == 0:
            if byte == 0x2A or arguments.startswith((b"debug", b"use_debugger"), at):
                return True
            named = named or byte == 0x3D
            commas += byte == 0x2C and not named
            if commas == 2:
                return True
    return len(arguments) == _LONGEST


def _has_key(data: bytes) -> bool:
    return b"config" in data and b"DEBUG" in data and _KEY.search(data) is not None


_SHAPES: dict[bytes, Callable[[bytes], bool]] = {
    RUN: _has_run,
    ATTRIBUTE: lambda data: b"debug" in data and _ATTRIBUTE.search(data) is not None,
    KEY: _has_key,
}
