"""What a dictionary that is unpacked into a call holds under one key, followed through straight-line code."""

from __future__ import annotations

import ast
import enum
from typing import TYPE_CHECKING, Final

from deflask.detect.names.calls import calls_of, function_of
from deflask.detect.names.index import Binding, Bound
from deflask.detect.names.origin import Kind

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names


class Absent(enum.Enum):
    """That a dictionary does not have the key."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Held = ast.expr | Absent | None
"""The expression under the key, that there is none, or None where it cannot be told."""


def held(mapping: ast.expr, key: str, names: Names) -> Held:
    """What a dictionary holds under a key when the expression `mapping` is evaluated."""
    match mapping:
        case ast.Dict():
            for name, value in zip(reversed(mapping.keys), reversed(mapping.values), strict=True):
                # The last one counts; what is spread may hold the key, too.
                found = _entry(name, value, key, names)
                if found is not ABSENT:
                    return found
            return ABSENT
        case ast.Call(args=arguments, keywords=keywords) if names.qualified(mapping.func) == "builtins.dict":
            parts = [*arguments[:1], *(keyword.value for keyword in keywords if keyword.arg is None)]
            named = [keyword.value for keyword in keywords if keyword.arg == key]
            return named[0] if named else _last(parts, key, names)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _last([left, right], key, names)
        case ast.Call(func=ast.Attribute(value=copied, attr="copy"), args=[]):
            return held(copied, key, names)
        case ast.Name():
            return _named(mapping, key, names)
        case ast.Attribute() | ast.Subscript():
            return _elsewhere(mapping, key, names)
    return None


def _entry(name: ast.expr | None, value: ast.expr, key: str, names: Names) -> Held:
    if name is None:
        return held(value, key, names)
    if not isinstance(name, ast.Constant):
        return None
    return value if name.value == key else ABSENT


def _last(parts: list[ast.expr], key: str, names: Names) -> Held:
    for part in reversed(parts):
        found = held(part, key, names)
        if found is not ABSENT:
            return found
    return ABSENT


def _elsewhere(mapping: ast.expr, key: str, names: Names) -> Held:
    """Of an attribute or an item: the dictionary that is written out where it is set, if nothing but reads it."""
    origins = names.origins(mapping)
    written = origins[0].node if len(origins) == 1 and origins[0].kind is Kind.INSTANCE else None
    reads = names.index.attributes.get(mapping.attr, []) if isinstance(mapping, ast.Attribute) else []
    if not isinstance(written, ast.Dict) or written not in names.index.parents:
        return None
    return held(written, key, names) if all(_only_reads(read, names) for read in reads) else None


def _named(name: ast.Name, key: str, names: Names) -> Held:
    """Of a name: what it was bound to, and what the statements on the way to the use made of it."""
    scope = names.index.owner(name.id, names.index.scope_of(name))
    if scope is None:
        return None
    bindings, _ = names.flow.reaching(name.id, name, scope)
    if len(bindings) != 1:
        return None
    loads = [
        load
        for load in names.index.loads[name.id]
        if load is not name and names.index.owner(name.id, names.index.scope_of(load)) is scope
    ]
    found = _bound(bindings[0], key, names)
    for load in loads:
        if _only_reads(load, names):
            continue
        change = _change(load, key, names)
        if change == (ABSENT, False) or _is_apart(load, bindings[0].node, name, names):
            continue
        if change is None or not _is_on_the_way(names.index.statement(load), name, names):
            return None
        replaced, always = change
        found = replaced if always or found is ABSENT else found
    return found


def _bound(binding: Binding, key: str, names: Names) -> Held:
    if isinstance(binding.node, ast.arg):
        return _passed(binding.node, key, names)
    if binding.how is not Bound.VALUE or binding.value is None or binding.path:
        return None
    return held(binding.value, key, names) if not isinstance(binding.value, ast.Name) else None


def _passed(parameter: ast.arg, key: str, names: Names) -> Held:
    """Of `**options` in a function's parameters: what its callers give; with none in view it is empty."""
    function = function_of(parameter, names.index)
    if function is None or isinstance(function, ast.Lambda) or function.args.kwarg is not parameter:
        return None
    if function.decorator_list:
        # Whoever decorates it may give it anything.
        return None
    given: list[Held] = []
    for call in calls_of(function, names):
        if any(keyword.arg is None for keyword in call.keywords):
            return None
        named = [keyword.value for keyword in call.keywords if keyword.arg == key]
        given.append(named[0] if named else ABSENT)
    if all(value is ABSENT for value in given):
        return ABSENT
    return given[0] if len(given) == 1 else None


