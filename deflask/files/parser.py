"""Python's own parser, without warnings, and without a way to end the process."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def quiet_parser() -> Iterator[None]:
    """Silence the warnings of the code that is parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def module(source: bytes | str, path: str = "<unknown>") -> ast.Module:
    """The tree of a module. Raises SyntaxError, ValueError, and RecursionError where it is nested too deeply."""
    with quiet_parser():
        _measure(source, "exec")
        try:
            return ast.parse(source, filename=path)
        except MemoryError:
            raise RecursionError from None


def expression(text: str) -> ast.expr:
    """The tree of an expression. Raises what `module` raises."""
    with quiet_parser():
        _measure(text, "eval")
        try:
            return ast.parse(text, mode="eval").body
        except MemoryError:
            raise RecursionError from None


def _measure(source: bytes | str, mode: str) -> None:
    """Raise RecursionError where Python 3.10, when it turns what it parsed into a tree, would run out of its stack.

    Later versions count there, 3.10 only when it compiles. What a program imports from `__future__` is looked at
    before that, and it does not matter here.
    """
    if sys.version_info >= (3, 11):
        return
    future, other = "__future__", "__nature__"
    if isinstance(source, str):
        source = source.replace(future, other)
    else:
        source = source.replace(future.encode(), other.encode())
    with suppress(SyntaxError, ValueError, MemoryError):
        compile(source, "<deflask>", mode, dont_inherit=True)
