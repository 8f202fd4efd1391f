"""How deeply statements are nested for LibCST, whose parser ends the process where its stack does not suffice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from deflask.files.source import Source

DEEPEST = 1_000
"""Nodes in each other: it takes LibCST a second, and a third of what ended the process."""
# Adjacent strings are nested, each in the one before, and so are the operands of `and`.
_LITERAL = re.compile(
    rb"'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"",
    re.DOTALL,
)


def nesting(statements: Iterable[ast.stmt], source: Source) -> int:
    """The depth of the tree that LibCST makes of statements; for what LibCST nests and `ast` does not, no less."""
    deepest = 0
    waiting: list[tuple[ast.AST, int]] = [(statement, 1) for statement in statements]
    while waiting:
        node, depth = waiting.pop()
        depth += _more(node, source)
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def _more(node: ast.AST, source: Source) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values)
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))):
        return len(_LITERAL.findall(_text(node, source)))
    return 0


def _text(node: ast.expr, source: Source) -> bytes:
    lines = source.lines[node.lineno - 1 : node.end_lineno]
    if lines:
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
    return b"".join(lines)
