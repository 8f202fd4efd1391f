"""Where the bytes of a file have a run, called, handed on or kept, and whether it can get a flag."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deflask.detect.arguments import takes_a_flag
from deflask.detect.spelled import GAP

# What stands behind `run`: the rest of a longer name, a quote and blanks, then a call, `as`, or an end.
_BEHIND = re.compile(rb"(_simple|_server)?(?!\w)([\"']?" + GAP + rb")(?:(\()|(as\b)|([,)\]};]|\Z))?")
_LONGEST = 4000
"""Bytes of a call's arguments that are looked at."""
# Their `run` starts no app.
_OTHERS = (b"subprocess", b"asyncio")
_ENDS = (*(bytes([mark]) for mark in b"(,)]};:# \t\f\r\n\\"), b"")
"""What can stand behind the name of a run."""
FLAGS = (b"debug=", b"debug =", b'debug":', b"debug':", b"debugger=", b"debugger =", b'debugger":', b"debugger':")
"""How nearly everybody writes the name of a flag in a call, or in a dictionary for one."""


def has_run(data: bytes) -> bool:
    """Whether a run is written that can get a flag."""
    return any(_can_be_flagged(data, at, behind) for at, behind in runs(data))


def runs(data: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
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


def has_named_run(data: bytes) -> bool:
    """Whether an attribute `run` stands near a flag that it may be given."""
    at = data.find(b".run")
    while at >= 0:
        near = max(at - _LONGEST, 0), at + _LONGEST
        ends = data[at + 4 : at + 5] in _ENDS or data.startswith((b"_server", b"_simple"), at + 4)
        if ends and data.find(b"debug", *near) >= 0 and any(data.find(flag, *near) >= 0 for flag in FLAGS):
            return True
        at = data.find(b".run", at + 4)
    return False
