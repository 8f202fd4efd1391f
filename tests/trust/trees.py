"""A source as the judge sees it: lines, places, and what two statements have to do with each other."""

from __future__ import annotations

import ast
import codecs
import tokenize
from collections import Counter
from collections.abc import Sequence

from deflask.model import Span

_MAIN = ast.dump(ast.parse('__name__ == "__main__"', mode="eval").body)


class Text:
    """A source's lines, as bytes and as characters, and its tree."""

    def __init__(self, data: bytes) -> None:
        encoding, _ = tokenize.detect_encoding(iter(data.splitlines(keepends=True)).__next__)
        self.marked = data.startswith(codecs.BOM_UTF8)
        self.lines = data.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
        self.encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        self.tree = ast.parse(data)

    def span(self, node: ast.AST) -> Span | None:
        """Where a node stands, None for what has no place."""
        if not isinstance(node, (ast.expr, ast.stmt)) or node.end_lineno is None or node.end_col_offset is None:
            return None
        first, last = self._column(node.lineno, node.col_offset), self._column(node.end_lineno, node.end_col_offset)
        return Span(node.lineno, first, node.end_lineno, last)

    def _column(self, line: int, offset: int) -> int:
        return len(self.lines[line - 1].decode(self.encoding).encode()[:offset].decode()) + 1

    def between(self, first: int, last: int) -> str:
        """Lines (1-based, inclusive) as characters."""
        return b"".join(self.lines[first - 1 : last]).decode(self.encoding)


def differ(old: ast.stmt, new: ast.stmt) -> bool:
    """Whether two statements are of different kinds, but for a guard."""
    return type(old) not in (type(new), type(guarded(new)))


def surplus(block: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The imports of one block that the other lacks, or has elsewhere."""
    left = Counter(ast.dump(statement) for statement in other)
    found: list[ast.stmt] = []
    for statement in block:
        left[ast.dump(statement)] -= 1
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and (
            left[ast.dump(statement)] < 0 or ast.unparse(statement) == "import os"
        ):
            found.append(statement)
    return found


def joins(old: ast.AST, new: ast.AST) -> bool:
    """Whether an import from `os` has got one more name."""
    match old, new:
        case ast.ImportFrom(module="os", names=before, level=0), ast.ImportFrom(module="os", names=after, level=0):
            return {alias.name for alias in after} == {"environ", *(alias.name for alias in before)}
    return False


def guarded(node: ast.AST) -> ast.stmt | None:
    """The statement under a `__main__` guard, None if there is no guard."""
    match node:
        case ast.If(test=test, body=[inner], orelse=[]) if ast.dump(test) == _MAIN:
            return inner
    return None


def lines_of(statement: ast.stmt | None) -> range:
    """The lines of a statement with its decorators, 1-based; none of None."""
    if statement is None:
        return range(0)
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
    return range(first, (statement.end_lineno or first) + 1)


def share(one: range, other: range) -> bool:
    """Whether two ranges overlap."""
    return one.start < other.stop and other.start < one.stop


def within(inner: Span, outer: Span) -> bool:
    """Whether a span lies in another."""
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
