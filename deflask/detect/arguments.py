"""Whether the arguments of a call can hold a flag, as far as its bytes tell."""

from __future__ import annotations

import re

from deflask.detect.spelled import GAP

_TOKEN = re.compile(rb"(?P<quote>\"\"\"|'''|[\"'])|(?P<comment>#[^\r\n]*)|[(\[{]|[)\]}]|,|\*|debug|use_debugger")
_NAMED = re.compile(GAP + rb"[A-Za-z_]\w*" + GAP + rb"=(?!=)")
_END = {quote: re.compile(rb"(?:[^\\]|\\.)*?" + quote, re.DOTALL) for quote in (b'"""', b"'''", b'"', b"'")}


def takes_a_flag(arguments: bytes, fewest: int, longest: int) -> bool:
    """Whether arguments, from behind the bracket on, can hold a flag; of `longest` bytes the end is not seen.

    They do if they name one, if one is starred, or if more than `fewest` have no name.
    """
    depth = commas = at = 0
    named = _NAMED.match(arguments) is not None
    while token := _TOKEN.search(arguments, at):
        at = token.end()
        if quote := token["quote"]:
            end = _END[quote].match(arguments, at)
            if end is None or _may_go_on(arguments, token.start(), end):
                return True
            at = end.end()
        elif token[0] in (b"(", b"[", b"{"):
            depth += 1
        elif token[0] in (b")", b"]", b"}"):
            depth -= 1
            if depth < 0:
                return b"debug" in arguments[:at]
        elif depth == 0 and not token["comment"]:
            if token[0] != b",":
                return True
            named = named or _NAMED.match(arguments, at) is not None
            commas += not named
            if commas == fewest:
                return True
    return len(arguments) == longest


def _may_go_on(arguments: bytes, start: int, end: re.Match[bytes]) -> bool:
    """Whether a string holds fields, in which newer Pythons allow the same quotes, and they are not all closed."""
    prefix = arguments[max(start - 2, 0) : start].lower()
    return (b"f" in prefix or b"t" in prefix) and end[0].count(b"{") != end[0].count(b"}")
