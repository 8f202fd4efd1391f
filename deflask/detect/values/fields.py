"""What the fields of data classes and settings hold: what the constructor was given, or their default."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.detect.names import Kind, Names, Origin, lineage
from deflask.detect.values.answer import Answer, Default, Source, unknown

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator

_SETTINGS = {"pydantic.BaseSettings", "pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings"}
_RECORDS = {"pydantic.BaseModel", "pydantic.main.BaseModel", "typing.NamedTuple", "msgspec.Struct"}
_DECORATORS = {
    *("dataclasses.dataclass", "attr.s", "attr.attrs", "attr.dataclass", "attr.define", "attr.frozen"),
    *("attrs.define", "attrs.frozen", "attrs.mutable", "pydantic.dataclasses.dataclass"),
}
_FIELDS = {"dataclasses.field", "pydantic.Field", "pydantic.fields.Field", "attr.ib", "attr.field", "attrs.field"}


def field_value(origin: Origin, attribute: str, home: Evaluator) -> Answer | None:
    """The answer for a field of an instance, None where its class declares no such field.

    Pydantic's settings read the environment before the default (pydantic-settings, `BaseSettings`).
    """
    cls = origin.definition
    if origin.kind is not Kind.INSTANCE or not isinstance(cls, ast.ClassDef):
        return None
    there = home.at(origin.home)
    kind = _kind(cls, there.names)
    declared = next((node for node in lineage(cls, there.names) if _declaration(node[0], attribute) is not None), None)
    if kind is None or declared is None:
        return None
    if isinstance(origin.node, ast.Call) and (given := _given(origin.node, attribute, cls)) is not None:
        return home.evaluate(given) if given in home.names.index.parents else unknown(configured=True)
    statement = _declaration(declared[0], attribute)
    assert statement is not None
    value = _default(statement.value, declared[1])
    if value is None:
        return unknown(configured=True)
    owner = home.at(declared[1])
    answer = replace(owner.evaluate(value), decided_at=owner.decision(value))
    if kind is not Source.LIBRARY:
        return answer
    asked = Default(Source.LIBRARY, attribute.upper(), statement, value, declared[1])
    return replace(answer, reads=frozenset({attribute.upper()}), configured=True, defaults=(asked,))


def _kind(cls: ast.ClassDef, names: Names) -> Source | None:
    """LIBRARY for a class whose fields come from the environment, PARAMETER for one that takes them as arguments."""
    bases = {names.qualified(base) for node, home in lineage(cls, names) for base in node.bases if home is names}
    if bases & _SETTINGS:
        return Source.LIBRARY
    decorators = (d.func if isinstance(d, ast.Call) else d for d in cls.decorator_list)
    return Source.PARAMETER if bases & _RECORDS or any(names.qualified(d) in _DECORATORS for d in decorators) else None


def _declaration(cls: ast.ClassDef, attribute: str) -> ast.AnnAssign | ast.Assign | None:
    for statement in cls.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                if name == attribute:
                    return statement
    return None


def _given(call: ast.Call, attribute: str, cls: ast.ClassDef) -> ast.expr | None:
    """What a constructor is given for a field, by keyword or by position."""
    for keyword in call.keywords:
        if keyword.arg in (attribute, None):
            return keyword.value
    fields = [s.target.id for s in cls.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    place = fields.index(attribute) if attribute in fields else len(call.args)
    return call.args[place] if place < len(call.args) else None


def _default(value: ast.expr | None, names: Names) -> ast.expr | None:
    """The default of a field, also inside of `field(default=…)`."""
    if isinstance(value, ast.Call) and names.qualified(value.func) in _FIELDS:
        named = next((keyword.value for keyword in value.keywords if keyword.arg == "default"), None)
        return named or (value.args[0] if value.args else None)
    return value
