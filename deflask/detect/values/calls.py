"""What calls, subscripts and tests for None come to: the environment, pure functions, functions of the file."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.detect.entry_points import is_known
from deflask.detect.names import Names
from deflask.detect.values import environment, functions, libraries
from deflask.detect.values.answer import MISSING, Answer, Default, Source, known, noting, unknown
from deflask.detect.values.operators import Evaluate
from deflask.detect.values.pure import FUNCTIONS, STRING_METHODS, SYSTEM, compute
from deflask.model import Truth

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator

# A format that can produce nothing longer than what it is given.
_PLAIN_FORMAT = re.compile(r"(?:[^{}]|\{\d?\})*")


def call(node: ast.Call, home: Evaluator, set_here: frozenset[str] | None) -> Answer:
    """What a call gives back; `set_here` are the variables that the file sets, None if it cannot be told which."""
    names, evaluate = home.names, home.evaluate
    called = names.qualified(node.func)
    if environment.is_getter(node, names):
        return _environment(node, names, evaluate, set_here)
    if called in libraries.GETTERS and node.args:
        return _library(node, node.args[0], names, evaluate)
    arguments = [evaluate(argument) for argument in node.args]
    plain = not node.keywords and not any(isinstance(argument, ast.Starred) for argument in node.args)
    if plain and called == "builtins.bool" and len(arguments) == 1:
        truth = arguments[0].truth
        return Answer(truth, MISSING if truth is Truth.UNKNOWN else truth is Truth.ON).noting(arguments[0])
    if plain and called in SYSTEM and not arguments:
        return known(SYSTEM[called])
    values = [argument.value for argument in arguments]
    computable = plain and all(argument.known for argument in arguments)
    if computable and called in FUNCTIONS:
        return noting(compute(FUNCTIONS[called], *values), arguments)
    if plain and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and 1 <= len(values) <= 2:
        held = evaluate(node.func.value)
        if computable and isinstance(held.value, dict):
            return noting(compute(held.value.get, *values), [held, *arguments])
    if computable and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        text = evaluate(node.func.value)
        if isinstance(text.value, str) and _PLAIN_FORMAT.fullmatch(text.value):
            return noting(compute(text.value.format, *values), [text, *arguments])
    if isinstance(node.func, ast.Attribute) and node.func.attr in STRING_METHODS:
        text = evaluate(node.func.value)
        if computable and isinstance(text.value, str):
            return noting(compute(getattr(str, node.func.attr), text.value, *values), [text, *arguments])
        return noting(unknown(), [text, *arguments])
    return noting(functions.result(node, home), arguments)


def _environment(node: ast.Call, names: Names, evaluate: Evaluate, set_here: frozenset[str] | None) -> Answer:
    """`os.environ.get(…)`: nothing is set, so the default is what counts."""
    name = environment.read_name(node, names)
    key = evaluate(name).value if name is not None else None
    if set_here is not None and isinstance(key, str) and key in set_here:
        return _set_before(node, key, names, evaluate) or Answer(Truth.UNKNOWN, reads=_reads(key), configured=True)
    if set_here is None or not isinstance(key, str):
        return Answer(Truth.UNKNOWN, reads=_reads(key), configured=True)
    fallback = environment.default(node)
    answer = evaluate(fallback) if fallback is not None else known(None)
    mine = Default(Source.ENVIRONMENT, key, node, fallback, names)
    return replace(answer, reads=answer.reads | _reads(key), configured=True, defaults=(mine, *answer.defaults))


def _set_before(node: ast.Call, key: str, names: Names, evaluate: Evaluate) -> Answer | None:
    """What a variable holds that the module sets once, at its top level, above the read.

    FLASK_DEBUG and FLASK_ENV are for the rule about them: there the statement that sets them is what is wrong.
    """
    index = names.index
    places = list(environment.forced(key, names))
    if len(places) != 1 or key in environment.FLASK:
        return None
    place = places[0].node
    above = index.statement(place) in index.tree.body and place.lineno <= node.lineno
    # `putenv` changes what child processes see, not `os.environ`.
    if not above or (isinstance(place, ast.Call) and names.qualified(place.func) == "os.putenv"):
        return None
    return replace(evaluate(places[0].value), reads=_reads(key), configured=True)


def _library(node: ast.Call, key: ast.expr, names: Names, evaluate: Evaluate) -> Answer:
    """`config("DEBUG", default=True, cast=bool)` of python-decouple and its like."""
    fallback = libraries.default(node)
    if fallback is None:
        return unknown(configured=True)
    answer = libraries.cast(evaluate(fallback), node, names)
    name = evaluate(key).value
    mine = Default(Source.LIBRARY, name if isinstance(name, str) else environment.SOME_VARIABLE, node, fallback, names)
    return replace(answer, reads=answer.reads | _reads(name), configured=True, defaults=(mine,))


def _reads(key: object) -> frozenset[str]:
    return frozenset({key if isinstance(key, str) else environment.SOME_VARIABLE})


def subscript(node: ast.Subscript, home: Evaluator) -> Answer:
    """What `container[key]` is."""
    names, evaluate = home.names, home.evaluate
    if (name := environment.read_name(node, names)) is not None:
        # Nothing is set, so this raises KeyError; a program that needs the variable is started with it.
        return Answer(Truth.UNKNOWN, reads=_reads(evaluate(name).value), configured=True)
    container = evaluate(node.value)
    if isinstance(node.slice, ast.Slice):
        parts = [node.slice.lower, node.slice.upper, node.slice.step]
        bounds = [evaluate(part) if part else known(None) for part in parts]
        key = known(slice(*(bound.value for bound in bounds))) if all(b.known for b in bounds) else unknown()
    else:
        key = evaluate(node.slice)
    if not (container.known and key.known):
        return noting(unknown(), [container, key])
    return noting(compute(lambda held, at: held[at], container.value, key.value), [container, key])


def in_environment(
    node: ast.Compare, names: Names, evaluate: Evaluate, set_here: frozenset[str] | None
) -> Answer | None:
    """`"X" in os.environ`: nothing is."""
    if len(node.ops) > 1 or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return None
    if names.qualified(node.comparators[0]) != "os.environ":
        return None
    key = evaluate(node.left).value
    if not isinstance(key, str) or set_here is None or key in set_here:
        return unknown(configured=True)
    return replace(known(isinstance(node.ops[0], ast.NotIn)), reads=_reads(key), configured=True)


def is_none(node: ast.Compare, names: Names) -> Answer | None:
    """`app is None`, of something that is made in this file or known from the tables."""
    match node:
        case ast.Compare(ops=[ast.Is() | ast.IsNot() as operation], comparators=[ast.Constant(value=None)]):
            origins = names.origins(node.left)
            if all(origin.definition is not None or is_known(origin.name) for origin in origins):
                return known(isinstance(operation, ast.IsNot))
    return None
