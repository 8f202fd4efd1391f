"""Who reads a definition, and what else its module lets others see."""

from __future__ import annotations

import ast
from functools import lru_cache

from deflask.detect.module import Module
from deflask.rules._switches import switches

_FARTHEST = 5
"""Names that a value goes through on its way to a switch."""
# What a value may go through: nothing that could raise, or do anything but decide.
_DECIDING = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Attribute, ast.Call, ast.cmpop, ast.expr_context)
_METHODS = {"lower", "upper", "strip", "casefold"}


def only_switches(node: ast.expr, home: Module) -> bool:
    """Whether nothing in the project reads what `node` defines but places that switch debug mode on."""
    return _only_switches(node, home, 0)


@lru_cache(maxsize=256)
def _only_switches(node: ast.expr, home: Module, depth: int) -> bool:
    statement = home.index.statement(node)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
    others = home.project.importers(home.location, name) if home.project is not None else []
    if not name or depth > _FARTHEST or name in _listed(home):
        return False
    return all(_is_switch_in(node, name, module, depth) for module in (home, *others))


def _listed(home: Module) -> set[str]:
    """The names in `__all__`."""
    bindings = home.index.scopes[home.index.tree].bindings.get("__all__", [])
    return {str(getattr(part, "value", "")) for b in bindings if b.value is not None for part in ast.walk(b.value)}


def _is_switch_in(node: ast.expr, name: str, module: Module, depth: int) -> bool:
    """Whether each read of a definition in a module stands in the value of a switch, or leads to nothing else."""
    values = {id(switch.value) for switch in switches(module) if switch.value is not None}
    loads: list[ast.expr] = [*module.index.loads.get(name, []), *module.index.attributes.get(name, [])]
    for load in loads:
        decided = module.evaluate(load).decided_at
        if decided is None or decided.node is not node:
            continue
        if any(id(part) in values for part in (load, *module.index.ancestors(load))):
            continue
        if not _leads_to_switches(load, module, depth):
            return False
    return True


def _leads_to_switches(load: ast.expr, module: Module, depth: int) -> bool:
    """Whether a read only decides what another name holds, which only switches read."""
    for parent in module.index.ancestors(load):
        if isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value not in (None, load):
            return parent.value is not None and _only_switches(parent.value, module, depth + 1)
        is_method = isinstance(parent, ast.Call) and getattr(parent.func, "attr", getattr(parent.func, "id", "")) in {
            *_METHODS,
            "bool",
        }
        if not isinstance(parent, _DECIDING) or (isinstance(parent, ast.Call) and not is_method):
            return False
    return False


@lru_cache(maxsize=64)
def leaks(home: Module) -> bool:
    """Whether a new name in a module would reach others: by a star import, or as one of all its names."""
    if home.project is None or "os" in home.index.scopes[home.index.tree].bindings:
        return False
    for other in home.project.importers(home.location, ""):
        starred = any(other.names.other_module(star) is home.names for star in other.index.stars)
        if starred and "os" in other.index.scopes[other.index.tree].bindings:
            return True
        if "vars" in other.index.calls or "dir" in other.index.calls or "__dict__" in other.index.attributes:
            return True
    return False
