"""A JSON document whose strings and lists know where they stand in its text."""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(r'[ \t\r\n]*([\[\]{}:,]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s\[\]{}:,"]+)')


class String(str):
    """A string; the text from `start` up to `end` is what stands between its quotes."""

    start: int
    end: int


class Array(list[Any]):
    """A list; `start` is where its bracket opens."""

    start: int


def load(text: str) -> Any:
    """The document as `json.loads` gives it, with None in place of numbers. Raises ValueError as that does."""
    # Nothing that is not JSON has to be thought of below.
    json.loads(text)
    value, _ = _value(text, 0)
    return value


def _value(text: str, position: int) -> tuple[Any, int]:
    token, position = _token(text, position)
    if token == "{":
        return _object(text, position)
    if token == "[":
        return _array(text, position)
    if not token.startswith('"'):
        return None, position
    string = String(json.loads(token))
    string.start, string.end = position - len(token) + 1, position - 1
    return string, position


def _object(text: str, position: int) -> tuple[dict[str, Any], int]:
    members: dict[str, Any] = {}
    token, after = _token(text, position)
    while token != "}":
        name, position = _value(text, after if token == "," else position)
        _, position = _token(text, position)
        members[name], position = _value(text, position)
        token, after = _token(text, position)
    return members, after


def _array(text: str, position: int) -> tuple[Array, int]:
    array = Array()
    array.start = position - 1
    token, after = _token(text, position)
    while token != "]":
        value, position = _value(text, after if token == "," else position)
        array.append(value)
        token, after = _token(text, position)
    return array, after


def _token(text: str, position: int) -> tuple[str, int]:
    found = _TOKEN.match(text, position)
    assert found is not None, "the text is JSON"
    return found[1], found.end()
