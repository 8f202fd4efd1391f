"""pydantic-settings: each field reads the variable of its name, in any case."""

from __future__ import annotations

import os

_TRUE = {"1", "true", "t", "yes", "y", "on"}


class BaseSettings:
    """Fields of text, numbers and truth values."""

    def __init__(self) -> None:
        for cls in reversed(type(self).__mro__):
            for name in getattr(cls, "__annotations__", {}):
                text = os.environ.get(name.upper(), os.environ.get(name))
                default = getattr(cls, name, None)
                setattr(self, name, default if text is None else _parsed(text, default))


def _parsed(text: str, default: object) -> object:
    if isinstance(default, bool):
        return text.lower() in _TRUE
    return int(text) if isinstance(default, int) else text
