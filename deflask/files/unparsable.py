"""Why a file is not Python to the Python that runs: Python 2, newer syntax, another encoding, or broken."""

from __future__ import annotations

import re
import sys

# The parser's own words for what only Python 2 accepts. The tokens are looked for in the line that it points at.
_PYTHON_2 = (
    (re.compile(r"Missing parentheses in call to '(print|exec)'"), None),
    (re.compile(r"parameters cannot be parenthesized"), None),
    (re.compile(r"leading zeros in decimal integer"), None),
    (re.compile(r"invalid (decimal|hexadecimal|octal) literal"), re.compile(r"\b0?[xX]?[0-9a-fA-F]+[lL]\b")),
    (re.compile(r"invalid syntax"), re.compile(r"<>|`[^`]+`|\bprint\b|\bexec\b|\b[uU][rR]['\"]")),
    (re.compile(r"invalid syntax"), re.compile(r"\braise\s+[\w.]+\s*,|\bdef\s+\w+\(.*\(\w+\s*,")),
)

_LONGEST = 30_000
"""Bytes of a top-level statement that LibCST is asked about."""
_LONGEST_LINE = 1_000
"""Bytes of a logical line: what is nested in it takes LibCST the square of its depth, and then ends the process."""
_CONTINUES = re.compile(rb"[\s\])}#]|(?:else|elif|except|finally)\b")


def explain(data: bytes, error: Exception) -> str:
    """The cause in one line, from the source and what the parser raised."""
    if not isinstance(error, SyntaxError):
        return f"not Python source: {error}"
    message = str(error.msg)
    where = f"line {error.lineno}: {message}" if error.lineno else message
    if data.startswith(b"\xef\xbb\xbf") and message.startswith("encoding problem"):
        return "cannot be decoded: its byte order mark says UTF-8, its cookie another encoding"
    if re.search(r"encoding|codec|decode|\(unicode error\)|Non-UTF-8", message) and "f-string" not in message:
        return f"cannot be decoded: {where}"
    if "multiple exception types must be parenthesized" in message:
        return f"Python 2 or 3.14, not the Python {_running()} that runs: {where}"
    if any(said.search(message) and (not token or token.search(error.text or "")) for said, token in _PYTHON_2):
        return f"Python 2: {where}"
    if not isinstance(error, IndentationError) and error.lineno and _libcst_parses(_around(data, error.lineno)):
        return f"newer syntax than the Python {_running()} that runs: {where}"
    return f"broken syntax: {where}"


def _running() -> str:
    return ".".join(map(str, sys.version_info[:2]))


def _around(data: bytes, line: int) -> bytes:
    """The lines of the top-level statement in which a line stands (1-based), as far as their margins tell."""
    lines = data.splitlines(keepends=True)
    first = min(line, len(lines)) - 1
    while first > 0 and _CONTINUES.match(lines[first]):
        first -= 1
    end = first + 1
    while end < len(lines) and _CONTINUES.match(lines[end]):
        end += 1
    return b"".join(lines[first:end])


def _libcst_parses(statement: bytes) -> bool:
    """LibCST's parser knows the grammars of newer Pythons, so what it takes is not broken."""
    if len(statement) > _LONGEST or _longest_line(statement) > _LONGEST_LINE:
        return False
    import libcst

    try:
        libcst.parse_module(statement)
    except (libcst.ParserSyntaxError, UnicodeError, LookupError, RecursionError):
        return False
    return True


def _longest_line(data: bytes) -> int:
    """Bytes of the longest logical line, or more: a bracket in a string counts, too."""
    longest = depth = start = 0
    for found in re.finditer(rb"[\[({]|[\])}]|\\\r?\n|\n", data):
        if found[0] in b"[({":
            depth += 1
        elif found[0] in b"])}":
            depth = max(depth - 1, 0)
        elif found[0] == b"\n" and depth == 0:
            longest, start = max(longest, found.end() - start), found.end()
    return max(longest, len(data) - start)
