"""The look at a file's bytes that lets nearly every file go unparsed.

Looking for letters is ten times faster than looking for words, and that again than parsing: so a file must first hold
the letters of some flag, then the words that a rule asks for. It may let through too much, never too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from deflask.detect.runs_written import has_run, has_start
from deflask.detect.spelled import GAP, LEADS, TAKES_TEXT, plainly, stands

RUN = b"run(debug)"
"""Stands in a trigger for a run, also one that is handed on, that can get a flag: by name, by position, starred."""
ATTRIBUTE = b".debug ="
"""Stands in a trigger for an attribute `debug` that is set."""
KEY = b"'DEBUG'"
"""Stands in a trigger for a configuration and a key DEBUG."""
START = b"run()"
"""Stands in a trigger for a run, whether or not it can get a flag."""

_LETTERS = (b"ebug", b"EBUG", b"FLASK_ENV", b"flask_script", b"pywebio")
_LOADERS = (b"from_object", b"from_pyfile", b"from_file", b"from_json")
_ATTRIBUTE = re.compile(
    rb"\.%(gap)sdebug%(gap)s(?:=[^=]|:[ \t]*[^\s#]|,|(?:[)\]]%(gap)s)+(?:=[^=]|,))|\bsetattr\b" % {b"gap": GAP}
)
_KEY = re.compile(rb"[\"']DEBUG[\"']|\bDEBUG" + GAP + rb"=")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SPELLED = {RUN: b"run", START: b"run", ATTRIBUTE: b"debug", KEY: b"DEBUG"}


class Gate:
    """Open for a file that contains all the words of one of the rules' triggers.

    `triggers` are those of each rule, by its code. `flagged` tells that all that the rules find has a flag that is on,
    so that its letters must be there.
    """

    def __init__(self, triggers: Mapping[str, tuple[tuple[bytes, ...], ...]], flagged: bool) -> None:
        self._triggers = triggers
        self._flagged = flagged

    def opens(self, data: bytes) -> bool:
        """Whether a rule could find something in `data`."""
        # UTF-16 hides the words; such a file is not Python source, and saying so is the parser's business.
        if data.startswith(UTF_16):
            return self.opens(data.replace(b"\0", b"").removeprefix(data[:2]))
        if self._opens(data):
            return True
        plain = plainly(data)
        return bool(plain) and self._opens(data + b"\n" + plain)

    def _opens(self, data: bytes) -> bool:
        if self._flagged and not _has_letters(data) and not has_run(data):
            return False
        return next(self._codes(data), None) is not None

    def codes(self, data: bytes) -> set[str]:
        """The codes of the rules that could find something in `data`."""
        plain = plainly(data)
        return set(self._codes(data + b"\n" + plain if plain else data))

    def _codes(self, data: bytes) -> Iterator[str]:
        found: dict[bytes, bool] = {}
        for code, sets in self._triggers.items():
            if any(all(self._holds(word, data, found) for word in words) for words in sets):
                yield code

    def letters(self) -> tuple[bytes, ...]:
        """Some letters of which every file holds one for which the gate opens."""
        if self._flagged:
            return (*_LETTERS, *_LOADERS, b"run", *TAKES_TEXT, *LEADS, *UTF_16)
        sets = {words for sets in self._triggers.values() for words in sets}
        longest = {max((_SPELLED.get(word, word) for word in words), key=len) for words in sets}
        return (*sorted(longest), *TAKES_TEXT, *LEADS, *UTF_16)

    def _holds(self, word: bytes, data: bytes, found: dict[bytes, bool]) -> bool:
        """Whether a word or a shape stands in the data; each is looked for once."""
        if word not in found:
            shape = _SHAPES.get(word)
            found[word] = shape(data) if shape else stands(word, data)
        return found[word]


def _has_letters(data: bytes) -> bool:
    loads = b"from_" in data and any(loader in data for loader in _LOADERS)
    return loads or any(letters in data for letters in _LETTERS)


def _has_key(data: bytes) -> bool:
    return b"config" in data and b"DEBUG" in data and _KEY.search(data) is not None


_SHAPES: dict[bytes, Callable[[bytes], bool]] = {
    RUN: has_run,
    START: has_start,
    ATTRIBUTE: lambda data: b"debug" in data and _ATTRIBUTE.search(data) is not None,
    KEY: _has_key,
}
