"""Configurations for developers that a program loads when nothing is set: the choice changes, not the class."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from deflask.detect.module import Module
from deflask.detect.values import Default, known
from deflask.detect.values.loads import Load, loads
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._definitions import is_for_developers
from deflask.rules._hit import Change, Definition, Hit

_PRODUCTION = re.compile(r"prod(?:uction)?|live|release", re.IGNORECASE)


def by_selection(load: Load, base: Hit, module: Module) -> Hit | None:
    """The hit at the choice of a configuration for developers, None where another one is loaded, or a file."""
    if load.place is not None:
        reason = f"decided in {load.place.path}:{load.place.line}, which is no Python source"
        return replace(base, applicability=Applicability.MANUAL, reason=reason)
    decided = load.answer.decided_at
    if decided is None:
        return replace(base, applicability=Applicability.MANUAL, reason="what it loads cannot be edited")
    home = module.of_names(decided.names)
    if not is_for_developers(decided, home):
        return None
    named = load.owner.name if load.owner is not None else home.source.path
    reason = f"{named} is meant for developers: load another configuration when nothing is set"
    manual = replace(base, applicability=Applicability.MANUAL, reason=reason, decided_at=decided)
    for default in reversed(load.chosen.defaults if load.chosen else ()):
        key = _production_key(default, load, module)
        if key is not None and default.node is not None:
            return _at_default(default, default.node, key, manual, module)
    return manual


def _production_key(default: Default, load: Load, module: Module) -> str | None:
    """The key of the same mapping under which the configuration for production stands, and is off."""
    node, chosen = default.node, load.chosen
    if chosen is None or not isinstance(node, ast.Constant) or node.value != chosen.key:
        return None
    for key, _ in chosen.mapping:
        if isinstance(key, str) and _PRODUCTION.fullmatch(key) and _is_off(node, key, load, module):
            return key
    return None


def _is_off(node: ast.expr, key: str, load: Load, module: Module) -> bool:
    other = module.as_script.evaluator.assuming({node: known(key)})
    return not any(found.answer.truth is Truth.ON for found in loads("DEBUG", other) if found.node is load.node)


def _at_default(default: Default, node: ast.expr, key: str, manual: Hit, module: Module) -> Hit:
    home = module.of_names(default.names)
    quote = home.source.text(node.lineno)[home.source.span(node).column - 1]
    text = f"'{key}'" if quote == "'" else f'"{key}"'
    inside = home is module and manual.node in (node, *module.index.ancestors(node))
    statement = home.index.statement(node)
    place = default.asked if hasattr(statement, "body") and isinstance(default.asked, ast.expr) else statement
    reason = f"the program would start with the configuration {key} where {default.name} is not set"
    return replace(
        manual,
        applicability=Applicability.UNSAFE,
        reason=reason,
        changes=(Change(EditKind.VALUE, node, text=text),),
        definition=None if inside else Definition(place, home),
        notes=(reason,),
    )
