"""What a name from another module is: something of the project, or a name for something outside of it."""

from __future__ import annotations

import ast
import builtins
import sys
from typing import TYPE_CHECKING

from deflask.detect.entry_points import INSTANCES, canonical, is_known
from deflask.detect.names.origin import UNKNOWN, Kind, Origin, joined, parted

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names


def imported(names: Names, name: str, node: ast.AST) -> list[Origin]:
    """What the import of a qualified name gives."""
    if (found := exporter(names, name)) is not None:
        return exported(found, name.rpartition(".")[2])
    known = canonical(name)
    if known in INSTANCES:
        return [Origin(Kind.INSTANCE, INSTANCES[known], node)]
    root = name.partition(".")[0]
    if is_known(name) and _is_shadowed(names, root):
        # A file of the project stands where the package would be, and does not have what is asked of it: this raises.
        return [Origin(Kind.NONE)]
    return [Origin(Kind.REFERENCE, name, home=names)]


def exporter(names: Names, name: str) -> Names | None:
    """The names of the project's module that binds the last part of a qualified name."""
    root = name.partition(".")[0]
    if root in sys.stdlib_module_names or (is_known(name) and not _is_shadowed(names, root)):
        return None
    module, attribute = parted(name)
    other = names.other_module(module) if module else None
    return other if other is not None and exports(other, attribute) else None


def _is_shadowed(names: Names, root: str) -> bool:
    """Whether a file next to this one is what a package of the tables is called, such as a `flask.py`."""
    beside = names.other_module(f".{root}") if root else None
    return beside is not None and not _is_genuine(beside)


def _is_genuine(package: Names) -> bool:
    """Whether this is the source of Flask itself."""
    application = package.other_module(".app") if package.is_package else None
    if application is None:
        return False
    scopes = application.index.scopes
    definitions = [binding.node for binding in scopes[application.index.tree].bindings.get("Flask", [])]
    return any(isinstance(cls, ast.ClassDef) and "wsgi_app" in scopes[cls].bindings for cls in definitions)


def exports(names: Names, name: str) -> bool:
    """Whether the module binds a name, or gets it by a star import."""
    if name in names.index.scopes[names.index.tree].bindings:
        return True
    if name in names.exporting:
        return False
    names.exporting.add(name)
    try:
        return any(_star(names, module, name) is not None for module in names.index.stars)
    finally:
        names.exporting.discard(name)


def exported(names: Names, name: str) -> list[Origin]:
    """What a name of the module is for those who import it."""
    scope = names.index.scopes[names.index.tree]
    if name in names.exporting:
        return [UNKNOWN]
    names.exporting.add(name)
    try:
        if name not in scope.bindings:
            return from_outside(names, name)
        return [origin for binding in names.flow.at_end(name, scope) for origin in names.bound(binding, scope)]
    finally:
        names.exporting.discard(name)


def from_outside(names: Names, name: str) -> list[Origin]:
    """A name that the file does not bind: a builtin, or from a star import, of which the last counts."""
    if not names.index.stars:
        return [Origin(Kind.REFERENCE, f"builtins.{name}")]
    for module in reversed(names.index.stars):
        full = joined(module, name)
        if is_known(full) or _star(names, module, name) is not None:
            return imported(names, full, names.index.tree)
    return [Origin(Kind.REFERENCE, f"builtins.{name}") if hasattr(builtins, name) else UNKNOWN]


def _star(names: Names, module: str, name: str) -> Names | None:
    """The names of the module of which a star import takes `name`."""
    found = exporter(names, joined(module, name))
    listed = _listed(found) if found is not None else None
    return found if (name in listed if listed is not None else not name.startswith("_")) else None


def _listed(names: Names) -> set[object] | None:
    """What `__all__` lists, None where the module has none; what is added by other means than `+=` is not seen."""
    tree = names.index.tree
    values = [
        statement.value
        for statement in tree.body
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign))
        and any(
            getattr(target, "id", "") == "__all__"
            for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        )
    ]
    if not values:
        return None
    return {
        element.value for value in values for element in getattr(value, "elts", []) if isinstance(element, ast.Constant)
    }