def _only_reads(load: ast.expr, names: Names) -> bool:
    """Whether a use of a dictionary leaves it as it is and hands it to nobody."""
    parent = names.index.parents[load]
    around = names.index.parents.get(parent)
    match parent:
        case ast.keyword(arg=None) | ast.Starred() | ast.Compare() | ast.FormattedValue() | ast.For() | ast.BinOp():
            return True
        case ast.Subscript(ctx=ast.Load()):
            return True
        case ast.Dict():
            return not any(load is key for key in parent.keys)
        case ast.Attribute(attr=method):
            called = isinstance(around, ast.Call) and around.func is parent
            return called and method in {"get", "items", "keys", "values", "copy"}
        case ast.Call(func=ast.Name(id=name)):
            return name in {"print", "len", "dict", "sorted", "list", "bool"} and load in parent.args
    return False


def _change(load: ast.expr, key: str, names: Names) -> tuple[Held, bool] | None:
    """What a use puts under the key and whether over what is there; None where that cannot be told."""
    parent = names.index.parents[load]
    statement = names.index.parents.get(parent)
    match parent, statement:
        case ast.Subscript(slice=ast.Constant(value=name), ctx=ast.Store()), ast.Assign(targets=[target], value=value):
            return (value if name == key and target is parent else ABSENT), name == key
        case ast.Subscript(slice=ast.Constant(value=name), ctx=ast.Del()), ast.Delete():
            return ABSENT, name == key
        case ast.Attribute(attr="setdefault"), ast.Call(args=[ast.Constant(value=name), value], keywords=[]):
            return (value if name == key else ABSENT), False
        case ast.Attribute(attr="pop"), ast.Call(args=[ast.Constant(value=name), *_]):
            return ABSENT, name == key
        case ast.Attribute(attr="update"), ast.Call(args=[] | [_] as arguments, keywords=keywords):
            named = [keyword.value for keyword in keywords if keyword.arg == key]
            spread = [*arguments, *(keyword.value for keyword in keywords if keyword.arg is None)]
            found = named[0] if named else _last(spread, key, names)
            return (found, found is not ABSENT) if found is not None else None
    return None


def _is_apart(load: ast.expr, binding: ast.AST, use: ast.expr, names: Names) -> bool:
    """Whether a change stands before the binding that counts, or behind the use and does not come round to it."""
    index = names.index
    if index.scope_of(load) is not index.scope_of(use):
        return False
    loops = any(isinstance(node, (ast.For, ast.AsyncFor, ast.While)) for node in index.ancestors(use))
    before = isinstance(binding, ast.stmt) and _position(load) < _position(binding)
    return before or (not loops and _position(load) > _position(use))


def _position(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _is_on_the_way(statement: ast.stmt, use: ast.expr, names: Names) -> bool:
    """Whether control certainly passes a statement before it gets to the use."""
    index = names.index
    parent = index.parents[statement]
    if parent is index.tree and index.scope_of(use).node is not index.tree:
        # Functions are called when the names is complete.
        return True
    place = index.place(statement)
    beside = (index.place(node) for node in (use, *index.ancestors(use)))
    return place is not None and any(
        other is not None and other[0] is place[0] and other[1] > place[1] for other in beside
    )
