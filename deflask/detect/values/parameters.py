"""What a parameter holds: what its callers pass, or the default that counts where they pass nothing."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.detect.names import Names, argument, default_of, function_of
from deflask.detect.values import options
from deflask.detect.values.answer import Answer, Default, How, Source, join, unknown

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator


def passed(parameter: ast.arg, home: Evaluator) -> Answer:
    """What a parameter of a function comes to; a function whose callers are not in view is called with nothing."""
    function = function_of(parameter, home.names.index)
    if function is None:
        return unknown()
    option = options.declared(function, parameter, home.names, home.evaluate)
    if option is not None:
        return option
    if home.calls_to(function) is None:
        return unknown(configured=True)
    answers = [answer for _, _, answer in each(parameter, home)]
    return join(answers) if answers else _fallen_back(parameter, default_of(function, parameter), home)


def each(parameter: ast.arg, home: Evaluator) -> list[tuple[ast.Call, Names, Answer]]:
    """For each call in view, with the module in which it stands, what it gives to a parameter."""
    function = function_of(parameter, home.names.index)
    if function is None:
        return []
    default = default_of(function, parameter)
    found = []
    for call, caller in home.calls_to(function) or ():
        given = argument(call, function, parameter, caller.names)
        if given is None:
            answer = unknown()
        elif given is default:
            answer = _fallen_back(parameter, default, home)
        else:
            answer = caller.evaluate(given)
            answer = replace(answer, decided_at=answer.decided_at or caller.decision(given, How.ARGUMENT))
        found.append((call, caller.names, answer))
    return found


def _fallen_back(parameter: ast.arg, default: ast.expr | None, home: Evaluator) -> Answer:
    if default is None:
        return unknown()
    answer = home.evaluate(default)
    if answer.defaults:
        return answer
    return replace(answer, defaults=(Default(Source.PARAMETER, parameter.arg, parameter, default, home.names),))
