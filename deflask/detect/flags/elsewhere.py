"""Receivers that only other files of the project tell: parameters, by what those files pass for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from deflask.detect.entry_points import ENTRY_POINTS, EntryPoint
from deflask.detect.flags.given import Given
from deflask.detect.module import Module
from deflask.detect.names import UNKNOWN, Kind, Origin, argument, attribute, calls_of, function_of


def called_elsewhere(function: ast.expr, given: Given, rule: str, module: Module) -> Iterator[EntryPoint]:
    """The rows of a rule for `parameter.run(debug=…)`, where every call in another file passes the same kind of app.

    Only asked where the flag is given by name: looking through a project for callers is worth it only then.
    """
    if module.project is None or not isinstance(function, ast.Attribute):
        return
    asked = {entry.flag for rows in ENTRY_POINTS.values() for entry in rows if entry.rule == rule}
    if not any(given.named(flag) is not None for flag in asked):
        return
    called = {name for origin in module.names.origins(function.value) for name in _called(origin, function, module)}
    if len(called) == 1:
        yield from (row for row in ENTRY_POINTS.get(called.pop(), ()) if row.rule == rule and given.named(row.flag))


def known_elsewhere(expression: ast.expr, module: Module) -> list[Origin]:
    """What an expression can be, a parameter by what other files of the project pass for it."""
    found: list[Origin] = []
    for origin in module.names.origins(expression):
        parameter = origin.node
        unknown = origin.kind is Kind.UNKNOWN and origin.home is module.names and module.project is not None
        passed = list(_passed(parameter, module)) if unknown and isinstance(parameter, ast.arg) else []
        found += passed or [origin]
    return found


def _called(origin: Origin, function: ast.Attribute, module: Module) -> Iterator[str]:
    """The qualified names of the method, for each thing that is passed."""
    parameter = origin.node
    if origin.kind is not Kind.UNKNOWN or not isinstance(parameter, ast.arg) or origin.home is not module.names:
        yield ""
        return
    for passed in _passed(parameter, module):
        yield from (member.name for member in attribute(passed.home or module.names, passed, function.attr, function))


def _passed(parameter: ast.arg, module: Module) -> Iterator[Origin]:
    function = function_of(parameter, module.index)
    if function is None:
        return
    for names in module.users(function):
        for call in calls_of(function, names, module.names):
            given = argument(call, function, parameter, names)
            yield from names.origins(given) if given is not None and given in names.index.parents else (UNKNOWN,)
