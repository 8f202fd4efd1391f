"""What a dictionary that is unpacked into a call holds under one key, followed through straight-line code."""

from __future__ import annotations

import ast
import enum
from typing import Final

from deflask.detect.module import Module
from deflask.detect.names import Binding, Bound, Kind, block_of, calls_of, function_of


class Absent(enum.Enum):
    """That a dictionary does not have the key."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Held = ast.expr | Absent | None
"""The expression under the key, that there is none, or None where it cannot be told."""


def held(mapping: ast.expr, key: str, module: Module) -> Held:
    """What a dictionary holds under a key when the expression `mapping` is evaluated."""
    match mapping:
        case ast.Dict():
            for name, value in zip(reversed(mapping.keys), reversed(mapping.values), strict=True):
                # The last one counts; what is spread may hold the key, too.
                found = _entry(name, value, key, module)
                if found is not ABSENT:
                    return found
            return ABSENT
        case ast.Call(args=arguments, keywords=keywords) if module.names.qualified(mapping.func) == "builtins.dict":
            parts = [*arguments[:1], *(keyword.value for keyword in keywords if keyword.arg is None)]
            named = [keyword.value for keyword in keywords if keyword.arg == key]
            return named[0] if named else _last(parts, key, module)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _last([left, right], key, module)
        case ast.Call(func=ast.Attribute(value=copied, attr="copy"), args=[]):
            return held(copied, key, module)
        case ast.Name():
            return _named(mapping, key, module)
        case ast.Attribute():
            return _elsewhere(mapping, key, module)
    return None


def _entry(name: ast.expr | None, value: ast.expr, key: str, module: Module) -> Held:
    if name is None:
        return held(value, key, module)
    if not isinstance(name, ast.Constant):
        return None
    return value if name.value == key else ABSENT


def _last(parts: list[ast.expr], key: str, module: Module) -> Held:
    for part in reversed(parts):
        found = held(part, key, module)
        if found is not ABSENT:
            return found
    return ABSENT


def _elsewhere(mapping: ast.expr, key: str, module: Module) -> Held:
    """Of an attribute: the dictionary that is written out where it is set, if nothing but reads it."""
    origins = module.names.origins(mapping)
    written = origins[0].node if len(origins) == 1 and origins[0].kind is Kind.INSTANCE else None
    reads = module.index.attributes.get(mapping.attr, []) if isinstance(mapping, ast.Attribute) else []
    if not isinstance(written, ast.Dict) or written not in module.index.parents:
        return None
    return held(written, key, module) if all(_only_reads(read, module) for read in reads) else None


def _named(name: ast.Name, key: str, module: Module) -> Held:
    """Of a name: what it was bound to, and what the statements on the way to the use made of it."""
    scope = module.index.owner(name.id, module.index.scope_of(name))
    if scope is None:
        return None
    bindings, _ = module.names.flow.reaching(name.id, name, scope)
    if len(bindings) != 1:
        return None
    loads = [
        load
        for load in module.index.loads[name.id]
        if load is not name and module.index.owner(name.id, module.index.scope_of(load)) is scope
    ]
    found = _bound(bindings[0], key, module)
    for load in loads:
        if _only_reads(load, module):
            continue
        change = _change(load, key, module)
        if change == (ABSENT, False) or _is_apart(load, bindings[0].node, name, module):
            continue
        if change is None or not _is_on_the_way(module.index.statement(load), name, module):
            return None
        replaced, always = change
        found = replaced if always or found is ABSENT else found
    return found


def _bound(binding: Binding, key: str, module: Module) -> Held:
    if isinstance(binding.node, ast.arg):
        return _passed(binding.node, key, module)
    if binding.how is not Bound.VALUE or binding.value is None or binding.path:
        return None
    return held(binding.value, key, module) if not isinstance(binding.value, ast.Name) else None


def _passed(parameter: ast.arg, key: str, module: Module) -> Held:
    """Of `**options` in a function's parameters: what its callers give; with none in view it is empty."""
    function = function_of(parameter, module.index)
    if function is None or isinstance(function, ast.Lambda) or function.args.kwarg is not parameter:
        return None
    if function.decorator_list:
        # Whoever decorates it may give it anything.
        return None
    given: list[Held] = []
    for call in calls_of(function, module.names):
        if any(keyword.arg is None for keyword in call.keywords):
            return None
        named = [keyword.value for keyword in call.keywords if keyword.arg == key]
        given.append(named[0] if named else ABSENT)
    if all(value is ABSENT for value in given):
        return ABSENT
    return given[0] if len(given) == 1 else None


def _only_reads(load: ast.expr, module: Module) -> bool:
    """Whether a use of a dictionary leaves it as it is and hands it to nobody."""
    parent = module.index.parents[load]
    around = module.index.parents.get(parent)
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


def _change(load: ast.expr, key: str, module: Module) -> tuple[Held, bool] | None:
    """What a use puts under the key and whether over what is there; None where that cannot be told."""
    parent = module.index.parents[load]
    statement = module.index.parents.get(parent)
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
            found = named[0] if named else _last(spread, key, module)
            return (found, found is not ABSENT) if found is not None else None
    return None


def _is_apart(load: ast.expr, binding: ast.AST, use: ast.expr, module: Module) -> bool:
    """Whether a change stands before the binding that counts, or behind the use and does not come round to it."""
    index = module.index
    if index.scope_of(load) is not index.scope_of(use):
        return False
    loops = any(isinstance(node, (ast.For, ast.AsyncFor, ast.While)) for node in index.ancestors(use))
    before = isinstance(binding, ast.stmt) and _position(load) < _position(binding)
    return before or (not loops and _position(load) > _position(use))


def _position(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _is_on_the_way(statement: ast.stmt, use: ast.expr, module: Module) -> bool:
    """Whether control certainly passes a statement before it gets to the use."""
    index = module.index
    parent = index.parents[statement]
    if parent is index.tree and index.scope_of(use).node is not index.tree:
        # Functions are called when the module is complete.
        return True
    block = block_of(parent, statement) or []
    following = block[block.index(statement) + 1 :]
    return any(node in following for node in (use, *index.ancestors(use)))
