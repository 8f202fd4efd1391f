"""Words that Python reads where the bytes show others: letters that are the same to it, escapes, strings in pieces."""

from __future__ import annotations

import re
import unicodedata

GAP = rb"(?:\s|\\\r?\n|\\\r|#[^\r\n]*(?![^\r\n]))*"
"""What can stand between two tokens in brackets: blanks, line ends, comments."""
IN_WORD = frozenset(b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""The bytes of ASCII that a name is made of."""
TAKES_TEXT = (b"config", b"etattr", b"environ", b"putenv")
"""Letters of which one stands wherever a rule takes a name from a string."""
LEADS = tuple(
    bytes.fromhex(code)
    for code in (
        "c2aa c2ba c4b2 c4b3 c4bf c580 c589 c5bf c7 cab0 cab2 cab3 cab7 cab8 cb e1b4 e1b5 e1b6 e1ba9a e281b1 e281bf "
        "e282 e284 e285 e2b1bc e2b1bd ea9f efac efb8b3 efb8b4 efb98d efb98e efb98f efbc efbd f0909e f09d f0909f"
    ).split()
)
"""How the letters begin, in UTF-8, that NFKC makes ASCII letters of (Python reference, 2.3 Identifiers)."""
_LEADS = re.compile(b"|".join(map(re.escape, LEADS)))
# Of the escapes only those of letters and `_`, and the line end that a string goes over (Python reference, 2.4.1).
_ESCAPE = re.compile(
    rb"\\(?:x([4-7][0-9a-fA-F])|u00([4-7][0-9a-fA-F])|U000000([4-7][0-9a-fA-F])|N\{([^}\n]+)\}|(1[0-7][0-7])"
    rb"|(?:\r\n?|\n)(?=[\w\"']))"
)
# Of the borders between adjacent strings those within a word: most stand between the lines of a message.
_PREFIX = rb"[rRbBuUfF]{0,2}"
_BORDER = re.compile(
    rb"[\"'](?<=\w.)(?:%(gap)s%(prefix)s(?:\"\"|''))*%(gap)s%(prefix)s[\"'](?=\w)" % {b"gap": GAP, b"prefix": _PREFIX}
)


def stands(word: bytes, data: bytes) -> bool:
    """Whether a word stands in the data, and not as a part of another."""
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        # A pattern with borders would be slower: it has no first letter to look for.
        around = data[max(at - 1, 0) : at] + data[end : end + 1]
        if IN_WORD.isdisjoint(around):
            return True
        at = data.find(word, at + 1)
    return False


def plainly(data: bytes) -> bytes:
    """The same source as most people would write it, as far as words go; nothing if it is the same to the byte."""
    text = data if data.isascii() else _normalized(data)
    if b"\\" in text:
        text = _ESCAPE.sub(_letter, text)
    if any(word in text for word in TAKES_TEXT):
        text = _BORDER.sub(b"", text)
    return text if text != data else b""


def _normalized(data: bytes) -> bytes:
    """Source with the letters for which Python takes those of its identifiers, in UTF-8."""
    try:
        if _LEADS.search(data) is None:
            data.decode()
            return data
        return unicodedata.normalize("NFKC", data.decode()).encode()
    except UnicodeDecodeError:
        return _in_its_encoding(data)


def _in_its_encoding(data: bytes) -> bytes:
    # Hardly a file is in another encoding than UTF-8.
    from tokenize import detect_encoding

    try:
        return unicodedata.normalize(
            "NFKC", data.decode(detect_encoding(iter(data.splitlines(True)).__next__)[0])
        ).encode()
    except (SyntaxError, ValueError, LookupError):
        return data  # The parser says what is wrong with it.


def _letter(escape: re.Match[bytes]) -> bytes:
    *hexadecimal, name, octal = escape.groups()
    if name is not None:
        try:
            return unicodedata.lookup(name.decode("ascii", "replace")).encode("utf-8", "replace")
        except KeyError:
            return escape[0]
    code = next((int(digits, 16) for digits in hexadecimal if digits), int(octal or b"0", 8))
    return bytes([code]) if code else b""
