"""What a call gives back."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deflask.detect.entry_points import canonical
from deflask.detect.names import imports, members
from deflask.detect.names.annotations import promised
from deflask.detect.names.containers import parts
from deflask.detect.names.functions import gives_its_own, returned
from deflask.detect.names.index import FunctionNode, Part, own_nodes
from deflask.detect.names.origin import UNKNOWN, Kind, Origin

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names

# What gives back its first argument, or another of the same kind.
_HANDS_BACK = {"copy.copy", "copy.deepcopy", "weakref.proxy", "functools.cache", "functools.lru_cache"}
_IMPORTS = {"importlib.import_module", "builtins.__import__"}
_IMPORTS_BY_PATH = {"werkzeug.import_string", "werkzeug.utils.import_string", "pydoc.locate", "pkgutil.resolve_name"}
# Whatever these give is named only when the program runs.
_ANYTHING = {*_IMPORTS, *_IMPORTS_BY_PATH, "builtins.getattr", "builtins.eval", "pickle.load", "pickle.loads"}
_COROUTINE = "types.CoroutineType"
_GENERATOR = "types.GeneratorType"
_PARTIAL = "functools.partial"
_NAMEDTUPLES = {"collections.namedtuple", "typing.NamedTuple"}


def results(names: Names, call: ast.Call) -> list[Origin]:
    """What a call can give."""
    function = call.func
    if isinstance(function, ast.Name) and names.is_builtin(function):
        if function.id == "super":
            return _super(names, call)
        if function.id == "type" and len(call.args) == 1:
            return [kind for origin in names.origins(call.args[0]) for kind in members.class_of(origin)]
        if function.id == "next" and call.args:
            return parts(names, call.args[0], (Part.EACH,))
    first = call.args[0] if call.args and not isinstance(call.args[0], ast.Starred) else None
    if (special := _well_known(names, names.qualified(function), call, first)) is not None:
        return special
    match function:
        case ast.Attribute(value=held, attr="run_until_complete") if first is not None:
            return awaited(names, first)
        case ast.Attribute(value=held, attr="get" | "pop" | "setdefault") if isinstance(first, ast.Constant):
            if any(origin.name == "builtins.dict" for origin in names.origins(held)):
                return parts(names, held, (first.value if isinstance(first.value, (int, str)) else Part.ANY,))
    return [made for origin in names.origins(function) for made in _called(names, origin, call)]


def _well_known(names: Names, known: str | None, call: ast.Call, first: ast.expr | None) -> list[Origin] | None:
    """What some functions of the standard library and of Werkzeug give."""
    if known == "flask.Flask()._get_current_object" and isinstance(call.func, ast.Attribute):
        return list(names.origins(call.func.value))
    if first is None:
        return None
    if known in _HANDS_BACK:
        return list(names.origins(first))
    if known == "typing.cast":
        return promised(names, first, call)
    if known == "asyncio.run":
        return awaited(names, first)
    if known == "werkzeug.local.LocalProxy":
        return [made for origin in names.origins(first) for made in _called(names, origin, call)]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        if known in _IMPORTS:
            return [Origin(Kind.REFERENCE, first.value, home=names)]
        if known in _IMPORTS_BY_PATH:
            return imports.imported(names, first.value.replace(":", "."), call)
    if known in _ANYTHING:
        return [UNKNOWN]
    return None


def _called(names: Names, origin: Origin, call: ast.Call) -> list[Origin]:
    """What a call of one thing gives."""
    home, definition = origin.home or names, origin.definition
    if isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and origin.kind is Kind.FUNCTION:
        return _of_function(home, definition, call)
    if origin.kind in (Kind.REFERENCE, Kind.CLASS):
        name = canonical(origin.name) if origin.kind is Kind.REFERENCE else origin.name
        return [Origin(Kind.INSTANCE, name, call, definition, names if definition is None else home)]
    if origin.kind is not Kind.INSTANCE:
        return [origin if origin.kind is Kind.NONE else UNKNOWN]
    if origin.name == _PARTIAL and isinstance(origin.node, ast.Call) and origin.node.args:
        return [made for inner in home.origins(origin.node.args[0]) for made in _called(home, inner, call)]
    if origin.name in _NAMEDTUPLES and isinstance(origin.node, ast.Call):
        return [Origin(Kind.INSTANCE, "collections.namedtuple()", call, origin.node, names)]
    if isinstance(definition, ast.ClassDef):
        methods = members.attribute(names, origin, "__call__", call)
        return [made for method in methods if method.definition for made in _called(names, method, call)] or [UNKNOWN]
    return [UNKNOWN]


def _of_function(names: Names, function: FunctionNode, call: ast.Call) -> list[Origin]:
    if not isinstance(function, ast.Lambda):
        if not gives_its_own(function, names):
            return [UNKNOWN]
        if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function)):
            return [Origin(Kind.INSTANCE, _GENERATOR, function, home=names)]
        if isinstance(function, ast.AsyncFunctionDef):
            return [Origin(Kind.INSTANCE, _COROUTINE, call, function, names)]
    return returned(names, function)


def awaited(names: Names, value: ast.expr) -> list[Origin]:
    """What `await value` gives."""
    found: list[Origin] = []
    for origin in names.origins(value):
        if origin.name == _COROUTINE and isinstance(origin.definition, ast.AsyncFunctionDef):
            found += returned(origin.home or names, origin.definition)
        else:
            found.append(UNKNOWN)
    return found


def _super(names: Names, call: ast.Call) -> list[Origin]:
    """`super()` as an instance of the bases of the class around it."""
    for parent in names.index.ancestors(call):
        if isinstance(parent, ast.ClassDef):
            return [origin for base in parent.bases for origin in names.instances(base, parent)]
    return [UNKNOWN]
