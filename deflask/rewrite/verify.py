"""The proof that a rewrite did what it says and nothing else."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from deflask.files.errors import SourceError
from deflask.files.parser import quiet_parser
from deflask.files.source import Source, parse
from deflask.model import Edit, EditKind, Span
from deflask.rewrite.apply import Segment, splice
from deflask.rewrite.errors import UnprovedError

_GUARD = ast.dump(ast.parse('__name__ == "__main__"', mode="eval").body)


@dataclass(eq=False, slots=True)
class Proof:
    """What is to be shown: the old source, its segments, the edits with what they put, and the statements that come
    and go. `places` are, after `run`, the spans in the new source of the expressions that were put."""

    old: Source
    segments: Sequence[Segment]
    edits: Mapping[Edit, str]
    added: tuple[str, ...] = ()
    removed: tuple[ast.stmt, ...] = ()
    places: set[Span] = field(default_factory=set)
    _pending: dict[tuple[EditKind, Span], Edit] = field(default_factory=dict)
    _firsts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def run(self, data: bytes) -> Source:
        """The new source, proved. Raises UnprovedError with what does not hold."""
        if splice(self.old, self.segments) != data:
            raise UnprovedError("bytes outside of the changed statements differ")
        try:
            new = parse(data, self.old.path)
        except SourceError as error:
            raise UnprovedError(f"the result does not parse: {error}") from None
        self._pending = {(edit.kind, edit.span): edit for edit in self.edits}
        ordered = sorted((segment.first, segment.end) for segment in self.segments)
        self._firsts, self._ends = [first for first, _ in ordered], list(accumulate((end for _, end in ordered), max))
        for before, after in self._pairs(new):
            if not self._unchanged(before, after):
                self._same(before, after, new)
                self._compiles(before, after)
        if self._pending:
            raise UnprovedError("an edit was not made")
        return new

    def _pairs(self, new: Source) -> Iterator[tuple[ast.stmt, ast.stmt]]:
        """The top-level statements, old and new, without those that come and go."""
        kept = [s for s in self.old.tree.body if s not in self.removed and not self._is_removed(s)]
        added = [ast.dump(ast.parse(text).body[0]) for text in self.added]
        body: list[ast.stmt] = []
        for statement in new.tree.body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)) and ast.dump(statement) in added:
                added.remove(ast.dump(statement))
            else:
                body.append(statement)
        if added or len(kept) != len(body):
            raise UnprovedError("the statements of the module are not those that were there")
        return zip(kept, body, strict=True)

    def _is_removed(self, statement: object) -> bool:
        """Whether an edit removes a statement."""
        if not isinstance(statement, ast.stmt):
            return False
        return self._pending.pop((EditKind.REMOVE, self.old.span(statement)), None) is not None

    def _unchanged(self, before: ast.stmt, after: ast.stmt) -> bool:
        """Whether the bytes of a statement did not change: then kind and length prove it."""
        last = before.end_lineno or before.lineno
        if type(before) is not type(after):
            return False
        # Of the segments that begin above its end, the one that reaches furthest.
        number = bisect_right(self._firsts, last)
        if number and before.lineno < self._ends[number - 1]:
            return False
        return last - before.lineno == (after.end_lineno or after.lineno) - after.lineno

    def _same(self, before: ast.AST, after: ast.AST, new: Source) -> None:
        """Walk both trees at once; where an edit is due, its result must stand there."""
        if isinstance(before, ast.stmt):
            if self._pending.pop((EditKind.GUARD, self.old.span(before)), None):
                after = self._guarded(after)
        elif isinstance(before, ast.expr):
            span = self.old.span(before)
            if edit := self._pending.pop((EditKind.VALUE, span), None):
                self._put(after, self.edits[edit], new)
                return
            if edit := self._pending.pop((EditKind.CONDITION, span), None):
                after = self._conditional(before, after, self.edits[edit], new)
        if type(before) is not type(after):
            raise UnprovedError("the tree differs beyond the edits")
        for name in before._fields:
            self._same_field(getattr(before, name, None), getattr(after, name, None), new)

    def _same_field(self, before: object, after: object, new: Source) -> None:
        if isinstance(before, ast.AST) and isinstance(after, ast.AST):
            self._same(before, after, new)
        elif isinstance(before, list) and isinstance(after, list):
            kept = [part for part in before if not self._is_removed(part)]
            if before and not kept and len(after) == 1 and isinstance(after[0], ast.Pass):
                return  # a block of which nothing is left
            if len(kept) != len(after):
                raise UnprovedError("the tree differs beyond the edits")
            for one, other in zip(kept, after, strict=True):
                self._same_field(one, other, new)
        elif type(before) is not type(after) or repr(before) != repr(after):
            raise UnprovedError("the tree differs beyond the edits")

    def _put(self, after: ast.AST, expected: str, new: Source) -> None:
        if ast.dump(after) != ast.dump(ast.parse(expected, mode="eval").body):
            raise UnprovedError("an expression is not what was to be put")
        assert isinstance(after, ast.expr)
        self.places.add(new.span(after))

    def _guarded(self, after: ast.AST) -> ast.AST:
        match after:
            case ast.If(test=test, body=[statement], orelse=[]) if ast.dump(test) == _GUARD:
                return statement
        raise UnprovedError("a guard is not where it was to be")

    def _conditional(self, before: ast.AST, after: ast.AST, expected: str, new: Source) -> ast.AST:
        match before, after:
            case ast.Call(args=[inner, *_]), ast.IfExp(test=test, body=body, orelse=orelse):
                self._put(test, expected, new)
                if ast.dump(inner) == ast.dump(orelse):
                    self.places.add(new.span(body))
                    return body
        raise UnprovedError("a wrap was not made conditional as it was to be")

    def _compiles(self, before: ast.stmt, after: ast.stmt) -> None:
        """The new statement compiles if the old one did."""
        try:
            _compile(before)
        except (SyntaxError, ValueError):
            return
        try:
            _compile(after)
        except (SyntaxError, ValueError) as error:
            raise UnprovedError(f"the result does not compile: {error}") from None


def _compile(statement: ast.stmt) -> None:
    with quiet_parser():
        compile(ast.Module([statement], []), "<deflask>", "exec", dont_inherit=True)
