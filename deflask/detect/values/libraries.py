"""Reads of the environment through libraries: python-decouple, environs, django-environ, starlette."""

from __future__ import annotations

import ast
from dataclasses import replace

from deflask.detect.names import Names
from deflask.detect.values.answer import Answer, known, unknown
from deflask.detect.values.pure import strtobool

_ENVIRONS = {f"{owner}.Env()" for owner in ("environs", "environ")}
GETTERS = frozenset(
    {"decouple.config", "decouple.Config()", "decouple.AutoConfig()", "starlette.config.Config()"}
    | {f"{owner}{end}" for owner in _ENVIRONS for end in ("", ".bool", ".str", ".int")}
)
"""The qualified names of calls whose first argument names a variable."""


def default(call: ast.Call) -> ast.expr | None:
    """The expression that a getter falls back to."""
    if len(call.args) > 1:
        return call.args[1]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "default"), None)


def cast(answer: Answer, call: ast.Call, names: Names) -> Answer:
    """What the library makes of a default: decouple casts it, `Env().bool` takes it for a truth value."""
    wanted = next((keyword.value for keyword in call.keywords if keyword.arg == "cast"), None)
    by_method = isinstance(call.func, ast.Attribute) and call.func.attr == "bool"
    to_bool = by_method or (wanted is not None and names.qualified(wanted) == "builtins.bool")
    if not isinstance(answer.value, str) or (wanted is None and not by_method):
        return answer
    if not to_bool:
        return replace(unknown(), decided_at=answer.decided_at)
    try:
        return replace(known(bool(strtobool(answer.value))), decided_at=answer.decided_at)
    except ValueError:
        return replace(unknown(), decided_at=answer.decided_at)
