"""The calls that can switch a debugger on, each with the expression that decides whether it does."""

from __future__ import annotations

import ast
import ipaddress
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from deflask.detect.entry_points import CLASSES, ENTRY_POINTS, FUNCTIONS, NOT_FLASK, EntryPoint
from deflask.detect.module import Module
from deflask.detect.names import Bound, Kind, Names, Origin, attribute

_WORDS = frozenset(name.rpartition(".")[2] for name in (*ENTRY_POINTS, *CLASSES, *FUNCTIONS))
_APP = re.compile(r"(?:.*_)?(?:app|application|server)", re.IGNORECASE)
_FACTORY = re.compile(r"(?:create|make|build|get|init)_(?:.*_)?(?:app|application)")
_SOCKETIO = re.compile(r"(?:.*_)?(?:socketio|socket_io|sio)", re.IGNORECASE)

# What is taken for an entry point where the receiver cannot be resolved: method, flag, and the receiver's shape.
_UNRESOLVED = (
    ("run", _APP, EntryPoint("DF101", "debug")),
    ("run", _APP, EntryPoint("DF105", "use_debugger", passes_debug=False)),
    ("run", _SOCKETIO, EntryPoint("DF102", "debug", host=1)),
    ("run_server", _APP, EntryPoint("DF102", "debug")),
)


@dataclass(frozen=True, slots=True)
class Flag:
    """A call of an entry point; `value` decides it, None where the call does not give it.

    `proved` is False where the receiver only looks like a Flask app.
    """

    call: ast.Call
    entry: EntryPoint
    value: ast.expr | None
    proved: bool = True


def flags(module: Module, rule: str) -> Iterator[Flag]:
    """Every call that a rule is about, in source order."""
    for call in _calls(module):
        called = module.names.qualified(call.func)
        rows = ENTRY_POINTS.get(called, ()) if called else ()
        for entry in rows:
            if entry.rule == rule:
                yield Flag(call, entry, _value(call, entry, module))
        for method, shape, entry in () if rows else _UNRESOLVED:
            if entry.rule == rule and _may_be(call, method, shape, entry.flag, module):
                yield Flag(call, entry, _value(call, entry, module), proved=False)


def _calls(module: Module) -> list[ast.Call]:
    """The calls whose name is that of an entry point, or an alias of one."""
    scopes = module.index.scopes.values()
    aliases = {
        binding.name
        for scope in scopes
        for bindings in scope.bindings.values()
        for binding in bindings
        if binding.how is Bound.IMPORT and binding.target.rpartition(".")[2] in _WORDS
    }
    calls = [call for name in _WORDS | aliases for call in module.index.calls.get(name, [])]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset, -(call.end_lineno or 0)))


def _value(call: ast.Call, entry: EntryPoint, module: Module) -> ast.expr | None:
    """The expression of the flag: by keyword, by position, or in a dictionary that is unpacked."""
    for keyword in call.keywords:
        if keyword.arg == entry.flag:
            return keyword.value
    if entry.position is not None:
        before = call.args[: entry.position + 1]
        if len(before) > entry.position and not any(isinstance(argument, ast.Starred) for argument in before):
            return before[-1]
    for keyword in call.keywords:
        if keyword.arg is None and (value := _unpacked(keyword.value, entry.flag, module)) is not None:
            return value
    return None


def _unpacked(mapping: ast.expr, key: str, module: Module) -> ast.expr | None:
    """The value of `key` in `**{…}`, `**dict(…)` or a name that is bound to one of them and used only here."""
    match mapping:
        case ast.Dict():
            for name, value in zip(reversed(mapping.keys), reversed(mapping.values), strict=True):
                # What is spread after the key may hold it, too.
                if name is None or _is_text(name, key):
                    return value if name is not None else None
            return None
        case ast.Call(args=[], keywords=keywords) if module.names.qualified(mapping.func) == "builtins.dict":
            return next((keyword.value for keyword in keywords if keyword.arg == key), None)
        case ast.Name():
            scope = module.index.owner(mapping.id, module.index.scope_of(mapping))
            if scope is None or len(module.index.loads[mapping.id]) != 1:
                return None
            bindings, _ = module.names.flow.reaching(mapping.id, mapping, scope)
            if len(bindings) == 1 and bindings[0].value is not None and not bindings[0].path:
                value = bindings[0].value
                return _unpacked(value, key, module) if not isinstance(value, ast.Name) else None
    return None


