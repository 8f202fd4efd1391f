"""What the attributes of classes, instances and modules are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeGuard

from deflask.detect.entry_points import INSTANCES, canonical
from deflask.detect.names import imports
from deflask.detect.names.containers import element
from deflask.detect.names.functions import returned
from deflask.detect.names.index import Binding, Bound
from deflask.detect.names.origin import UNKNOWN, Kind, Origin, joined

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names


def attribute(names: Names, origin: Origin, name: str, node: ast.AST) -> list[Origin]:
    """What the attribute `name` of a thing is; `node` is where it is asked for."""
    home = origin.home or names
    if name == "__class__":
        return class_of(origin)
    if isinstance(origin.definition, ast.ClassDef):
        return _member(home, origin, origin.definition, name, node)
    if origin.kind is Kind.REFERENCE:
        if home.exporter(joined(origin.name, name)) is not None:
            return imports.imported(home, joined(origin.name, name), node)
        full = canonical(joined(origin.name, name))
    elif origin.kind is Kind.INSTANCE:
        if (field := _field(home, origin, name)) is not None:
            return field
        full = canonical(f"{origin.name}().{name}")
    else:
        # None and functions have no attributes that matter here.
        return [UNKNOWN if origin.kind in (Kind.UNKNOWN, Kind.CLASS) else Origin(Kind.NONE)]
    if full in INSTANCES:
        return [Origin(Kind.INSTANCE, INSTANCES[full], origin.node or node)]
    return [Origin(Kind.REFERENCE, full, home=origin.home)]


def class_of(origin: Origin) -> list[Origin]:
    """The class of a thing."""
    if origin.kind is not Kind.INSTANCE:
        return [UNKNOWN]
    if isinstance(origin.definition, ast.ClassDef):
        return [Origin(Kind.CLASS, origin.name, definition=origin.definition, home=origin.home)]
    return [Origin(Kind.REFERENCE, origin.name, home=origin.home)]


def _field(names: Names, origin: Origin, name: str) -> list[Origin] | None:
    """A field of a namedtuple or of a SimpleNamespace, None where it is none."""
    made = origin.node
    if not isinstance(made, ast.Call) or origin.name not in {"types.SimpleNamespace", "collections.namedtuple()"}:
        return None
    for keyword in made.keywords:
        if keyword.arg == name:
            return list(names.origins(keyword.value))
    match origin.definition:
        case ast.Call(args=[_, ast.Constant(value=str(fields)), *_]):
            words = fields.replace(",", " ").split()
        case ast.Call(args=[_, ast.List(elts=fields) | ast.Tuple(elts=fields), *_]):
            words = [getattr(field, "value", "") for field in fields]
        case _:
            return [UNKNOWN]
    return element(names, origin, (words.index(name),)) if name in words else [UNKNOWN]


def _member(names: Names, origin: Origin, cls: ast.ClassDef, name: str, node: ast.AST) -> list[Origin]:
    """An attribute of a class of this file: set on an instance, bound in its body, or from its bases."""
    private = f"_{cls.name.lstrip('_')}__"
    if name.startswith(private) and not name.endswith("__"):
        # What methods of the class call `__app`.
        name = "__" + name.removeprefix(private)
    scope = names.index.scopes[cls]
    found = [thing for binding in _set_on(names, cls, name) for thing in names.bound(binding, scope)]
    for binding in scope.bindings.get(name, [])[-1:]:
        for member in names.bound(binding, scope):
            found += returned(member.home or names, member.definition) if _is_property(member.definition) else [member]
    if found:
        return found
    inherited: list[Origin] = []
    for base in cls.bases:
        instance = origin.kind is Kind.INSTANCE
        for parent in names.instances(base, origin.node or node) if instance else names.origins(base):
            inherited += attribute(names, parent, name, node)
    return inherited


def _is_property(definition: ast.AST | None) -> TypeGuard[ast.FunctionDef]:
    return isinstance(definition, ast.FunctionDef) and any(
        getattr(decorator, "id", getattr(decorator, "attr", "")) in {"property", "cached_property"}
        for decorator in definition.decorator_list
    )


def _set_on(names: Names, cls: ast.ClassDef, name: str) -> list[Binding]:
    """The assignments `self.name = …` in the methods of a class, and to its instances elsewhere in the file."""
    return [
        binding
        for binding in names.index.stores.get(name, [])
        if isinstance(binding.node, ast.Attribute)
        and binding.how is Bound.VALUE
        and any(origin.definition is cls for origin in names.origins(binding.node.value))
    ]


def lineage(cls: ast.ClassDef, names: Names) -> list[tuple[ast.ClassDef, Names]]:
    """A class and its bases in the project, nearest first."""
    found = [(cls, names)]
    for node, home in found:
        for origin in (origin for base in node.bases for origin in home.origins(base)):
            if isinstance(origin.definition, ast.ClassDef) and all(origin.definition is not c for c, _ in found):
                found.append((origin.definition, origin.home or home))
    return found
