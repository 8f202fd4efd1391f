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

_DEEPEST = 200
"""Brackets in each other, as deep as Python's own parser takes them."""


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
    if _libcst_parses(data):
        return f"newer syntax than the Python {_running()} that runs: {where}"
    return f"broken syntax: {where}"


def _running() -> str:
    return ".".join(map(str, sys.version_info[:2]))


def _libcst_parses(data: bytes) -> bool:
    """LibCST's parser knows the grammars of newer Pythons, so what it takes is not broken.

    It ends the process where brackets are nested too deeply for its stack.
    """
    depth = 0
    for bracket in re.finditer(rb"[][(){}]", data):
        depth += 1 if bracket[0] in b"([{" else -1
        if depth > _DEEPEST:
            return False
    import libcst

    try:
        libcst.parse_module(data)
    except (libcst.ParserSyntaxError, UnicodeError, LookupError, RecursionError):
        return False
    return True
