"""The class that an annotation promises."""

from __future__ import annotations

import ast

from deflask.detect.names.index import Index


def named_class(annotation: ast.expr, index: Index, path: tuple[int, ...] = ()) -> ast.expr | None:
    """The expression that names the class in `Flask`, `"Flask"`, `Optional[Flask]`, `Flask | None`.

    With a `path`, in what stands at that place of `tuple[Flask, …]`.
    """
    if path:
        match annotation:
            case ast.Subscript(slice=ast.Tuple(elts=elements)) if path[0] < len(elements):
                return named_class(elements[path[0]], index, path[1:])
        return None
    match annotation:
        case ast.Name() | ast.Attribute():
            return annotation
        case ast.Constant(value=str(text)):
            parsed = _parse(text, annotation, index)
            return named_class(parsed, index) if parsed is not None else None
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return named_class(inner, index)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return named_class(left, index)
        case ast.BinOp(left=ast.Constant(value=None), op=ast.BitOr(), right=right):
            return named_class(right, index)
    return None


def _parse(text: str, annotation: ast.expr, index: Index) -> ast.expr | None:
    """A quoted annotation, hung into the tree where the string stands so that its names resolve there."""
    try:
        parsed = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    index.parents[parsed] = annotation
    for node in ast.walk(parsed):
        for child in ast.iter_child_nodes(node):
            index.parents[child] = node
    return parsed
