"""The objects and files that a program loads its configuration from: `from_object`, `from_pyfile`, `from_file`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deflask.detect.names import Kind, Names, Origin, imported, lineage, parted
from deflask.detect.values.answer import Answer, How, known
from deflask.detect.values.paths import paths
from deflask.detect.values.select import Selected, selected
from deflask.detect.values.settings import possible_owner
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
    value: Selected | None = None
    """What is written for the key."""


def loads(key: str, home: Evaluator) -> Iterator[Load]:
    """Every load of a file that sets `key`, with what it sets it to."""
    index = home.names.index
    for call in (call for name in _LOADERS for call in index.calls.get(name, [])):
        if not isinstance(call.func, ast.Attribute) or not (call.args or call.keywords):
            continue
        app = possible_owner(call.func.value, home.names)
        if app is not None:
            argument = call.args[0] if call.args else call.keywords[0].value
            yield from _loaded(app, call, call.func.attr, argument, key, home)


def _loaded(app: ast.expr, call: ast.Call, how: str, argument: ast.expr, key: str, home: Evaluator) -> Iterator[Load]:
    if how == "from_object":
        for choice in selected(argument, home):
            origins = _objects(choice)
            # Of several things that a name may be, none is certain.
            for origin in origins if len(origins) == 1 else ():
                for value in _values(origin, key, choice.home):
                    owner = origin.definition if isinstance(origin.definition, ast.ClassDef) else None
                    yield Load(app, call, _answer(value, origin, key), choice, owner, value=value)
        return
    for path in paths(argument, app, home):
        if how == "from_pyfile":
            names = home.project.beside(path)
            for value in _bound(key, home.at(names)) if names is not None else ():
                yield Load(app, call, _configured(value), value=value)
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
    return imported(names, value.replace(":", "."), choice.node)


def _values(origin: Origin, key: str, home: Evaluator) -> list[Selected]:
    """What is written under a key in an object: in a class or the first of its bases that has it, or in a module."""
    there = home.at(origin.home)
    if isinstance(origin.definition, ast.ClassDef):
        for cls, names in lineage(origin.definition, there.names):
            bindings = names.index.scopes[cls].bindings.get(key, [])[-1:]
            if bindings and _is_set_again(cls, names, key, there.at(names)):
                return []
            if bindings:
                return [Selected(b.expression, there.at(names)) for b in bindings if b.expression is not None]
        return []
    if origin.kind is not Kind.REFERENCE:
        return []
    exporter = there.names.exporter(f"{origin.name}.{key}") if origin.name else there.names
    return _bound(key, there.at(exporter)) if exporter is not None else []


def _is_set_again(cls: ast.ClassDef, names: Names, key: str, home: Evaluator) -> bool:
    """Whether a key of a class is assigned to from outside of it."""
    stores = (store.node for store in names.index.stores.get(key, []) if isinstance(store.node, ast.Attribute))
    here = any(o.kind is Kind.CLASS and o.definition is cls for node in stores for o in names.origins(node.value))
    return here or home.project.is_set_outside(key)


def _bound(key: str, home: Evaluator) -> list[Selected]:
    """What a module binds a name to in the end, if that is one thing."""
    bindings = home.names.flow.at_end(key, home.names.index.scopes[home.names.index.tree])
    if len(bindings) != 1 or bindings[0].expression is None:
        exporter = home.names.exporter(bindings[0].target) if len(bindings) == 1 and bindings[0].target else None
        return _bound(parted(bindings[0].target)[1], home.at(exporter)) if exporter is not None else []
    if home.exported(key).truth is not home.evaluate(bindings[0].expression).truth:
        # Something else has the last word.
        return []
    return [Selected(bindings[0].expression, home)]


def _answer(value: Selected, origin: Origin, key: str) -> Answer:
    """What a key comes to; an instance may hold something else than its class says."""
    if origin.kind is Kind.INSTANCE and isinstance(origin.definition, ast.ClassDef):
        answer = value.home.at(origin.home).member(origin.definition, key)
        return replace(_configured(value), truth=answer.truth, value=answer.value)
    return _configured(value)


def _configured(value: Selected) -> Answer:
    """An answer that was loaded as configuration, decided where it is written or further back."""
    answer = value.home.evaluate(value.node)
    decided = answer.decided_at or value.home.decision(value.node)
    return replace(answer, decided_at=replace(decided, how=How.CONFIG))


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
