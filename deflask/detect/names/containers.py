"""What stands in a tuple, list, set or dictionary that is written out, with all that is put into it later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deflask.detect.entry_points import PAIRS
from deflask.detect.names.annotations import promised_element
from deflask.detect.names.index import Index, Part, Step, own_nodes
from deflask.detect.names.origin import UNKNOWN, Kind, Origin

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names

Addition = tuple[Step, ast.expr]

KINDS: dict[type[ast.expr], str] = {
    ast.Tuple: "builtins.tuple",
    ast.List: "builtins.list",
    ast.ListComp: "builtins.list",
    ast.Set: "builtins.set",
    ast.SetComp: "builtins.set",
    ast.Dict: "builtins.dict",
    ast.DictComp: "builtins.dict",
    ast.GeneratorExp: "types.GeneratorType",
}
_MUTABLE = {"builtins.list", "builtins.set", "builtins.dict"}
_READING = {"items", "values", "keys", "get", "copy", "index", "count", "pop"}
# Builtins that hand on what is in their first argument, one by one.
_THROUGH = {f"builtins.{name}" for name in ("list", "tuple", "set", "sorted", "reversed", "iter", "frozenset")}
_LOOKING = {f"builtins.{name}" for name in ("len", "print", "enumerate", "zip", "next", "any", "all", "bool")}


def parts(names: Names, value: ast.expr, path: tuple[Step, ...]) -> list[Origin]:
    """What stands at `path` in what an expression gives."""
    if not path:
        return list(names.origins(value))
    if isinstance(value, ast.Call) and (through := _through(names, value, path)) is not None:
        return parts(names, *through)
    found: list[Origin] = []
    origins = names.origins(value)
    for origin in origins:
        found += element(origin.home or names, origin, path)
    if isinstance(value, ast.Name) and any(origin.name in _MUTABLE for origin in origins):
        # The name of a container that was written out elsewhere can put more into it.
        added = _additions(names, value.id, value)
        found += [UNKNOWN] if added is None else []
        for at, more in added or ():
            if _meets(at, path[0]):
                found += parts(names, more, path[1:])
    return found or [UNKNOWN]


def _meets(at: Step, step: Step) -> bool:
    """Whether what is put at one step can be what is taken at another."""
    return at == step or Part.ANY in (at, step) or step is Part.EACH


def _through(names: Names, call: ast.Call, path: tuple[Step, ...]) -> tuple[ast.expr, tuple[Step, ...]] | None:
    """Where a call that only hands things on takes them from: `d.items()`, `enumerate(x)`, `sorted(x)`."""
    step, rest = path[0], path[1:]
    match call:
        case ast.Call(func=ast.Attribute(value=held, attr="items"), args=[]) if rest[:1] == (1,) and step is Part.EACH:
            return held, (Part.ANY, *rest[1:])
        case ast.Call(func=ast.Attribute(value=held, attr="values"), args=[]) if step is Part.EACH:
            return held, (Part.ANY, *rest)
        case ast.Call(func=ast.Name(), args=[held, *_]):
            function = names.qualified(call.func)
            if function in _THROUGH and (step is Part.EACH or function in {"builtins.list", "builtins.tuple"}):
                return held, path
            if step is Part.EACH and function == "builtins.enumerate" and rest[:1] == (1,):
                return held, (Part.EACH, *rest[1:])
            if step is Part.EACH and function == "builtins.zip" and rest and isinstance(rest[0], int):
                several = call.args[rest[0] : rest[0] + 1]
                return (several[0], (Part.EACH, *rest[1:])) if several else None
    return None


def element(names: Names, origin: Origin, path: tuple[Step, ...]) -> list[Origin]:
    """What stands at `path` in a thing; its `node` is where it is written out."""
    if not path:
        return [origin]
    step, rest, node = path[0], path[1:], origin.node
    if origin.kind is not Kind.INSTANCE:
        return [UNKNOWN]
    if isinstance(node, ast.Subscript):
        inner = promised_element(names, node, step)
        return [found for thing in inner for found in element(names, thing, rest)]
    if origin.name in PAIRS and (step, rest) == (0, ()):
        return [origin]
    values = _values(names, origin, step)
    if values is None:
        return [UNKNOWN]
    return [found for value, more in values for found in parts(names, value, (*more, *rest))] or [UNKNOWN]


def _values(names: Names, origin: Origin, step: Step) -> list[tuple[ast.expr, tuple[Step, ...]]] | None:
    """The expressions that can stand at a step into a thing, each with a path into itself; None if more than those."""
    node = origin.node
    if isinstance(node, (ast.FunctionDef, ast.GeneratorExp, ast.SetComp)) and step is not Part.EACH:
        return None
    match node:
        case ast.Tuple() | ast.List() | ast.Set():
            found = _in_sequence(node.elts, step)
        case ast.Dict():
            found = _in_dictionary(names, node, step)
        case ast.Call(args=[], keywords=keywords) if origin.name == "builtins.dict":
            pairs = {keyword.arg: keyword.value for keyword in keywords}
            found = None if None in pairs or not isinstance(step, str) else [pairs[step]] if step in pairs else []
        case ast.Call() if origin.name == "collections.namedtuple()" and isinstance(step, int):
            return [(value, ()) for value in node.args[step : step + 1]] or None
        case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value):
            return [(value, ())]
        case ast.DictComp(value=value) if step is not Part.EACH:
            return [(value, ())]
        case ast.FunctionDef():
            yielded = [inner for inner in own_nodes(node) if isinstance(inner, (ast.Yield, ast.YieldFrom))]
            return [(y.value, () if isinstance(y, ast.Yield) else (Part.EACH,)) for y in yielded if y.value is not None]
        case _:
            return None
    added = [] if isinstance(node, ast.Tuple) else _added_to(names, node)
    if found is None or added is None:
        return None
    later = [value for at, value in added if _meets(at, step)]
    return [(value, ()) for value in (*found, *later)]


def _in_sequence(elements: list[ast.expr], step: Step) -> list[ast.expr] | None:
    if any(isinstance(part, ast.Starred) for part in elements) or isinstance(step, str):
        return None
    if isinstance(step, int):
        return [elements[step]] if -len(elements) <= step < len(elements) else []
    return elements


def _in_dictionary(names: Names, node: ast.Dict, step: Step) -> list[ast.expr] | None:
    if step is Part.EACH or any(not isinstance(key, ast.Constant) for key in node.keys):
        return None
    if step is Part.ANY:
        return node.values
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    # The key that is written last counts.
    return [value for key, value in zip(keys, node.values, strict=True) if key == step][-1:]


def _added_to(names: Names, literal: ast.AST) -> list[Addition] | None:
    """What is put later into a container that is written out in `literal`; None where that cannot be told."""
    added: list[Addition] = []
    statement = names.index.parents.get(literal)
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    for target in targets if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) else ():
        if isinstance(target, ast.Name):
            more = _additions(names, target.id, target)
        elif isinstance(target, ast.Attribute):
            more = _all_additions(names.index, names.index.attributes.get(target.attr, []))
        else:
            more = None
        if more is None:
            return None
        added += more
    return added


def _additions(names: Names, name: str, node: ast.AST) -> list[Addition] | None:
    """What any use of a name puts into what it holds; None where a use can do more."""
    index = names.index
    scope = index.owner(name, index.scope_of(node))
    loads = index.loads.get(name, [])
    return _all_additions(index, (load for load in loads if index.owner(name, index.scope_of(load)) is scope))


def _all_additions(index: Index, loads: Iterator[ast.Name] | list[ast.Attribute]) -> list[Addition] | None:
    added: list[Addition] = []
    for load in loads:
        more = _addition(load, index)
        if more is None:
            return None
        added += more
    return added


def _addition(load: ast.expr, index: Index) -> list[Addition] | None:
    """What one use of a container puts into it; None where it may do more than put, or hands it on."""
    parent = index.parents[load]
    around = index.parents.get(parent)
    match parent:
        case ast.Subscript(ctx=ast.Store(), slice=key):
            if isinstance(around, ast.Assign) and parent in around.targets:
                known = isinstance(key, ast.Constant) and isinstance(key.value, (int, str))
                return [(key.value if isinstance(key, ast.Constant) and known else Part.ANY, around.value)]  # type: ignore[list-item]
            return None
        case ast.Attribute(attr=method) if isinstance(around, ast.Call) and around.func is parent:
            if method in {"append", "add", "appendleft", "setdefault"} and around.args and not around.keywords:
                return [(Part.ANY, around.args[-1])]
            return [] if method in _READING else None
        case ast.Call(func=ast.Name(id=name)) if load in parent.args:
            return [] if f"builtins.{name}" in _THROUGH | _LOOKING else None
    reading = (ast.Subscript, ast.For, ast.comprehension, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.If, ast.IfExp)
    spread = (ast.Return, ast.Starred, ast.FormattedValue)
    if isinstance(parent, (*reading, *spread)) or (isinstance(parent, ast.keyword) and parent.arg is None):
        return []
    return [] if isinstance(parent, ast.Dict) and load not in [k for k in parent.keys if k] else None
