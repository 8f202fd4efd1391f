"""Typer, started without arguments: a command gets the defaults of its options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NoReturn


class _Declared:
    def __init__(self, default: Any) -> None:
        self.default = default


def Option(default: Any = None, *names: str, **options: Any) -> Any:
    """An option's declaration."""
    return _Declared(default)


def run(function: Callable[..., Any]) -> NoReturn:
    """Call a command and end, as the command line does."""
    given = [(name, parameter.default) for name, parameter in inspect.signature(function).parameters.items()]
    function(**{name: value.default if isinstance(value, _Declared) else value for name, value in given})
    raise SystemExit(0)


class Typer:
    """One command by itself is the program; of several one must be named."""

    def __init__(self, **options: Any) -> None:
        self.commands: list[Callable[..., Any]] = []

    def command(self, *args: Any, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self.commands.append(function)
            return function

        return register

    def __call__(self) -> NoReturn:
        if len(self.commands) != 1:
            raise SystemExit(2)
        run(self.commands[0])
