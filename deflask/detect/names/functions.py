"""What a function gives back, and which decorators leave that as it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deflask.detect.names.annotations import promised
from deflask.detect.names.index import FunctionNode, own_nodes
from deflask.detect.names.origin import UNKNOWN, Origin, is_vague

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef

_TRANSPARENT = {
    "builtins.staticmethod",
    "builtins.classmethod",
    "builtins.property",
    "functools.cache",
    "functools.lru_cache",
    "functools.cached_property",
    "functools.wraps",
    "functools.singledispatch",
    "abc.abstractmethod",
    "typing.final",
    "typing.overload",
    "typing.override",
    "typing.no_type_check",
    "typing_extensions.override",
    "werkzeug.utils.cached_property",
}


def returned(names: Names, function: FunctionNode) -> list[Origin]:
    """What the return statements of a function give, or what its annotation promises where that says more."""
    if isinstance(function, ast.Lambda):
        return list(names.origins(function.body))
    found: list[Origin] = []
    for node in own_nodes(function):
        if isinstance(node, ast.Return) and node.value is not None:
            found += names.origins(node.value)
    if function.returns is not None and all(map(is_vague, found)):
        found = promised(names, function.returns, function)
    return found or [UNKNOWN]


def gives_its_own(function: FunctionDef, names: Names) -> bool:
    """Whether a call of a decorated function gives what the function itself returns."""
    return all(_is_transparent(decorator, names) for decorator in function.decorator_list)


def _is_transparent(decorator: ast.expr, names: Names) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if names.qualified(called) in _TRANSPARENT:
        return True
    definitions = [(origin.definition, origin.home or names) for origin in names.origins(called)]
    return bool(definitions) and all(
        isinstance(definition, ast.FunctionDef)
        and not definition.decorator_list
        and _decorates(definition, home, made=isinstance(decorator, ast.Call))
        for definition, home in definitions
    )


def _decorates(decorator: ast.FunctionDef, names: Names, made: bool = False) -> bool:
    """Whether a decorator of the project returns its function, or one that returns what that one returns.

    `made` where it is written with arguments, so that what it returns is the decorator.
    """
    returned = [node.value for node in own_nodes(decorator) if isinstance(node, ast.Return)]
    inner = {node.name: node for node in decorator.body if isinstance(node, ast.FunctionDef)}
    named = [inner.get(node.id) if isinstance(node, ast.Name) else None for node in map(_unwrapped, returned)]
    if made:
        return bool(named) and all(found is not None and _decorates(found, names) for found in named)
    parameters = [argument.arg for argument in (*decorator.args.posonlyargs, *decorator.args.args)][:1]
    return bool(returned) and all(
        getattr(node, "id", None) in parameters or (found is not None and _calls_on(found, parameters))
        for node, found in zip(returned, named, strict=True)
    )


def _unwrapped(node: ast.expr | None) -> ast.expr | None:
    """`inner` in `functools.wraps(function)(inner)`."""
    match node:
        case ast.Call(func=ast.Call(func=ast.Name(id="wraps") | ast.Attribute(attr="wraps")), args=[inner]):
            return inner
    return node


def _calls_on(wrapper: ast.FunctionDef, parameters: list[str]) -> bool:
    """Whether each return of a wrapper is the result of the function that it wraps."""
    nodes = own_nodes(wrapper)
    results = set()
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_call_of(value, parameters):
                results.add(name)
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    returned = [node.value for node in nodes if isinstance(node, ast.Return)]
    return bool(returned) and all(
        _is_call_of(node, parameters)
        or (isinstance(node, ast.Name) and node.id in results and stored.count(node.id) == 1)
        for node in returned
    )


def _is_call_of(node: ast.expr | None, parameters: list[str]) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) in parameters
