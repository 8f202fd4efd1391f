"""What must be in an answer before it is believed: the clients pass on whatever a server says."""

from __future__ import annotations

from typing import TypeVar

Value = TypeVar("Value")


def needed(value: object, kind: type[Value]) -> Value:
    """The value, which is of this kind; a TypeError where a server left it out or sent something else."""
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    return value
