"""Which of several things a program takes when nothing is set: `config[os.environ.get("MODE", "development")]`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deflask.detect.names import Bound, argument, default_of, function_of, own_nodes, parted
from deflask.detect.values.answer import Default
from deflask.model import Truth

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator

_DEEPEST = 20
"""Steps from a name to what it stands for."""


@dataclass(frozen=True, slots=True)
class Selected:
    """An expression that is taken, in the module of `home`; `mapping` and `defaults` tell what selected it."""

    node: ast.expr
    home: Evaluator
    mapping: tuple[tuple[object, ast.expr], ...] = ()
    """The keys and values among which it was selected."""
    key: object = None
    defaults: tuple[Default, ...] = ()


def selected(node: ast.expr, home: Evaluator) -> list[Selected]:
    """The expressions that a program can take for `node` when nothing is set."""
    return list(_selected(Selected(node, home), 0))


def _selected(start: Selected, depth: int) -> Iterator[Selected]:
    following = _next(start) if depth < _DEEPEST else None
    if following is None:
        yield start
        return
    for step in following:
        noted = replace(
            step,
            mapping=step.mapping or start.mapping,
            key=step.key if step.mapping else start.key,
            defaults=step.defaults or start.defaults,
        )
        yield from _selected(noted, depth + 1)


def _next(at: Selected) -> list[Selected] | None:
    """What an expression leads to, None where it is the end."""
    node, home = at.node, at.home
    match node:
        case ast.IfExp():
            test = home.evaluate(node.test)
            branches = {Truth.ON: [node.body], Truth.OFF: [node.orelse]}.get(test.truth, [node.body, node.orelse])
            return [Selected(branch, home, defaults=test.defaults) for branch in branches]
        case ast.Subscript(slice=key):
            return _by_key(node.value, key, None, home)
        case ast.Call(func=ast.Attribute(attr="get", value=mapping), args=[key, *rest], keywords=[]):
            return _by_key(mapping, key, rest[0] if rest else None, home)
        case ast.Call():
            return _returned(node, home)
        case ast.Name():
            return _named(node, home)
        case ast.Attribute():
            return _exported(node, home)
    return None


def _by_key(mapping: ast.expr, key: ast.expr, fallback: ast.expr | None, home: Evaluator) -> list[Selected] | None:
    answers = home.alternatives(key)
    displays = [found for found in selected(mapping, home) if _pairs(found)]
    if len(displays) != 1 or not all(answer.known for answer in answers):
        return None
    pairs = _pairs(displays[0])
    found = []
    for answer in answers:
        value = next((value for name, value in pairs if name == answer.value), None)
        if value is None and fallback is None:
            return None
        node, there = (value, displays[0].home) if value is not None else (fallback, home)
        assert node is not None, "one of both is there"
        found.append(Selected(node, there, pairs, answer.value, answer.defaults))
    return found


def _pairs(display: Selected) -> tuple[tuple[object, ast.expr], ...]:
    """The keys and values of `{…}` or `dict(…)`; nothing where they are not all known."""
    match display.node:
        case ast.Dict(keys=keys, values=values):
            known = [display.home.evaluate(key) if key is not None else None for key in keys]
            if all(answer is not None and answer.known for answer in known):
                return tuple((answer.value, v) for answer, v in zip(known, values, strict=True) if answer is not None)
        case ast.Call(args=[], keywords=keywords) if display.home.names.qualified(display.node.func) == "builtins.dict":
            return tuple((keyword.arg, keyword.value) for keyword in keywords if keyword.arg is not None)
    return ()


def _returned(call: ast.Call, home: Evaluator) -> list[Selected] | None:
    """What a function of the project returns, where it is one that only decides."""
    found: list[Selected] = []
    for origin in home.names.origins(call.func):
        function = origin.definition
        if not isinstance(function, ast.FunctionDef):
            return None
        inner = home.at(origin.home)
        results = [node.value for node in own_nodes(function) if isinstance(node, ast.Return) and node.value]
        found += [Selected(result, inner) for result in results if _reached(result, inner)]
    return found or None


def _reached(node: ast.expr, home: Evaluator) -> bool:
    """Whether control can get from the beginning of its function to a node."""
    child: ast.AST = node
    for parent in home.names.index.ancestors(node):
        if (place := home.names.index.place(child)) is not None:
            block, position = place
            if home.names.flow.leaves(block[:position]):
                return False
            if isinstance(parent, ast.If) and block not in home.names.flow.taken(parent):
                return False
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
            break
        child = parent
    return True


def _named(node: ast.Name, home: Evaluator) -> list[Selected] | None:
    names = home.names
    scope = names.index.owner(node.id, names.index.scope_of(node))
    if scope is None:
        return _from(f"builtins.{node.id}", home) if not names.index.stars else _starred(node.id, home)
    bindings, _ = names.flow.reaching(node.id, node, scope)
    found: list[Selected] = []
    for binding in bindings:
        if binding.how is Bound.IMPORT:
            steps = _from(binding.target, home)
        elif binding.how is Bound.PARAMETER and isinstance(binding.node, ast.arg):
            steps = _passed(binding.node, home)
        else:
            value = binding.expression if binding.how is Bound.VALUE else None
            steps = [Selected(value, home)] if value is not None else None
        if steps is None:
            return None
        found += steps
    return found or None


def _passed(parameter: ast.arg, home: Evaluator) -> list[Selected] | None:
    """What the callers of a function pass, or its default."""
    function = function_of(parameter, home.names.index)
    if function is None:
        return None
    default = default_of(function, parameter)
    calls = home.calls_to(function)
    if calls is None:
        return None
    # Who makes an app only to ask it something serves nothing; where nobody else is in view, somebody else may.
    calls = [(call, caller) for call, caller in calls if not _only_asks(call, caller)] or calls
    given = [(argument(call, function, parameter, caller.names), caller) for call, caller in calls]
    if not calls:
        given = [(default, home)]
    if any(value is None for value, _ in given):
        return None
    return [Selected(value, home if value is default else caller) for value, caller in given if value is not None]


_QUESTIONS = {
    "app_context",
    "test_request_context",
    "test_client",
    "test_cli_runner",
    "url_map",
    "extensions",
    "logger",
}


def _only_asks(call: ast.Call, caller: Evaluator) -> bool:
    """Whether a function uses what a call gives for its context alone, as `init_db` does."""
    index = caller.names.index
    parent = index.parents[call]
    if isinstance(parent, ast.Attribute):
        return parent.attr in _QUESTIONS
    if not isinstance(parent, ast.Assign) or not isinstance(parent.targets[0], ast.Name):
        return False
    scope = index.scope_of(call)
    uses = [use for use in index.loads.get(parent.targets[0].id, []) if index.scope_of(use) is scope]
    around = [index.parents[use] for use in uses]
    return scope.parent is not None and all(isinstance(n, ast.Attribute) and n.attr in _QUESTIONS for n in around)


def _exported(node: ast.Attribute, home: Evaluator) -> list[Selected] | None:
    found: list[Selected] = []
    for origin in home.names.origins(node.value):
        steps = _from(f"{origin.name}.{node.attr}", home.at(origin.home)) if origin.node is None else None
        if steps is None:
            return None
        found += steps
    return found or None


def _from(name: str, home: Evaluator) -> list[Selected] | None:
    """What a name of another module of the project is bound to at its end."""
    exporter = home.names.exporter(name)
    if exporter is None:
        return None
    there = home.at(exporter)
    scope = exporter.index.scopes[exporter.index.tree]
    bindings = exporter.flow.at_end(parted(name)[1], scope)
    values = [binding.expression for binding in bindings if binding.how is Bound.VALUE]
    if not bindings:
        return _starred(parted(name)[1], there)
    if len(values) != len(bindings):
        imports = [_from(b.target, there) for b in bindings if b.how is Bound.IMPORT]
        return imports[0] if len(imports) == len(bindings) == 1 else None
    return [Selected(value, there) for value in values if value is not None] or None


def _starred(name: str, home: Evaluator) -> list[Selected] | None:
    for module in home.names.index.stars:
        if (found := _from(f"{module}.{name}", home)) is not None:
            return found
    return None
