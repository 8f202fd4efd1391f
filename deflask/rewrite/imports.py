"""What reads the environment at a place: an import that is there, or one that is added."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from deflask.detect.module import Module
from deflask.detect.names import FUNCTIONS, Binding, Bound, Scope
from deflask.files.source import Group

# What a program may have imported, and how a variable is read through it.
_GETTERS = {"os": "{name}.environ.get", "os.environ": "{name}.get", "os.getenv": "{name}"}
_ADDED = {"os": ("import os", "os.environ.get"), "environ": ("from os import environ", "environ.get")}


@dataclass(frozen=True, slots=True)
class Reader:
    """The function that reads a variable, as the source can name it, and the import that it needs."""

    getter: str
    statement: str | None = None


def reader(node: ast.AST, module: Module) -> Reader | None:
    """How to read the environment at a node; None where every name for it is taken by something else."""
    scope = module.index.scope_of(node)
    for target, getter in _GETTERS.items():
        for name in module.index.imported.get(target, ()):
            if _usable(name, target, node, scope, module):
                return Reader(getter.format(name=name))
    for name, (statement, getter) in _ADDED.items():
        if _free(name, scope, module):
            return Reader(getter, statement)
    return None


def _usable(name: str, target: str, node: ast.AST, scope: Scope, module: Module) -> bool:
    """Whether `name` certainly is the import at the node: bound above it, in no branch, and not deleted again."""
    owner = module.index.owner(name, scope)
    if owner is None:
        return False
    bindings, certain = module.names.flow.reaching(name, node, owner)
    return certain and bool(bindings) and all(_certain(binding, target, node, module) for binding in bindings)


def _certain(binding: Binding, target: str, node: ast.AST, module: Module) -> bool:
    """Whether a binding is the import, and stands above the node in the same block or in one around it."""
    if binding.how is not Bound.IMPORT or binding.target != target:
        return False
    index = module.index
    place = index.place(binding.node)
    if place is None:
        return False
    around = (index.place(above) for above in (node, *index.ancestors(node)))
    beside = next((other for other in around if other is not None and other[0] is place[0]), None)
    return beside is not None and place[1] < beside[1]


def _free(name: str, scope: Scope, module: Module) -> bool:
    """Whether a module-level import of the name would be what the node sees."""
    owner = module.index.owner(name, scope)
    top = module.index.scopes[module.source.tree]
    target = "os" if name == "os" else f"os.{name}"
    taken = [b for b in top.bindings.get(name, []) if b.how is not Bound.IMPORT or b.target != target]
    return owner in (None, top) and not taken and not _declared(name, scope)


def _declared(name: str, scope: Scope) -> bool:
    """Whether a function on the way says that the name is bound elsewhere."""
    current: Scope | None = scope
    while current is not None:
        if isinstance(current.node, FUNCTIONS) and name in current.declared_nonlocal:
            return True
        current = current.parent
    return False


def redundant(statement: str, module: Module) -> list[ast.stmt]:
    """The plain module-level imports that an added one makes redundant. A cell may be run without those above it."""
    if statement != "import os" or module.source.notebook is not None:
        return []
    return [
        group.statements[0]
        for group in module.source.groups
        if len(group.statements) == 1 and _is_import_os(group.statements[0]) and _plain(group, module)
    ]


def _plain(group: Group, module: Module) -> bool:
    """Whether nobody has said anything about the line but that a linter should not."""
    return re.fullmatch(r"import\s+os\s*(?:#\s*noqa.*)?", module.source.text(group.first).strip()) is not None


def _is_import_os(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import(names=[ast.alias(name="os", asname=None)]):
            return True
    return False
