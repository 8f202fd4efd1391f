"""Who calls a function of a file, and what a call gives to a parameter."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deflask.detect.names.functions import gives_its_own
from deflask.detect.names.index import FunctionNode, Index
from deflask.detect.names.origin import UNKNOWN, Kind, Origin

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names


_FARTHEST = 5
"""Parameters that are followed from one to the next; what comes from farther away is nothing that a reader sees."""
MOST_CALLS = 100
"""Calls of a name that are looked at for what they pass; a method called more often is anybody's."""


def callers(function: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> list[ast.Call] | None:
    """The calls of a function of this file; None where it is also handed on by name, so that others may call it."""
    index: Index = names.index
    calls = [
        call
        for call in index.calls.get(function.name, [])
        if any(origin.definition is function for origin in names.origins(call.func))
    ]
    called = {call.func for call in calls}
    handed_on = any(
        load not in called and any(origin.definition is function for origin in names.origins(load))
        for load in index.loads.get(function.name, [])
    )
    is_method = isinstance(index.parents[function], ast.ClassDef)
    return None if handed_on or is_method else calls


def calls_of(function: FunctionNode, names: Names, home: Names | None = None) -> list[ast.Call]:
    """Every call of a function, method, constructor or lambda in a module, also by a second name.

    `home` are the names of the module in which the function stands, where that is another one.
    """
    index = names.index
    scope = (home or names).index.scope_of(function)
    target: ast.AST = function
    own = {function.name} if not isinstance(function, ast.Lambda) else set()
    if own == {"__init__"} and isinstance(scope.node, ast.ClassDef):
        target, own = scope.node, {scope.node.name, "__init__"}
    aliases = {alias for key in (*own, function) for alias in index.aliases.get(key, ())}
    return [
        call
        for name in sorted(own | aliases)
        for call in index.calls.get(name, [])
        if any(origin.definition in (target, function) for origin in names.origins(call.func))
    ]


def passed(parameter: ast.arg, names: Names) -> list[Origin]:
    """What a parameter is: what each call in view gives to it.

    A function that nothing in view calls is called with its defaults. One that is handed on or decorated may be called
    with anything, so that UNKNOWN is among what it is.
    """
    function = function_of(parameter, names.index)
    several = (function.args.vararg, function.args.kwarg) if function is not None else ()
    nobody = Origin(Kind.UNKNOWN, node=parameter, home=names)
    if function is None or parameter in several:
        return [nobody]
    named = sum(len(names.index.calls.get(name, ())) for name in _called(function))
    if names.following >= _FARTHEST or named > MOST_CALLS:
        return [nobody]
    names.following += 1
    try:
        return _given(parameter, function, names) or [nobody]
    finally:
        names.following -= 1


def _given(parameter: ast.arg, function: FunctionNode, names: Names) -> list[Origin]:
    calls = calls_of(function, names)
    default = default_of(function, parameter)
    if not calls:
        nothing = default is None or (isinstance(default, ast.Constant) and default.value is None)
        return [] if nothing or default is None else list(names.origins(default))
    found: list[Origin] = [UNKNOWN] if _is_handed_on(function, names) else []
    for call in calls:
        given = argument(call, function, parameter, names)
        found += names.origins(given) if given is not None else [UNKNOWN]
    return found


def _called(function: FunctionNode) -> set[str]:
    """The name by which a function is called where it has no second one."""
    return set() if isinstance(function, ast.Lambda) else {function.name}


def _is_handed_on(function: FunctionNode, names: Names) -> bool:
    """Whether others than the calls in view may call a function: a decorator, or who gets it as a value."""
    if isinstance(function, ast.Lambda):
        return not any(names.index.aliases.get(function, ()))
    if not gives_its_own(function, names):
        return True
    index = names.index
    if function.name == "__init__":
        return False
    uses = [*index.loads.get(function.name, []), *index.attributes.get(function.name, [])]
    as_value = [use for use in uses if not _is_called(use, index)]
    return any(origin.definition is function for use in as_value for origin in names.origins(use))


def _is_called(use: ast.expr, index: Index) -> bool:
    parent = index.parents[use]
    return isinstance(parent, ast.Call) and parent.func is use


def function_of(parameter: ast.arg, index: Index) -> FunctionNode | None:
    """The function or lambda to which a parameter belongs."""
    arguments = index.parents.get(parameter)
    function = index.parents.get(arguments) if arguments is not None else None
    return function if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) else None


def default_of(function: FunctionNode, parameter: ast.arg) -> ast.expr | None:
    """The default of a parameter, None where it has none."""
    positional = [*function.args.posonlyargs, *function.args.args]
    if parameter in positional:
        place = positional.index(parameter) - len(positional) + len(function.args.defaults)
        return function.args.defaults[place] if place >= 0 else None
    return function.args.kw_defaults[function.args.kwonlyargs.index(parameter)]


def argument(call: ast.Call, function: FunctionNode, parameter: ast.arg, names: Names) -> ast.expr | None:
    """The expression that a call gives to a parameter, its default included; None where that cannot be told."""
    for keyword in call.keywords:
        if keyword.arg == parameter.arg:
            return keyword.value
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    positional = [*function.args.posonlyargs, *function.args.args]
    if parameter in positional:
        place = positional.index(parameter) - _bound_first(call, function, names)
        before = call.args[: place + 1]
        if any(isinstance(given, ast.Starred) for given in before):
            return None
        if 0 <= place < len(call.args):
            return call.args[place]
    return default_of(function, parameter)


def _bound_first(call: ast.Call, function: FunctionNode, names: Names) -> int:
    """1 for a method, whose first parameter a call does not write."""
    homes = (names, *(origin.home for origin in names.origins(call.func)))
    owner = next((home.index.parents[function] for home in homes if home and function in home.index.parents), None)
    if not isinstance(owner, ast.ClassDef) or isinstance(function, ast.Lambda):
        return 0
    static = any(getattr(decorator, "id", "") == "staticmethod" for decorator in function.decorator_list)
    through_class = isinstance(call.func, ast.Attribute) and any(
        origin.kind is Kind.CLASS and origin.definition is owner for origin in names.origins(call.func.value)
    )
    named = isinstance(call.func, ast.Attribute) and call.func.attr == function.name
    bound = any(getattr(decorator, "id", "") == "classmethod" for decorator in function.decorator_list)
    return 0 if static or (through_class and named and not bound) else 1
