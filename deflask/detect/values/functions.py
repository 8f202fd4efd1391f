"""What functions of the project give back that do nothing but decide."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.detect.names import argument, default_of
from deflask.detect.values.answer import Answer, How, join, known, noting, unknown
from deflask.model import Truth

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator

_DEEPEST = 5
"""Functions that call each other, one in the other."""


def result(call: ast.Call, home: Evaluator) -> Answer:
    """What a call gives, of `def as_bool(text): return text.lower() in ("1", "true")` and its like."""
    origins = home.names.origins(call.func)
    function = origins[0].definition
    if len(origins) != 1 or not isinstance(function, ast.FunctionDef) or not _decides(function):
        return unknown()
    there = home.at(origins[0].home)
    if home.depth > _DEEPEST:
        return unknown()
    parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    if parameters:
        there = there.within(function, _given(call, function, parameters, home, there))
    return join(_returned(function.body, there))


def _given(
    call: ast.Call, function: ast.FunctionDef, parameters: list[ast.arg], home: Evaluator, there: Evaluator
) -> dict[ast.expr, Answer]:
    """For each read of a parameter in the function, what this call passes for it."""
    assumed: dict[ast.expr, Answer] = {}
    scope = there.names.index.scopes[function]
    for parameter in parameters:
        expression = argument(call, function, parameter, home.names)
        if expression is None:
            answer = unknown()
        elif expression is default_of(function, parameter):
            answer = there.evaluate(expression)
        else:
            answer = home.evaluate(expression)
            answer = replace(answer, decided_at=answer.decided_at or home.decision(expression, How.ARGUMENT))
        if len(scope.bindings[parameter.arg]) == 1:
            for load in there.names.index.loads.get(parameter.arg, []):
                if there.names.index.owner(parameter.arg, there.names.index.scope_of(load)) is scope:
                    assumed[load] = answer
    return assumed


def _decides(function: ast.FunctionDef) -> bool:
    """Whether a function has no effect but its result."""
    allowed = (ast.Return, ast.If, ast.Assign, ast.AnnAssign, ast.Pass, ast.Import, ast.ImportFrom)
    statements = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return not function.decorator_list and all(
        isinstance(statement, allowed)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in statements
    )


def _returned(block: list[ast.stmt], home: Evaluator) -> list[Answer]:
    """What the return statements that can be reached give, in order, with what the tests on the way read."""
    answers: list[Answer] = []
    tests: list[Answer] = []
    for statement in block:
        if isinstance(statement, ast.Return):
            answers.append(noting(home.evaluate(statement.value) if statement.value else known(None), tests))
            break
        if isinstance(statement, ast.If):
            test = home.evaluate(statement.test)
            tests.append(replace(test, decided_at=None))
            branches = {Truth.ON: [statement.body], Truth.OFF: [statement.orelse]}
            entered = branches.get(test.truth, [statement.body, statement.orelse])
            for branch in entered:
                answers += [noting(answer, tests) for answer in _returned(branch, home)]
            if all(home.names.flow.leaves(branch) for branch in entered):
                break
    return answers
