"""Values as SQLite takes them: paths are bytes, and not all of them are text."""

from __future__ import annotations

from typing import Any


def stored(value: object) -> object:
    """A value for a column: a text with bytes in it that are no UTF-8, as `os.fsdecode` makes it, becomes a BLOB."""
    if not isinstance(value, str):
        return value
    try:
        value.encode()
        return value
    except UnicodeEncodeError:
        try:
            return value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half a character, from a server's JSON
            return value.encode("utf-8", "backslashreplace").decode()


def loaded(value: Any) -> Any:
    """What `stored` has made a column's value of."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
