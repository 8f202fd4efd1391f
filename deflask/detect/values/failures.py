"""Reads of the environment that raise KeyError with nothing set, so that a handler is what counts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deflask.detect.names import TRIES, Binding
from deflask.detect.values import environment

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator


def failing(bindings: list[Binding], evaluator: Evaluator) -> list[Binding]:
    """What a `try` would bind whose read of `os.environ["X"]` fails, where a handler binds the same name."""
    found = []
    for binding in bindings:
        tries = [node for node in evaluator.names.index.ancestors(binding.node) if isinstance(node, TRIES)]
        handled = tries and any(other.node in ast.walk(h) for h in tries[0].handlers for other in bindings)
        inside = handled and any(binding.node in ast.walk(statement) for statement in tries[0].body)
        if inside and missing(binding.value, evaluator):
            found.append(binding)
    return found


def missing(value: ast.expr | None, evaluator: Evaluator) -> frozenset[str]:
    """The variables that an expression reads by subscript and that certainly are not set."""
    reads = [node for node in ast.walk(value) if isinstance(node, ast.Subscript)] if value is not None else []
    asked = (environment.read_name(node, evaluator.names) for node in reads)
    named = [evaluator.evaluate(name).value for name in asked if name]
    known_set = evaluator.set_here
    return frozenset(n for n in named if isinstance(n, str) and known_set is not None and n not in known_set)
