"""Judges every place that is on: which rule it belongs to, where the edit stands, and how sure it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from deflask.detect.module import Module
from deflask.detect.values import Answer, Decision, How, Source
from deflask.detect.values.environment import SOME_VARIABLE
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._defaults import by_default
from deflask.rules._definitions import at_definition, is_plain
from deflask.rules._hit import Change, Definition, Hit
from deflask.rules._selection import by_selection
from deflask.rules._switches import Switch, switches

_RULES = {How.ATTRIBUTE: "DF103", How.KEY: "DF104", How.CONFIG: "DF107", How.CONSTANT: "DF108", How.ARGUMENT: "DF108"}

_KINDS = {Source.OPTION: "the option ", Source.PARAMETER: "the parameter "}


def hits(module: Module, rule: str) -> Iterator[Hit]:
    """What a rule finds in a file."""
    return (hit for code, hit in _judged(module) if code == rule)


@lru_cache(maxsize=1)
def _judged(module: Module) -> tuple[tuple[str, Hit], ...]:
    found = []
    for switch in switches(module):
        reached = module.reached(switch.node) if switch.answer.truth is Truth.ON else None
        if reached is not None and reached.possible:
            rule, hit = _judge(switch, module)
            found.append((rule, replace(hit, doubts=reached.doubts)))
    return tuple(found)


def _judge(switch: Switch, module: Module) -> tuple[str, Hit]:
    """The rule that a place belongs to, and its hit: the edit stands as near as can be to what decides."""
    base = Hit(
        switch.node,
        f"{switch.does} {_when(switch.answer)}",
        public=switch.public,
        serves=switch.serves,
        notes=switch.notes,
    )
    base = replace(base, applicability=switch.certainty[0], reason=switch.certainty[1])
    decided = switch.answer.decided_at
    if (found := by_default(switch, base, module)) is not None:
        return "DF106", found
    if switch.load is not None:
        found = by_selection(switch.load, base, module) or at_definition(switch, base, module)
        return "DF107", found or _where_written(switch, base, module)
    if decided is not None:
        there = at_definition(switch, base, module)
        asks = switch.answer.reads or switch.answer.defaults
        rule = "DF106" if there is None and asks and decided.how is How.CONSTANT else _RULES[decided.how]
        return rule, there or _at_use(switch, base, module)
    rule = "DF106" if switch.answer.reads or switch.answer.defaults else switch.rule
    return rule, _at_use(switch, base, module)


def _at_use(switch: Switch, base: Hit, module: Module) -> Hit:
    """The value becomes a read of the environment where it is used."""
    assert switch.value is not None, "only what is loaded has no value of its own"
    answer = switch.answer
    applicability, reason = base.applicability, base.reason
    if (does := effect(switch.value, answer, module)) is not None:
        applicability, reason = does
    elif applicability is Applicability.SAFE and (loses := _loses(answer)) is not None:
        applicability, reason = Applicability.UNSAFE, loses
    return replace(
        base,
        changes=(Change(EditKind.VALUE, switch.value),),
        applicability=applicability,
        reason=reason,
        decided_at=answer.decided_at or _apart(switch.value, switch.node, module),
    )


def _apart(value: ast.expr, node: ast.AST, module: Module) -> Decision | None:
    """The decision where the value of a flag stands apart from it, in a dictionary that is unpacked."""
    inside = node in (value, *module.index.ancestors(value))
    return None if inside else module.as_script.evaluator.decision(value)


def _loses(answer: Answer) -> str | None:
    """What would no longer decide if the value became a read of the environment; None if nothing else does."""
    if answer.reads:
        return no_longer(answer.reads)
    if answer.defaults:
        return no_longer(frozenset(_KINDS.get(default.source, "") + default.name for default in answer.defaults))
    how = answer.decided_at.how if answer.decided_at is not None else How.CONSTANT
    if how is How.CONSTANT:
        return None
    what = "callers" if how is How.ARGUMENT else "the configuration"
    return f"{what} would no longer decide, only {{env}}=1"


def _where_written(switch: Switch, base: Hit, module: Module) -> Hit:
    """What is written for the key becomes a read of the environment, whatever it is made of."""
    value = switch.load.value if switch.load is not None else None
    if value is None:
        return replace(base, applicability=Applicability.MANUAL, reason="what it loads cannot be edited")
    home = module.of_names(value.home.names)
    if not is_plain(home.index.statement(value.node), value.node):
        return replace(base, applicability=Applicability.MANUAL, reason="what it loads cannot be edited")
    found = _at_use(replace(switch, value=value.node), base, home)
    if found.applicability is Applicability.SAFE:
        found = replace(found, applicability=Applicability.UNSAFE, reason="what it is made of would no longer decide")
    return replace(found, definition=Definition(home.index.statement(value.node), home), decided_at=None)


def effect(value: ast.expr, answer: Answer, module: Module) -> tuple[Applicability, str] | None:
    """The reason against a fix that would take more than the decision away."""
    for node in ast.walk(value):
        if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom)):
            return Applicability.MANUAL, "its value waits or yields"
        if isinstance(node, ast.NamedExpr) and module.index.loads.get(node.target.id):
            return Applicability.MANUAL, f"its value binds {node.target.id}, which is read elsewhere"
        if isinstance(node, ast.Call) and not answer.known:
            return Applicability.UNSAFE, "its value calls something that would no longer be called"
    return None


def no_longer(reads: frozenset[str]) -> str:
    """The reason against a fix that takes environment variables their effect."""
    variables = " and ".join(sorted(reads - {SOME_VARIABLE})) or "the variable that it reads"
    return f"{variables} would no longer decide, only {{env}}=1"


def _when(answer: Answer) -> str:
    names = sorted(answer.reads - {SOME_VARIABLE})
    return f"when {' and '.join(names)} is not set" if names else "with nothing set"
