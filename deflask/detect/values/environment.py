"""Reads of the environment, in which nothing is set, and the places where a file sets it itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from deflask.detect.names import Bound, Index, Names
from deflask.detect.values.settings import given_in

SOME_VARIABLE = "?"
"""Stands for a variable whose name cannot be told."""
FLASK = frozenset({"FLASK_DEBUG", "FLASK_ENV"})
"""The variables that Flask reads itself."""
GETTERS = frozenset({"os.getenv", "os.environ.get", "os.environb.get", "os.getenvb"})
_SETTERS = frozenset({"os.environ.setdefault", "os.putenv", "os.environ.__setitem__"})


@dataclass(frozen=True, slots=True)
class Forced:
    """A place at which a file sets a variable to `value`; `alone` tells whether `node` does nothing else."""

    node: ast.expr | ast.stmt
    value: ast.expr
    alone: bool


def forced(variable: str, names: Names) -> Iterator[Forced]:
    """Every place at which a file sets a variable of the environment, unless it takes it away again."""
    index = names.index
    popped = [call for call in index.calls.get("pop", []) if call.args and _text(call.args[0]) == variable]
    deleted = [binding for binding in index.items.get(variable, []) if binding.how is Bound.DELETED]
    if deleted or any(names.qualified(call.func) == "os.environ.pop" for call in popped):
        return
    for binding in index.items.get(variable, []):
        target = binding.node
        if isinstance(target, ast.Subscript) and binding.expression and names.qualified(target.value) == "os.environ":
            statement = index.statement(target)
            alone = isinstance(statement, ast.Assign) and statement.targets == [target]
            yield Forced(statement, binding.expression, alone)
    for call in (c for name in ("setdefault", "putenv", "update", "__setitem__") for c in index.calls.get(name, [])):
        called = names.qualified(call.func)
        whole = isinstance(index.parents[call], ast.Expr)
        if called in _SETTERS and len(call.args) == 2 and _text(call.args[0]) == variable:
            yield Forced(call, call.args[1], whole)
        elif called == "os.environ.update" and (value := given_in(call, variable, names)) is not None:
            yield Forced(call, value, whole and _updated(call) == {variable})


def read_name(node: ast.expr, names: Names) -> ast.expr | None:
    """The expression that names the variable in `os.environ.get(X)`, `os.getenv(X)` and `os.environ[X]`."""
    if isinstance(node, ast.Call) and is_getter(node, names):
        keywords = [keyword.value for keyword in node.keywords if keyword.arg == "key"]
        return next(iter([*node.args[:1], *keywords]), None)
    if isinstance(node, ast.Subscript) and _is_environment(node.value, names):
        return node.slice
    return None


def is_getter(call: ast.Call, names: Names) -> bool:
    """Whether a call reads a variable, of the environment or of a copy of it."""
    if names.qualified(call.func) in GETTERS:
        return True
    function = call.func
    is_get = isinstance(function, ast.Attribute) and function.attr == "get" and isinstance(function.value, ast.Name)
    return is_get and isinstance(function, ast.Attribute) and _is_environment(function.value, names)


def _is_environment(node: ast.expr, names: Names) -> bool:
    """`os.environ`, or a name that is bound to a copy of it."""
    if names.qualified(node) == "os.environ":
        return True
    match names.written(node):
        case ast.Call(func=ast.Attribute(attr="copy", value=copied), args=[]):
            return names.qualified(copied) == "os.environ"
        case ast.Call(func=ast.Name(id="dict"), args=[copied], keywords=[]):
            return names.qualified(copied) == "os.environ"
    return False


def default(call: ast.Call) -> ast.expr | None:
    """The expression that a getter falls back to."""
    if len(call.args) > 1:
        return call.args[1]
    return next((k.value for k in call.keywords if k.arg == "default"), None)


def set_here(index: Index, names: Names) -> frozenset[str] | None:
    """The variables that the file itself sets; None where it sets some that cannot be told."""
    found: set[str | None] = set()
    for call in (c for name in ("setdefault", "putenv", "update", "__setitem__") for c in index.calls.get(name, [])):
        called = names.qualified(call.func)
        if called in _SETTERS:
            found.add(_text(call.args[0]) if call.args else None)
        elif called == "os.environ.update":
            found.update(_updated(call))
    for load in index.loads.get("os", []) + index.loads.get("environ", []):
        parent: ast.AST = index.parents[load]
        if isinstance(parent, ast.Attribute) and parent.attr == "environ":
            parent = index.parents[parent]
        stored = isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store)
        if isinstance(parent, ast.Subscript) and stored and names.qualified(parent.value) == "os.environ":
            found.add(_text(parent.slice))
    return None if None in found else frozenset(name for name in found if name)


def _updated(call: ast.Call) -> set[str | None]:
    names: set[str | None] = {keyword.arg for keyword in call.keywords}
    for argument in call.args:
        keys = argument.keys if isinstance(argument, ast.Dict) else [None]
        names.update(_text(key) for key in keys)
    return names


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
