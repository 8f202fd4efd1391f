"""What an annotation promises: the class of a thing, or a container and what is in it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deflask.detect.names.index import Index, Part, Step
from deflask.detect.names.origin import UNKNOWN, Kind, Origin
from deflask.files import parser

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names

_CONTAINERS = {
    "tuple": "builtins.tuple",
    "list": "builtins.list",
    "dict": "builtins.dict",
    "set": "builtins.set",
    "sequence": "builtins.list",
    "iterable": "builtins.list",
    "iterator": "builtins.list",
    "mapping": "builtins.dict",
}


def promised(names: Names, annotation: ast.expr, node: ast.AST) -> list[Origin]:
    """What `annotation` promises of a thing that comes from `node`; UNKNOWN where it promises nothing."""
    plain = _plain(annotation, names.index)
    if isinstance(plain, ast.Subscript):
        word = getattr(plain.value, "attr", getattr(plain.value, "id", "")).lower()
        if word in _CONTAINERS:
            return [Origin(Kind.INSTANCE, _CONTAINERS[word], plain, home=names)]
    return names.instances(plain, node) if isinstance(plain, (ast.Name, ast.Attribute)) else [UNKNOWN]


def promised_element(names: Names, annotation: ast.Subscript, step: Step) -> list[Origin]:
    """What stands at a step into `tuple[Flask, …]`, `list[Flask]`, `dict[str, Flask]`."""
    inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    word = getattr(annotation.value, "attr", getattr(annotation.value, "id", "")).lower()
    if word == "tuple" and isinstance(step, int) and step < len(inner):
        return promised(names, inner[step], annotation)
    if word in {"dict", "mapping"}:
        return promised(names, inner[-1], annotation) if step is not Part.EACH else [UNKNOWN]
    return promised(names, inner[0], annotation) if word != "tuple" else [UNKNOWN]


def _plain(annotation: ast.expr, index: Index) -> ast.expr | None:
    """The annotation without quotes, `Optional` and `| None`."""
    match annotation:
        case ast.Constant(value=str(text)):
            parsed = _parse(text, annotation, index)
            return _plain(parsed, index) if parsed is not None else None
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _plain(inner, index)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _plain(left, index)
        case ast.BinOp(left=ast.Constant(value=None), op=ast.BitOr(), right=right):
            return _plain(right, index)
    return annotation


def _parse(text: str, annotation: ast.expr, index: Index) -> ast.expr | None:
    """A quoted annotation, hung into the tree where the string stands so that its names resolve there."""
    try:
        parsed = parser.expression(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    index.parents[parsed] = annotation
    for node in ast.walk(parsed):
        for child in ast.iter_child_nodes(node):
            index.parents[child] = node
    return parsed
