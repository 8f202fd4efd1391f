"""Finds the flags that are the bare text of an environment variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from deflask.detect.flags import flags
from deflask.detect.module import Module
from deflask.detect.values import environment
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._hit import Change, Hit
from deflask.rules._switches import called


def check(module: Module) -> Iterator[Hit]:
    """Flags that are the bare text of an environment variable."""
    for rule in ("DF101", "DF102", "DF105"):
        for flag in flags(module, rule):
            value = flag.value
            variable = _variable(value, module) if value is not None else None
            if value is None or variable is None or module.evaluate(value).truth is not Truth.OFF:
                continue
            yield Hit(
                node=flag.call,
                message=f"`{called(flag.call)}` is in debug mode for any text in {variable}, 0 and False too",
                changes=(Change(EditKind.VALUE, value, variable),),
                applicability=Applicability.UNSAFE,
                reason=f"{variable}=true would no longer switch it on, only {variable}=1",
                doubts=module.reached(flag.call).doubts,
                notes=(f"only {variable}=1 switches debug on now",),
            )


def _variable(value: ast.expr, module: Module) -> str | None:
    """The variable whose text is taken for a truth value, as it is or through `bool()`."""
    value = module.names.written(value)
    if isinstance(value, ast.Call) and module.names.qualified(value.func) == "builtins.bool" and len(value.args) == 1:
        value = value.args[0]
    if not isinstance(value, ast.Call):
        return None
    name = environment.read_name(value, module.names)
    known = module.evaluate(name).value if name is not None else None
    return known if isinstance(known, str) else None
