"""The look at a file's bytes that lets nearly every file go unparsed.

Looking for letters is ten times faster than looking for words, and that again than parsing: so a file must first hold
the letters of some flag, then the words that a rule asks for. It may let through too much, never too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

RUN = b"run(debug)"
"""Stands in a trigger for a run, also one that is handed on, that can get a flag: by name, by position, starred."""
ATTRIBUTE = b".debug ="
"""Stands in a trigger for an attribute `debug` that is set."""
KEY = b"'DEBUG'"
"""Stands in a trigger for a configuration and a key DEBUG."""

_LETTERS = (b"ebug", b"EBUG", b"FLASK_ENV", b"flask_script", b"pywebio")
_LOADERS = (b"from_object", b"from_pyfile", b"from_file", b"from_json")
# What stands behind `run` where it is called, handed on or kept.
_BEHIND = re.compile(rb"(?:_simple|_server)?\s*(?:(\()|[,)\]}]|[\r\n;#\\]|$)")
_ATTRIBUTE = re.compile(rb"\.debug\s*(?::[^=\n]*)?=[^=]|\bsetattr\b|\.debug\s*,")
_KEY = re.compile(rb"[\"']DEBUG[\"']|\bDEBUG\s*=")
_LONGEST = 4000
"""Bytes of a call's arguments that are looked at."""
_VARIABLE = b"FLASK_"
_BLANK = rb"(?:[\s\\]|#[^\n]*\n)*"
_FLAG = re.compile(rb"(?:debug|use_debugger)(?:%b=(?!=)|[\"']%b:)" % (_BLANK, _BLANK))
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SPELLED = {RUN: b"run", ATTRIBUTE: b"debug", KEY: b"DEBUG"}
# Their `run` starts no app.
_OTHERS = (b"subprocess.", b"asyncio.")


class Gate:
    """Open for a file that contains all the words of one of the rules' triggers.

    `triggers` are those of each rule, by its code. `flagged` tells that all that the rules find has a flag that is on,
    so that its letters must be there.
    """

    def __init__(self, triggers: Mapping[str, tuple[tuple[bytes, ...], ...]], flagged: bool) -> None:
        self._triggers = triggers
        self._flagged = flagged
        words = {word for sets in triggers.values() for words in sets for word in words if word not in _SHAPES}
        self._whole = {word: re.compile(rb"(?<!\w)" + re.escape(word) + rb"(?!\w)") for word in words}

    def opens(self, data: bytes, related: bool = True) -> bool:
        """Whether a rule could find something in `data`.

        `related` tells whether anything of its project has to do with what the tables know.
        """
        # UTF-16 hides the words; such a file is not Python source, and saying so is the parser's business.
        if data.startswith(UTF_16):
            return self.opens(data.replace(b"\0", b"").removeprefix(data[:2]), related)
        if not related and not says_it_itself(data):
            return False
        if self._flagged and not _has_letters(data) and not _has_run(data):
            return False
        return bool(self.codes(data, 1))

    def codes(self, data: bytes, most: int | None = None) -> list[str]:
        """The codes of the rules that could find something in `data`, the first `most` of them."""
        found: dict[bytes, bool] = {}
        codes = (
            code
            for code, sets in self._triggers.items()
            if any(all(self._holds(word, data, found) for word in words) for words in sets)
        )
        return list(islice(codes, most))

    def letters(self) -> tuple[bytes, ...]:
        """Some letters of which every file holds one for which the gate opens."""
        if self._flagged:
            return (*_LETTERS, *_LOADERS, b"run", *UTF_16)
        sets = {words for sets in self._triggers.values() for words in sets}
        longest = {max((_SPELLED.get(word, word) for word in words), key=len) for words in sets}
        return (*sorted(longest), *UTF_16)

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
    return any(_can_be_flagged(data, at, behind) for at, behind in _runs(data))


def says_it_itself(data: bytes) -> bool:
    """Whether something can be found without any file that has to do with Flask: a run with its flag, a variable.

    A flag stands behind the run: in its call, or in what the run is handed to.
    """
    if _VARIABLE in data:
        return True
    run = next(_runs(data), None) if b"ebug" in data else None
    return run is not None and _FLAG.search(data, run[0]) is not None


def _runs(data: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where `run` is called, handed on or kept, with the match of what stands behind it."""
    at = data.find(b"run")
    while at >= 0:
        if (behind := _BEHIND.match(data, at + 3)) and _starts_apps(data[max(at - 11, 0) : at]):
            yield at, behind
        at = data.find(b"run", at + 3)


def _starts_apps(before: bytes) -> bool:
    return not before[-1:].isalnum() and not before.endswith(_OTHERS)


def _can_be_flagged(data: bytes, at: int, behind: re.Match[bytes]) -> bool:
    if behind[1] is None:
        # Without a call it is an attribute, `app.run`, or a name that stands for one.
        before = data[max(at - 1, 0) : at]
        return before in (b".", b'"', b"'", b"_") or behind[0].lstrip()[:1] in (b",", b")")
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
