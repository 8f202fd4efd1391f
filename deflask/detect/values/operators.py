"""What operators and displays make of what their operands come to."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import replace

from deflask.detect.values.answer import Answer, join, known, noting, unknown
from deflask.detect.values.pure import ARITHMETIC, COMPARISONS, UNARY, compute
from deflask.model import Truth

# A format that can produce nothing longer than what it is given.
_PLAIN_FORMAT = re.compile(r"(?:[^%]|%s)*")

Evaluate = Callable[[ast.expr], Answer]


def operate(node: ast.expr, evaluate: Evaluate) -> Answer | None:
    """The answer for an expression that is an operator or a display, None for any other."""
    match node:
        case ast.BoolOp():
            return _boolean(node, evaluate)
        case ast.UnaryOp():
            return _unary(node, evaluate)
        case ast.BinOp():
            return _binary(node, evaluate)
        case ast.Compare():
            return _compare(node, evaluate)
        case ast.IfExp():
            return _conditional(node, evaluate)
        case ast.Tuple() | ast.List() | ast.Set():
            return _display(node, any(not isinstance(element, ast.Starred) for element in node.elts))
        case ast.Dict():
            return _display(node, any(key is not None for key in node.keys))
        case ast.JoinedStr():
            return _formatted(node, evaluate)
    return None


def _formatted(node: ast.JoinedStr, evaluate: Evaluate) -> Answer:
    """An f-string of known strings is known; one with any text of its own is at least true."""
    parts: list[str] = []
    answers: list[Answer] = []
    for part in node.values:
        answers.append(evaluate(part.value if isinstance(part, ast.FormattedValue) else part))
        plain = not isinstance(part, ast.FormattedValue) or (part.conversion == -1 and part.format_spec is None)
        if plain and isinstance(answers[-1].value, str):
            parts.append(answers[-1].value)
    if len(parts) == len(node.values):
        return noting(compute("".join, parts), answers)
    literal = any(isinstance(part, ast.Constant) and part.value for part in node.values)
    return noting(Answer(Truth.ON) if literal else unknown(), answers)


def _boolean(node: ast.BoolOp, evaluate: Evaluate) -> Answer:
    stops = Truth.OFF if isinstance(node.op, ast.And) else Truth.ON
    answers: list[Answer] = []
    for value in node.values:
        answers.append(evaluate(value))
        if answers[-1].truth in (stops, Truth.UNKNOWN):
            break
    if answers[-1].truth is not Truth.UNKNOWN:
        return noting(answers[-1], answers[:-1])
    # `unknown and off` is off whatever the unknown is.
    answers = [evaluate(value) for value in node.values]
    decided = any(answer.truth is stops for answer in answers)
    return noting(Answer(stops) if decided else unknown(), answers)


def _unary(node: ast.UnaryOp, evaluate: Evaluate) -> Answer:
    operand = evaluate(node.operand)
    if isinstance(node.op, ast.Not) and operand.truth is not Truth.UNKNOWN:
        return known(operand.truth is Truth.OFF).noting(operand)
    result = compute(UNARY[type(node.op)], operand.value) if operand.known else unknown()
    return result.noting(operand)


def _binary(node: ast.BinOp, evaluate: Evaluate) -> Answer:
    left, right = evaluate(node.left), evaluate(node.right)
    operation = ARITHMETIC.get(type(node.op))
    if isinstance(node.op, ast.Mod) and isinstance(left.value, str) and _PLAIN_FORMAT.fullmatch(left.value):
        operation = operator.mod
    if operation is None or not (left.known and right.known):
        return noting(unknown(), [left, right])
    return noting(compute(operation, left.value, right.value), [left, right])


def _compare(node: ast.Compare, evaluate: Evaluate) -> Answer:
    operands = [evaluate(operand) for operand in (node.left, *node.comparators)]
    result = known(True)
    for operation, left, right in zip(node.ops, operands, operands[1:], strict=False):
        if not (left.known and right.known):
            return noting(unknown(), operands)
        result = compute(COMPARISONS[type(operation)], left.value, right.value)
        if result.truth is not Truth.ON:
            break
    return noting(result, operands)


def _conditional(node: ast.IfExp, evaluate: Evaluate) -> Answer:
    test = evaluate(node.test)
    branches = {Truth.ON: [node.body], Truth.OFF: [node.orelse]}.get(test.truth, [node.body, node.orelse])
    return join(evaluate(branch) for branch in branches).noting(replace(test, decided_at=None))


def _display(node: ast.expr, certainly_holds_something: bool) -> Answer:
    try:
        return known(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return Answer(Truth.ON) if certainly_holds_something else unknown()
