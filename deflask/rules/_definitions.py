"""Edits where a value is defined: a constant, a key or a class of the configuration."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import PurePath

from deflask.detect.module import Module
from deflask.detect.values import Decision, How
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._hit import Change, Definition, Hit
from deflask.rules._readers import leaks, only_switches
from deflask.rules._switches import Switch, truth_if

_FOR_DEVELOPERS = re.compile(
    r"(?:^|_|(?<=[a-z]))(?:[Dd]ev(?:el(?:op(?:ment|er)?)?)?|[Tt]est(?:ing|s)?|[Ll]ocal|[Dd]ebug)(?![a-z])"
)


def at_definition(switch: Switch, base: Hit, module: Module) -> Hit | None:
    """The hit at the definition that decides, None where an edit there would change more than this switch."""
    decided = switch.answer.decided_at
    if decided is None:
        return None
    home = module.of_names(decided.names)
    statement = home.index.statement(decided.node)
    if not decided.sole or not is_plain(statement, decided.node) or is_for_developers(decided, home):
        return None
    if not _follows(decided, switch, module):
        return None
    if decided.how is How.CONSTANT and not only_switches(decided.node, home):
        return None
    if decided.how is How.ARGUMENT and not isinstance(switch.value, ast.Name):
        return None
    if leaks(home) and home is not module:
        return None
    name = _name(statement, decided.node, home)
    if decided.how is How.CONFIG and base.applicability is Applicability.SAFE and not only_switches(decided.node, home):
        base = replace(base, applicability=Applicability.UNSAFE, reason=f"something else reads {name}, too")
    return replace(
        base,
        message=f"`{name}` is on with nothing set: {base.message}",
        changes=(Change(EditKind.VALUE, decided.node),),
        definition=Definition(statement, home),
    )


def is_plain(statement: ast.stmt, value: ast.expr) -> bool:
    """Whether a statement gives one value to one name, attribute or key, or is a call that hands it on."""
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript()]) | ast.AnnAssign():
            return statement.value is value
        case ast.Expr(value=ast.Call()):
            return True
    return False


def is_for_developers(decided: Decision, home: Module) -> bool:
    """Whether a class, or a module that is loaded as configuration, is named for development or tests."""
    names = [parent.name for parent in home.index.ancestors(decided.node) if isinstance(parent, ast.ClassDef)]
    if not names and decided.how is How.CONFIG:
        names = [PurePath(home.source.path).stem]
    return any(_FOR_DEVELOPERS.search(name) for name in names)


def _follows(decided: Decision, switch: Switch, module: Module) -> bool:
    """Whether a switch is on if the definition is, and off if it is not; a number that is compared is no flag."""
    defined = module.of_names(decided.names).evaluate(decided.node)
    if defined.value not in (True, "1", "true", "True") and not _is_plain_read(switch.value):
        return False
    on, off = (truth_if(switch, decided.node, value, module) for value in (True, False))
    # What other callers pass may differ.
    return on is not Truth.OFF and off is Truth.OFF


def _is_plain_read(value: ast.expr | None) -> bool:
    return value is None or isinstance(value, (ast.Name, ast.Attribute))


def _name(statement: ast.stmt, value: ast.expr, home: Module) -> str:
    """What the definition defines, with the class in which it does."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            parent = home.index.parents[statement]
            owner = f"{parent.name}." if isinstance(parent, ast.ClassDef) else ""
            return owner + ast.unparse(target)
    text = ast.unparse(statement)
    return text if len(text) <= 60 else ast.unparse(value)
