"""The look at a file's bytes that lets nearly every file go unparsed.

Looking for letters is ten times faster than looking for words, and that again than parsing: so a file must first hold
the letters of some flag, then the words that a rule asks for. It may let through too much, never too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from deflask.detect.arguments import takes_a_flag
from deflask.detect.spelled import GAP, LEADS, TAKES_TEXT, plainly

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
# What stands behind `run`: the rest of a longer name, a quote and blanks, then a call, `as`, or an end.
_BEHIND = re.compile(rb"(_simple|_server)?(?!\w)([\"']?" + GAP + rb")(?:(\()|(as\b)|([,)\]};]|\Z))?")
_ATTRIBUTE = re.compile(
    rb"\.%(gap)sdebug%(gap)s(?:=[^=]|:[ \t]*[^\s#]|,|(?:[)\]]%(gap)s)+(?:=[^=]|,))|\bsetattr\b" % {b"gap": GAP}
)
_KEY = re.compile(rb"[\"']DEBUG[\"']|\bDEBUG" + GAP + rb"=")
_LONGEST = 4000
"""Bytes of a call's arguments that are looked at."""
# Their `run` starts no app.
_OTHERS = (b"subprocess", b"asyncio")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SPELLED = {RUN: b"run", START: b"run", ATTRIBUTE: b"debug", KEY: b"DEBUG"}


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
        if self._opens(data):
            return True
        plain = plainly(data)
        return bool(plain) and self._opens(data + b"\n" + plain)

    def _opens(self, data: bytes) -> bool:
        if self._flagged and not _has_letters(data) and not _has_run(data):
            return False
        found: dict[bytes, bool] = {}
        return any(all(self._holds(word, data, found) for word in words) for words in self._triggers)

    def letters(self) -> tuple[bytes, ...]:
        """Some letters of which every file holds one for which the gate opens."""
        if self._flagged:
            return (*_LETTERS, *_LOADERS, b"run", *TAKES_TEXT, *LEADS, *_UTF_16)
        longest = {max((_SPELLED.get(word, word) for word in words), key=len) for words in self._triggers}
        return (*sorted(longest), *TAKES_TEXT, *LEADS, *_UTF_16)

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


def _runs(data: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where the name of a run begins, and what stands behind it."""
    at = data.find(b"run")
    while at >= 0:
        if not data[max(at - 1, 0) : at].isalnum() and (behind := _BEHIND.match(data, at + 3)):
            yield at, behind
        at = data.find(b"run", at + 3)


def _can_be_flagged(data: bytes, at: int, behind: re.Match[bytes]) -> bool:
    longer, gap, call, renamed, end = behind.groups()
    head = data[max(at - 200, 0) : at]
    if call:
        # Dash's `run_server` once took the flag as its second argument.
        fewest = 1 if longer == b"_server" else 2
        arguments = data[behind.end() : behind.end() + _LONGEST]
        return takes_a_flag(arguments, fewest, _LONGEST) and not _is_of_another(head, data)
    # Without a call it is imported, an attribute, `app.run`, or a name that stands for one.
    if gap[:1] in (b'"', b"'"):
        return b"getattr" in data and _follows(head.rstrip(b"rRbBuU\"'"), (b",",))
    if renamed:
        return _follows(head, (b"import", b",", b"("))
    ends = end is not None or any(mark in gap for mark in (b"\n", b"\r"))
    return bool(longer) or end in (b",", b")") or (ends and _follows(head, (b".",)))


def _is_of_another(head: bytes, data: bytes) -> bool:
    """Whether a run is that of a standard module that the file imports, and gives its name to nothing else."""
    for name in _OTHERS:
        if head.endswith(name + b".") and b"import " + name in data:
            return re.search(rb"(?<![\w.])%b\s*(?::\s*[\w.]*\s*)?=(?!=)|\bas\s+%b\b" % (name, name), data) is None
    return False


def _follows(head: bytes, marks: tuple[bytes, ...]) -> bool:
    """Whether what ends here may follow one of some marks; between them can be a comment."""
    before = head.rstrip()
    while before.endswith(b"\\"):
        before = before[:-1].rstrip()
    begins_a_line = head.rstrip(b" \t\f")[-1:] in (b"\n", b"\r")
    return before.endswith(marks) or (begins_a_line and b"#" in before[before.rfind(b"\n") + 1 :])


def _has_key(data: bytes) -> bool:
    return b"config" in data and b"DEBUG" in data and _KEY.search(data) is not None


_SHAPES: dict[bytes, Callable[[bytes], bool]] = {
    RUN: _has_run,
    START: lambda data: any(True for _ in _runs(data)),
    ATTRIBUTE: lambda data: b"debug" in data and _ATTRIBUTE.search(data) is not None,
    KEY: _has_key,
}
