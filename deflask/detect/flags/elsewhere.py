"""Receivers that only other files of the project tell: parameters, by what those files pass for them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from deflask.detect.entry_points import ENTRY_POINTS, EntryPoint
from deflask.detect.flags.given import Given
from deflask.detect.module import Module
from deflask.detect.names import UNKNOWN, FunctionNode, Index, Kind, Origin, argument, attribute, function_of


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


def _called(origin: Origin, function: ast.Attribute, module: Module) -> Iterator[str]:
    """The qualified names of the method, for each thing that is passed."""
    parameter = origin.node
    if origin.kind is not Kind.UNKNOWN or not isinstance(parameter, ast.arg) or origin.home is not module.names:
        yield ""
        return
    for passed in _passed(parameter, module):
        yield from (member.name for member in attribute(passed.home or module.names, passed, function.attr, function))


def _passed(parameter: ast.arg, module: Module) -> Iterator[Origin]:
    owner = function_of(parameter, module.index)
    if owner is None or isinstance(owner, ast.Lambda) or module.project is None:
        return
    cls = _constructed(owner, module.index)
    name = cls.name if cls is not None else owner.name
    imported = (os.path.splitext(os.path.basename(module.location))[0], name)
    for path in dict.fromkeys(path for word in imported for path in module.project.mentioning(word)):
        other = module.project.module_at(path) if path.endswith(".py") and path != module.location else None
        if other is not None:
            yield from _passed_in(other, name, owner, parameter, module)


def _passed_in(other: Module, name: str, owner: FunctionNode, parameter: ast.arg, module: Module) -> Iterator[Origin]:
    """What the calls in another file pass for a parameter of a function here."""
    for call in other.index.calls.get(name, []):
        if any(_is(origin, owner, module) for origin in other.names.origins(call.func)):
            given = argument(call, owner, parameter, module.names)
            if given is not None and given in other.index.parents:
                yield from other.names.origins(given)
            else:
                yield UNKNOWN


def _is(origin: Origin, owner: FunctionNode, module: Module) -> bool:
    """Whether another file's call is of a function here: that file sees this one as it is on disk."""
    definition = origin.definition
    if definition is None or origin.home is None or module.project is None:
        return False
    if module.project.module_of(origin.home).location != module.location:
        return False
    targets = [node for node in (owner, _constructed(owner, module.index)) if node is not None]
    return isinstance(definition, ast.stmt) and any(
        (definition.lineno, definition.col_offset) == (node.lineno, node.col_offset) for node in targets
    )


def _constructed(owner: FunctionNode, index: Index) -> ast.ClassDef | None:
    """The class whose `__init__` a function is."""
    parent = index.parents[owner]
    return parent if isinstance(parent, ast.ClassDef) and getattr(owner, "name", "") == "__init__" else None
