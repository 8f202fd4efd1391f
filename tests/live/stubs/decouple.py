"""python-decouple, with no file of settings: a variable, else the default, cast."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

_TRUE = {"y", "yes", "t", "true", "on", "1"}
_FALSE = {"n", "no", "f", "false", "off", "0", ""}


class UndefinedValueError(Exception):
    """Neither set nor defaulted."""


_NOT_GIVEN: Any = object()


def config(option: str, default: Any = _NOT_GIVEN, cast: Callable[[Any], Any] = lambda value: value) -> Any:
    """The value of a variable."""
    value = os.environ.get(option, default)
    if value is _NOT_GIVEN:
        raise UndefinedValueError(option)
    return _truth(value) if cast is bool else cast(value)


def _truth(value: Any) -> bool:
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(value)
    return text in _TRUE
