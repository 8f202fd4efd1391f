"""The operators and functions that are computed, on known values of bounded size only."""

from __future__ import annotations

import ast
import json
import operator
from collections.abc import Callable

from deflask.detect.values.answer import Answer, known, unknown

_LIMIT = 10_000
"""Characters or elements: what is larger decides no flag and is not computed."""

COMPARISONS: dict[type[ast.cmpop], Callable[[object, object], object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,  # type: ignore[dict-item]
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, container: item in container,  # type: ignore[operator]
    ast.NotIn: lambda item, container: item not in container,  # type: ignore[operator]
}

# No multiplication, power or shift: their results can be larger than any memory.
ARITHMETIC: dict[type[ast.operator], Callable[[object, object], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}

UNARY: dict[type[ast.unaryop], Callable[[object], object]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,  # type: ignore[dict-item]
    ast.UAdd: operator.pos,  # type: ignore[dict-item]
    ast.Invert: operator.invert,  # type: ignore[dict-item]
}

STRING_METHODS = frozenset(
    "lower upper strip lstrip rstrip title capitalize casefold swapcase startswith endswith isdigit isnumeric "
    "isalpha isdecimal removeprefix removesuffix".split()
)


def strtobool(value: str) -> int:
    """What `distutils.util.strtobool` makes of a string. Raises ValueError as it does."""
    if value.lower() in {"y", "yes", "t", "true", "on", "1"}:
        return 1
    if value.lower() in {"n", "no", "f", "false", "off", "0"}:
        return 0
    raise ValueError(value)


FUNCTIONS: dict[str, Callable[..., object]] = {
    "builtins.bool": bool,
    "builtins.int": int,
    "builtins.float": float,
    "builtins.str": str,
    "builtins.len": len,
    "builtins.eval": ast.literal_eval,
    "ast.literal_eval": ast.literal_eval,
    "json.loads": json.loads,
    "distutils.util.strtobool": strtobool,
    "setuptools.distutils.util.strtobool": strtobool,
}


# What the bare world is made of: Linux, no arguments, no type checker.
CONSTANTS: dict[str, object] = {
    "sys.argv": ["program.py"],
    "sys.platform": "linux",
    "os.name": "posix",
    "typing.TYPE_CHECKING": False,
}
SYSTEM: dict[str, object] = {"platform.system": "Linux"}
COMMAND_LINES = ("argparse.", "optparse.", "docopt.", "configparser.")


def compute(function: Callable[..., object], *values: object) -> Answer:
    """The known result of a function on known values; unknown where it raises or grows beyond the limit."""
    if any(_large(value) for value in values):
        return unknown()
    try:
        result = function(*values)
    except Exception:  # whatever the program's own expression would raise
        return unknown()
    return unknown() if _large(result) else known(result)


def _large(value: object) -> bool:
    if isinstance(value, int):
        return value.bit_length() > 64
    return isinstance(value, (str, bytes, tuple, list, set, dict)) and len(value) > _LIMIT
