"""environs: what is set is parsed, a default is taken as it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

_TRUE = {"true", "t", "yes", "y", "on", "1"}
_FALSE = {"false", "f", "no", "n", "off", "0"}
_NOT_GIVEN: Any = object()


class EnvError(Exception):
    """Neither set nor defaulted, or not to be parsed."""


def _truth(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise EnvError(text)
    return text.lower() in _TRUE


class Env:
    """The variables of the environment."""

    def read_env(self, *args: Any, **options: Any) -> None:
        pass

    def _parsed(self, name: str, default: Any, parse: Callable[[str], Any]) -> Any:
        if name in os.environ:
            return parse(os.environ[name])
        if default is _NOT_GIVEN:
            raise EnvError(name)
        return default

    def __call__(self, name: str, default: Any = _NOT_GIVEN) -> Any:
        return self._parsed(name, default, str)

    def bool(self, name: str, default: Any = _NOT_GIVEN) -> Any:
        return self._parsed(name, default, _truth)

    def int(self, name: str, default: Any = _NOT_GIVEN) -> Any:
        return self._parsed(name, default, int)

    str = __call__
