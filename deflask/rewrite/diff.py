"""A unified diff that `git apply` takes, for every line ending and file name."""

from __future__ import annotations

import os

from deflask.files import repository
from deflask.rewrite.hunks import hunks

_MISSING = b"\n\\ No newline at end of file\n"
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def unified(before: bytes, after: bytes, path: str) -> bytes:
    """The diff from `before` to `after`, three lines of context, with `path` under `a/` and `b/`."""
    name = _below(path).replace(os.sep, "/").lstrip("/")
    old, new = _lines(before), _lines(after)
    lines = [b"--- " + _quoted(f"a/{name}") + b"\n", b"+++ " + _quoted(f"b/{name}") + b"\n"]
    for group in hunks(old, new):
        (_, first, _, start, _), (*_, last, _, end) = group[0], group[-1]
        lines.append(b"@@ -%s +%s @@\n" % (_range(first, last), _range(start, end)))
        for tag, a, b, c, d in group:
            lines += [b" " + line for line in old[a:b]] if tag == "equal" else [b"-" + line for line in old[a:b]]
            lines += [b"+" + line for line in new[c:d]] if tag != "equal" else []
    return b"".join(line if line.endswith(b"\n") else line + _MISSING for line in lines)


def _range(first: int, end: int) -> bytes:
    """Lines as a hunk counts them: those from `first`, 0-based, to before `end`."""
    if end - first == 1:
        return b"%d" % (first + 1)
    return b"%d,%d" % (first + (end > first), end - first)


def _below(path: str) -> str:
    """A path as seen from here; of a file that is not below here, as seen from the top of its repository."""
    here = os.path.normpath(path).removeprefix(os.path.join(os.getcwd(), ""))
    if not os.path.isabs(here) and not here.startswith(os.pardir):
        return here
    absolute = os.path.realpath(path)
    top = repository.top(os.path.dirname(absolute))
    return os.path.relpath(absolute, top) if top is not None else here


def _lines(data: bytes) -> list[bytes]:
    """Git's lines: they end at a line feed and at nothing else."""
    return [line + b"\n" for line in data[:-1].split(b"\n")] if data.endswith(b"\n") else _unfinished(data)


def _unfinished(data: bytes) -> list[bytes]:
    *whole, last = data.split(b"\n")
    return [*(line + b"\n" for line in whole), *([last] if last else [])]


def _quoted(name: str) -> bytes:
    """A file name as git writes it: quoted where it holds a quote, a backslash or a control character."""
    raw = os.fsencode(name)
    if not any(byte in _ESCAPES or byte < 32 or byte == 127 for byte in raw):
        # A tab ends a name that holds a blank.
        return raw + b"\t" if b" " in raw else raw
    escaped = (_escape(byte) for byte in raw)
    return b'"' + b"".join(escaped) + b'"'


def _escape(byte: int) -> bytes:
    if byte in _ESCAPES:
        return b"\\" + _ESCAPES[byte].encode()
    return bytes([byte]) if 32 <= byte < 127 or byte >= 128 else f"\\{byte:03o}".encode()
