"""Where the bytes of a file have a run, called, handed on or kept, and whether it can get a flag."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deflask.detect.arguments import takes_a_flag
from deflask.detect.spelled import GAP, IN_WORD

# What stands behind `run`: the rest of a longer name, a quote and blanks, then a call, `as`, or an end.
_BEHIND = re.compile(rb"(_simple|_server)?(?!\w)([\"']?" + GAP + rb")(?:(\()|(as\b)|([,)\]};]|\Z))?")
_LONGEST = 4000
"""Bytes of a call's arguments that are looked at."""
_HEAD = 200
"""Bytes before a name that are looked at."""
_COMMENT = re.compile(rb"#[^\r\n]*")
_LISTED = re.compile(rb"[\w\s,(\\\x80-\xff]*")
_STAR = re.compile(rb"import" + GAP + rb"\*")
# Their `run` starts no app.
_OTHERS = (b"subprocess", b"asyncio")
_ENDS = (*(bytes([mark]) for mark in b"(,)]};:# \t\f\r\n\\"), b"")
"""What can stand behind the name of a run."""
# How nearly everybody writes the name of a flag in a call, or in a dictionary for one.
_FLAG = re.compile(rb"debug(?:ger)?(?: ?=|[\"']:)")
FLAG_LETTERS = (b"debug=", b"debug =", b'debug":', b"debug':", b"debugger")
"""Letters of which every file holds one in which `has_named_run` sees a flag."""


def has_run(data: bytes) -> bool:
    """Whether a run is written that can get a flag."""
    return any(_can_be_flagged(data, at, behind) for at, behind in _runs(data))


def has_start(data: bytes) -> bool:
    """Whether a run is written, whatever it can get."""
    return any(behind[3] or _is_handed_on(data, at, behind) for at, behind in _runs(data))


def _runs(data: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where the name of a run begins, and what stands behind it."""
    at = data.find(b"run")
    while at >= 0:
        if IN_WORD.isdisjoint(data[max(at - 1, 0) : at]) and (behind := _BEHIND.match(data, at + 3)):
            yield at, behind
        at = data.find(b"run", at + 3)


def _can_be_flagged(data: bytes, at: int, behind: re.Match[bytes]) -> bool:
    if not behind[3]:
        return _is_handed_on(data, at, behind)
    # Dash's `run_server` once took the flag as its second argument.
    fewest = 1 if behind[1] == b"_server" else 2
    arguments = data[behind.end() : behind.end() + _LONGEST]
    return takes_a_flag(arguments, fewest, _LONGEST) and not _is_of_another(data, at)


def _is_handed_on(data: bytes, at: int, behind: re.Match[bytes]) -> bool:
    """Whether a run that is not called is imported, an attribute, `app.run`, or a name that stands for one."""
    longer, gap, _, renamed, end = behind.groups()
    head = data[max(at - _HEAD, 0) : at]
    if gap[:1] in (b'"', b"'"):
        return b"getattr" in data and _follows(head.rstrip(b"rRbBuU\"'"), (b",",))
    ends = renamed or end is not None or any(mark in gap for mark in (b"\n", b"\r"))
    return bool(longer) or (ends and (_follows(head, (b".",)) or _is_imported(head, data, at)))


def _is_imported(head: bytes, data: bytes, at: int) -> bool:
    """Whether a name can be one that an import lists, or one that came by a star: in prose it is neither."""
    if _STAR.search(data):
        return True
    if not _follows(head, (b"import", b",", b"(", b"as")):
        return False
    before = _COMMENT.sub(b"", data[max(at - _LONGEST, 0) : at])
    start = before.rfind(b"import")
    return (start >= 0 or at > _LONGEST) and _LISTED.fullmatch(before, max(start, 0)) is not None


def _is_of_another(data: bytes, at: int) -> bool:
    """Whether a run is that of a standard module that the file imports, and gives its name to nothing else."""
    for name in _OTHERS:
        if data.endswith(name + b".", 0, at) and b"import " + name in data:
            return re.search(rb"(?<![\w.])%b\s*(?::\s*[\w.]*\s*)?=(?!=)|\bas\s+%b\b" % (name, name), data) is None
    return False


def _follows(head: bytes, marks: tuple[bytes, ...]) -> bool:
    """Whether what ends here may follow one of some marks; between them can be a comment."""
    before = head.rstrip()
    while before.endswith(b"\\"):
        before = before[:-1].rstrip()
    begins_a_line = head.rstrip(b" \t\f")[-1:] in (b"\n", b"\r")
    return before.endswith(marks) or (begins_a_line and b"#" in before[before.rfind(b"\n") + 1 :])


def has_named_run(data: bytes) -> bool:
    """Whether an attribute `run` stands near a flag that it may be given."""
    at = data.find(b".run")
    while at >= 0:
        near = max(at - _LONGEST, 0), at + _LONGEST
        ends = data[at + 4 : at + 5] in _ENDS or data.startswith((b"_server", b"_simple"), at + 4)
        if ends and _FLAG.search(data, *near):
            return True
        at = data.find(b".run", at + 4)
    return False
