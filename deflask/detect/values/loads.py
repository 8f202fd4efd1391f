"""The objects and files that a program loads its configuration from: `from_object`, `from_pyfile`, `from_file`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deflask.detect.names import Kind, Origin
from deflask.detect.values.answer import Answer, Decision, How, join, known
from deflask.detect.values.select import Selected, selected
from deflask.detect.values.settings import config_owner
from deflask.model import Place

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator

_LOADERS = ("from_object", "from_pyfile", "from_file", "from_json")


@dataclass(frozen=True, slots=True)
class Load:
    """A call that loads the configuration of `app`; `chosen` is what its argument selected, where there is a choice.

    `answer` is what the key that was asked for comes to; `place` where, if that is no Python source.
    """

    app: ast.expr
    node: ast.Call
    answer: Answer
    chosen: Selected | None = None
    owner: ast.ClassDef | None = None
    """The class that is loaded."""
    place: Place | None = None


def loads(key: str, home: Evaluator) -> Iterator[Load]:
    """Every load of a file that sets `key`, with what it sets it to."""
    index = home.names.index
    for call in (call for name in _LOADERS for call in index.calls.get(name, [])):
        if not isinstance(call.func, ast.Attribute) or not (call.args or call.keywords):
            continue
        app = config_owner(call.func.value, home.names)
        if app is not None:
            argument = call.args[0] if call.args else call.keywords[0].value
            yield from _loaded(app, call, call.func.attr, argument, key, home)


def _loaded(app: ast.expr, call: ast.Call, how: str, argument: ast.expr, key: str, home: Evaluator) -> Iterator[Load]:
    if how == "from_object":
        for choice in selected(argument, home):
            for origin in _objects(choice):
                answer = _held(origin, key, choice.home)
                if answer is not None:
                    owner = origin.definition if isinstance(origin.definition, ast.ClassDef) else None
                    yield Load(app, call, answer, choice, owner)
        return
    path = home.evaluate(argument).value
    if not isinstance(path, str):
        return
    if how == "from_pyfile":
        names = home.project.beside(path)
        if names is not None and key in names.index.scopes[names.index.tree].bindings:
            yield Load(app, call, _of_class(home.at(names).exported(key)))
    elif (place := _in_json(path, key, home)) is not None:
        yield Load(app, call, known(True), place=place)


def _objects(choice: Selected) -> list[Origin]:
    """What `from_object` gets: an object, or a string that names one."""
    value = choice.home.evaluate(choice.node).value
    names = choice.home.names
    if not isinstance(value, str):
        return list(names.origins(choice.node))
    if isinstance(choice.node, ast.Name) and choice.node.id == "__name__":
        return [Origin(Kind.REFERENCE, "", home=names)]
    return names.imported(value.replace(":", "."), choice.node)


def _held(origin: Origin, key: str, home: Evaluator) -> Answer | None:
    """What an object holds under a key, None where it does not have it."""
    there = home.at(origin.home)
    if isinstance(origin.definition, ast.ClassDef):
        answer = there.member(origin.definition, key)
    elif origin.kind is not Kind.REFERENCE:
        return None
    elif origin.name:
        if there.names.exporter(f"{origin.name}.{key}") is None:
            return None
        answer = there.imported(f"{origin.name}.{key}")
    elif key in there.names.index.scopes[there.names.index.tree].bindings:
        answer = there.exported(key)
    else:
        return None
    return _of_class(answer)


def _of_class(answer: Answer) -> Answer:
    """An answer whose decision was loaded as configuration."""
    decided = answer.decided_at
    return replace(answer, decided_at=replace(decided, how=How.CONFIG)) if isinstance(decided, Decision) else answer


def _in_json(path: str, key: str, home: Evaluator) -> Place | None:
    """Where a JSON file switches a key on."""
    found = home.project.read(path)
    if found is None:
        return None
    name, data = found
    try:
        document = json.loads(data)
    except ValueError:
        return None
    if not isinstance(document, dict) or not document.get(key):
        return None
    line = next((n for n, text in enumerate(data.split(b"\n"), 1) if f'"{key}"'.encode() in text), 1)
    return Place(name, line)


def joined(found: list[Load]) -> Answer:
    """What a key comes to after several loads of which each may be the one that counts."""
    return join(load.answer for load in found)
