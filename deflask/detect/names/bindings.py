"""The names, attributes and items that a statement, a walrus or a pattern binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from deflask.detect.names.index import Binding, Bound, Part, Step


def bindings_of(node: ast.AST) -> Iterator[Binding]:
    """The names and attributes that a statement, a walrus or a pattern binds."""
    match node:
        case ast.Assign():
            for target in node.targets:
                yield from targets_of(target, node, node.value)
        case ast.AnnAssign(value=value) if value or not isinstance(node.target, ast.Name):
            yield from targets_of(node.target, node, value, annotation=node.annotation)
        case ast.AnnAssign(target=ast.Name(id=name)):
            # A bare annotation binds nothing at run time, but it says what the name will be.
            yield Binding(name, node, Bound.OTHER, annotation=node.annotation)
        case ast.AugAssign():
            yield from targets_of(node.target, node, None, Bound.OTHER)
        case ast.NamedExpr():
            yield Binding(node.target.id, node, Bound.VALUE, node.value)
        case ast.For():
            yield from targets_of(node.target, node, node.iter, Bound.ELEMENT, (Part.EACH,))
        case ast.AsyncFor():
            yield from targets_of(node.target, node, None, Bound.OTHER)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                if item.optional_vars:
                    yield from targets_of(item.optional_vars, node, None, Bound.OTHER)
        case ast.Delete():
            for target in node.targets:
                yield from targets_of(target, node, None, Bound.DELETED)
        case ast.Import() | ast.ImportFrom():
            yield from _imports(node)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield Binding(name, node, Bound.OTHER)
        case ast.MatchMapping(rest=str(name)):
            yield Binding(name, node, Bound.OTHER)


def targets_of(
    target: ast.expr,
    node: ast.AST,
    value: ast.expr | None,
    how: Bound = Bound.VALUE,
    path: tuple[Step, ...] = (),
    annotation: ast.expr | None = None,
) -> Iterator[Binding]:
    if isinstance(target, ast.Name):
        yield Binding(target.id, node, how, value, path, annotation=annotation)
    elif isinstance(target, ast.Attribute):
        yield Binding(target.attr, target, how, value, path, annotation=annotation)
    elif isinstance(target, ast.Subscript):
        key = target.slice.value if isinstance(target.slice, ast.Constant) else ""
        if isinstance(key, str):
            yield Binding(key, target, how, value, path)
    elif isinstance(target, ast.Starred):
        yield from targets_of(target.value, node, None, Bound.OTHER)
    elif isinstance(target, (ast.Tuple, ast.List)):
        stars = [position for position, element in enumerate(target.elts) if isinstance(element, ast.Starred)]
        for position, element in enumerate(target.elts):
            place = position - len(target.elts) if stars and position > stars[0] else position
            known = place >= 0 or (not path and isinstance(value, (ast.Tuple, ast.List)))
            if place < 0 and known:
                # Behind a starred element the places count from the end of what is written out.
                place += len(getattr(value, "elts", []))
                known = not any(isinstance(part, ast.Starred) for part in getattr(value, "elts", []))
            yield from targets_of(element, node, *((value, how) if known else (None, Bound.OTHER)), (*path, place))


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Binding]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            first = alias.name.partition(".")[0]
            yield Binding(alias.asname or first, node, Bound.IMPORT, target=alias.name if alias.asname else first)
        elif alias.name != "*":
            module = "." * node.level + (node.module or "")
            joint = "" if module.endswith(".") else "."
            yield Binding(alias.asname or alias.name, node, Bound.IMPORT, target=f"{module}{joint}{alias.name}")
