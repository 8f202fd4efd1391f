"""What a rule yields: a node that is on, what would replace it, and how sure that is."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from deflask.detect.flags import Flag, is_public
from deflask.detect.module import Module
from deflask.detect.values import Answer, Decision, Doubt
from deflask.detect.values.environment import SOME_VARIABLE
from deflask.model import Applicability, EditKind

ARGUMENT_NOTE = "only {env}=1 switches debug on now: {env}=true no longer does, and .flaskenv is read too late for it"
RELOADER_NOTE = "with use_reloader=True a .flaskenv that holds {env}=1 can still switch the debugger on"


@dataclass(frozen=True, slots=True)
class Change:
    """A node and what becomes of it; `variable` is the one to read, `text` the code to put instead of a read."""

    kind: EditKind
    node: ast.expr | ast.stmt
    variable: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a finding stands that is not where the debugger is switched on: the changes are made there."""

    node: ast.expr | ast.stmt
    module: Module


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that is on with nothing set, at `node` of the file that is looked at.

    `{env}` in message, reason and notes stands for the variable.
    """

    node: ast.expr | ast.stmt
    message: str
    changes: tuple[Change, ...] = ()
    applicability: Applicability = Applicability.SAFE
    reason: str | None = None
    public: bool = False
    serves: bool = False
    decided_at: Decision | None = None
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[str, ...] = ()
    definition: Definition | None = None


def value_hit(flag: Flag, module: Module, effect: str, notes: tuple[str, ...] = (ARGUMENT_NOTE,)) -> Hit | None:
    """The hit for a flag whose value is on: the value becomes a read of the environment."""
    value = flag.value
    if value is None or not module.is_on(value):
        return None
    reached = module.reached(flag.call)
    if not reached.possible:
        return None
    answer = module.evaluate(value)
    applicability, reason = _certainty(flag, answer, module)
    if flag.entry.serves and _reloads(flag, module):
        notes += (RELOADER_NOTE,)
    return Hit(
        node=flag.call,
        message=f"`{called(flag.call)}` {effect} {_when(answer)}",
        changes=(Change(EditKind.VALUE, value),),
        applicability=applicability,
        reason=reason,
        public=is_public(flag, module),
        serves=flag.entry.serves,
        decided_at=answer.decided_at,
        doubts=reached.doubts,
        notes=notes,
    )


def _certainty(flag: Flag, answer: Answer, module: Module) -> tuple[Applicability, str | None]:
    if (does := effect(flag.value, answer, module)) is not None:
        return does
    if not flag.proved:
        return Applicability.UNSAFE, "its receiver cannot be resolved"
    return (Applicability.UNSAFE, no_longer(answer.reads)) if answer.reads else (Applicability.SAFE, None)


def effect(value: ast.expr | None, answer: Answer, module: Module) -> tuple[Applicability, str] | None:
    """The reason against a fix that would take more than the decision away."""
    for node in ast.walk(value) if value is not None else ():
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


def _reloads(flag: Flag, module: Module) -> bool:
    return any(keyword.arg == "use_reloader" and module.is_on(keyword.value) for keyword in flag.call.keywords)


def called(call: ast.Call) -> str:
    """What is called, as the source says it where that is short."""
    text = ast.unparse(call.func)
    if len(text) <= 40 and "\n" not in text:
        return text
    return call.func.attr if isinstance(call.func, ast.Attribute) else text[:37] + "..."