def _is_text(node: ast.expr | None, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _may_be(call: ast.Call, method: str, shape: re.Pattern[str], flag: str, module: Module) -> bool:
    """`something.run(debug=…)` whose receiver cannot be resolved but has the shape of an app."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr != method:
        return False
    if not any(keyword.arg == flag for keyword in call.keywords):
        return False
    origins = [origin for origin in module.names.origins(function) if origin.kind is not Kind.NONE]
    imported = (origin.name.rpartition(".")[0].rpartition(".")[2] for origin in origins)
    shaped = _is_shaped(function.value, shape) or any(shape.fullmatch(name) for name in imported)
    return shaped and bool(origins) and not all(_is_something_else(origin, module) for origin in origins)


def _is_shaped(receiver: ast.expr, shape: re.Pattern[str]) -> bool:
    match receiver:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return bool(shape.fullmatch(name.lstrip("_")))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return shape is _APP and bool(_FACTORY.fullmatch(name.lstrip("_")))
    return False


def _is_something_else(origin: Origin, module: Module) -> bool:
    """Whether `….run` is known to be none of Flask's: the standard library, another framework, a class of this file."""
    if origin.kind is Kind.FUNCTION and origin.definition is not None:
        names = origin.home or module.names
        owner = names.index.parents[origin.definition]
        return not (isinstance(owner, ast.ClassDef) and _is_flask(owner, names))
    if origin.kind is not Kind.REFERENCE:
        # A parameter, say: in a file about another framework it is not Flask's.
        return not imports_flask(module) and _imports_another(module)
    root = origin.name.partition(".")[0].removesuffix("()")
    if root in NOT_FLASK or root in sys.stdlib_module_names or root == "builtins":
        return True
    if imports_flask(module):
        return False
    project = module.project
    if project is not None and root and not project.holds(origin.name, module.location):
        # It comes from a package: in a project that has nothing to do with Flask this is something else.
        return not project.imports_flask()
    # In a file that has nothing to do with Flask, an instance of some class.
    made, instance, _ = origin.name.partition("()")
    return bool(instance) and made.rpartition(".")[2][:1].isupper()


def _is_flask(cls: ast.ClassDef, names: Names) -> bool:
    inherited = Origin(Kind.INSTANCE, cls.name, cls, cls, names)
    members = attribute(names, inherited, "wsgi_app", cls)
    return any(member.name.startswith("flask.Flask()") for member in members)


def _imports_another(module: Module) -> bool:
    return any(
        binding.how is Bound.IMPORT and binding.target.partition(".")[0] in NOT_FLASK
        for bindings in module.index.scopes[module.source.tree].bindings.values()
        for binding in bindings
    )


def imports_flask(module: Module) -> bool:
    """Whether the file imports Flask or an extension of it."""
    return any(
        binding.how is Bound.IMPORT and binding.target.lower().startswith("flask")
        for scope in module.index.scopes.values()
        for bindings in scope.bindings.values()
        for binding in bindings
    )


def is_public(flag: Flag, module: Module) -> bool:
    """Whether the call binds an address that others can reach."""
    given: ast.expr | None = next((k.value for k in flag.call.keywords if k.arg in {"host", "hostname"}), None)
    position = flag.entry.host
    if given is None and position is not None and len(flag.call.args) > position:
        given = flag.call.args[position]
    if given is None:
        return flag.entry.public
    host = module.evaluate(given).value
    if not isinstance(host, str) or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return bool(host)
