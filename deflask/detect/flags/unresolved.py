"""What is taken for an entry point although its receiver cannot be resolved, by the shape of an app."""

from __future__ import annotations

import ast
import re
import sys

from deflask.detect.entry_points import NOT_FLASK, WITHOUT_RUN, EntryPoint
from deflask.detect.module import Module
from deflask.detect.names import Bound, Kind, Names, Origin, attribute

_APP = re.compile(r"(?:.*_)?(?:app|application|server)", re.IGNORECASE)
_FACTORY = re.compile(r"(?:create|make|build|get|init)_(?:.*_)?(?:app|application)")
_SOCKETIO = re.compile(r"(?:.*_)?(?:socketio|socket_io|sio)", re.IGNORECASE)

# What is taken for an entry point where the receiver cannot be resolved: method, flag, and the receiver's shape.
UNRESOLVED = (
    ("run", _APP, EntryPoint("DF101", "debug")),
    ("run", _APP, EntryPoint("DF105", "use_debugger", passes_debug=False)),
    ("run", _SOCKETIO, EntryPoint("DF102", "debug", host=1)),
    ("run_server", _APP, EntryPoint("DF102", "debug")),
)


def may_be(function: ast.expr, method: str, shape: re.Pattern[str], module: Module) -> bool:
    """Whether `something.run` cannot be resolved but has the shape of an app's."""
    if not isinstance(function, ast.Attribute) or function.attr != method or _lacks(function.value, method, module):
        return False
    origins = [origin for origin in module.names.origins(function) if origin.kind is not Kind.NONE]
    imported = (origin.name.rpartition(".")[0].rpartition(".")[2] for origin in origins)
    shaped = _is_shaped(function.value, shape) or any(shape.fullmatch(name) for name in imported)
    return shaped and bool(origins) and not all(_is_something_else(origin, module) for origin in origins)


def may_be_app(expression: ast.expr, module: Module) -> bool:
    """Whether something that cannot be resolved has the shape of an app, in a file that has to do with Flask."""
    origins = module.names.origins(expression)
    unknown = all(origin.kind is Kind.UNKNOWN for origin in origins)
    return unknown and imports_flask(module) and _is_shaped(expression, _APP)


def is_app(origin: Origin, names: Names, at: ast.AST) -> bool:
    """Whether something is known to be an instance of Flask, of the class itself or of a subclass."""
    members = attribute(names, origin, "wsgi_app", at) if origin.kind is Kind.INSTANCE else []
    return any(member.name == "flask.Flask().wsgi_app" for member in members)


def _lacks(receiver: ast.expr, method: str, module: Module) -> bool:
    """Whether a receiver is of classes that stand in the project with all their bases, and have no such method."""
    origins = module.names.origins(receiver)
    return all(
        origin.kind is Kind.INSTANCE
        and isinstance(origin.definition, ast.ClassDef)
        and not attribute(origin.home or module.names, origin, method, receiver)
        and _stands_alone(origin.definition, origin.home or module.names)
        for origin in origins
    )


def _stands_alone(cls: ast.ClassDef, names: Names) -> bool:
    """Whether nothing outside of the project has a say in what the instances of a class can do."""
    bases = [origin for base in cls.bases for origin in names.origins(base)]
    if cls.decorator_list or cls.keywords or "__getattr__" in names.index.scopes[cls].bindings:
        return False
    return all(
        origin.name == "builtins.object"
        or (
            isinstance(origin.definition, ast.ClassDef)
            and origin.definition is not cls
            and _stands_alone(origin.definition, origin.home or names)
        )
        for origin in bases
    )


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
        if not isinstance(owner, ast.ClassDef):
            return True
        return not is_app(Origin(Kind.INSTANCE, owner.name, owner, owner, names), names, owner)
    if origin.kind is not Kind.REFERENCE:
        # A parameter, say: in a file about another framework it is not Flask's.
        return not imports_flask(module) and _imports_another(module)
    root = origin.name.partition(".")[0].removesuffix("()")
    project = module.project
    if root in sys.stdlib_module_names:
        # Unless a file of the project stands in its place.
        return project is None or project.find(f".{root}", module.location) is None
    if root in NOT_FLASK or root in WITHOUT_RUN or root == "builtins":
        return True
    if imports_flask(module):
        return False
    if project is not None and root and not project.holds(origin.name, module.location):
        # It comes from a package: in a project that has nothing to do with Flask this is something else.
        return not project.imports_flask()
    # In a file that has nothing to do with Flask, an instance of some class.
    made, instance, _ = origin.name.partition("()")
    return bool(instance) and made.rpartition(".")[2][:1].isupper()


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
