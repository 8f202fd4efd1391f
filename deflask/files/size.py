"""How large a source may be: its tree takes a thousand times the room of its bytes."""

from __future__ import annotations

from deflask.files.errors import SourceError

LARGEST = 10_000_000
"""Bytes of a source that is parsed."""
MOST_SIGNS = 500_000
"""Signs (all that is neither letter, digit nor blank) of a source that is parsed: each may be a node of the tree, which
take about a kilobyte together with what is noted about them."""
_OTHERS = bytes(byte for byte in range(256) if chr(byte).isalnum() or chr(byte) in " _\t\r" or byte >= 128)


def signs(data: bytes) -> int:
    """How many signs there are, line ends among them."""
    return len(data.translate(None, _OTHERS))


def check(data: bytes) -> None:
    """Raise SourceError for what is too large to be parsed."""
    if len(data) > LARGEST:
        raise SourceError(f"larger than {LARGEST // 1_000_000} MB, which is more than is examined")
    if signs(data) > MOST_SIGNS:
        raise SourceError(f"more than {MOST_SIGNS} signs in it, which is more than is examined")
