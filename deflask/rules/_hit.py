"""What a rule yields: a place that is on, what would replace what, and how sure that is."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from deflask.detect.module import Module
from deflask.detect.values import Decision, Doubt
from deflask.model import Applicability, EditKind


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
