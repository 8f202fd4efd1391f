"""What a parameter holds: what its callers pass, or the default that counts where they pass nothing."""

from __future__ import annotations

import ast
from dataclasses import replace

from deflask.detect.names import Names, argument, calls_of, default_of, function_of
from deflask.detect.values import options
from deflask.detect.values.answer import Answer, Default, Source, join, unknown
from deflask.detect.values.operators import Evaluate


def passed(parameter: ast.arg, names: Names, evaluate: Evaluate) -> Answer:
    """What a parameter of a function comes to; a function whose callers are not in view is called with nothing."""
    function = function_of(parameter, names.index)
    if function is None:
        return unknown()
    option = options.declared(function, parameter, names, evaluate)
    if option is not None:
        return option
    default = default_of(function, parameter)
    calls = calls_of(function, names)
    if not calls:
        return _fallen_back(parameter, default, names, evaluate)
    answers = []
    for call in calls:
        given = argument(call, function, parameter, names)
        if given is None:
            return unknown()
        answers.append(_fallen_back(parameter, default, names, evaluate) if given is default else evaluate(given))
    return join(answers)


def _fallen_back(parameter: ast.arg, default: ast.expr | None, names: Names, evaluate: Evaluate) -> Answer:
    if default is None:
        return unknown()
    answer = evaluate(default)
    if answer.defaults:
        return answer
    return replace(answer, defaults=(Default(Source.PARAMETER, parameter.arg, parameter, default, names),))
