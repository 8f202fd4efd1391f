"""Says what a fix did that it did not report: compares two programs, without a question to what made the second."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from deflask.model import Edit, EditKind, Settings, Span
from tests.trust.trees import Text, differ, guarded, joins, lines_of, share, surplus, within

Pair = tuple[ast.AST, ast.AST]


@dataclass
class Judge:
    """Two versions of a program, the edits that are said to lie between them, and those that were seen."""

    old: Text
    new: Text
    edits: Sequence[Edit]
    settings: Settings
    seen: set[Edit] = field(default_factory=set)
    changed: list[tuple[ast.stmt | None, ast.stmt | None]] = field(default_factory=list)
    """The top-level statements that differ, old and new; None where one came or went."""
    _by_place: dict[tuple[EditKind, Span], Edit] = field(default_factory=dict)

    def faults(self) -> Iterator[str]:
        """What is not as it was said to be; nothing if all is well."""
        for old, new in self._aligned(self.old.tree.body, self.new.tree.body):
            if old is None or new is None:
                self.changed.append((old, new))
                yield from self._came_or_went(old, new)
            elif different := list(self._differences(old, new, ())):
                self.changed.append((old, new))
                for path in different:
                    yield from self._explained(path)
        guards = [edit.span for edit in self.edits if edit.kind is EditKind.GUARD]
        for edit in set(self.edits) - self.seen:
            if edit.kind is not EditKind.GUARD or not any(within(edit.span, g) and edit.span != g for g in guards):
                yield f"reported, but not done: {edit}"
        yield from self._other_bytes()
        for old, new in self.changed:
            if old is not None and new is not None and not joins(old, new):
                yield from self._same_but_for_values(old, new)

    def _edit(self, kind: EditKind, node: ast.AST) -> Edit | None:
        if not self._by_place:
            self._by_place.update({(edit.kind, edit.span): edit for edit in self.edits})
        span = self.old.span(node)
        found = self._by_place.get((kind, span)) if span is not None else None
        if found is not None:
            self.seen.add(found)
        return found

    def _aligned(
        self, old: Sequence[ast.stmt], new: Sequence[ast.stmt]
    ) -> Iterator[tuple[ast.stmt | None, ast.stmt | None]]:
        """The statements of two blocks side by side; what is left over on one side is an import or is removed."""
        gone = [statement for statement in old if self._edit(EditKind.REMOVE, statement)]
        befores, afters = [statement for statement in old if statement not in gone], list(new)
        if not befores and len(afters) == 1 and isinstance(afters[0], ast.Pass):
            afters = []
        pairs: list[tuple[ast.stmt | None, ast.stmt | None]] = [(statement, None) for statement in gone]
        if len(befores) != len(afters) or any(map(differ, befores, afters)):
            lost, won = surplus(befores, afters), surplus(afters, befores)
            same = len(lost) == len(won) == 1 and joins(lost[0], won[0])
            for statement in () if same else lost:
                befores.remove(statement)
                pairs.append((statement, None))
            for statement in () if same else won:
                afters.remove(statement)
                pairs.append((None, statement))
        return iter([*pairs, *zip_longest(befores, afters)])

    def _differences(self, old: ast.AST, new: ast.AST, path: tuple[Pair, ...]) -> Iterator[tuple[Pair, ...]]:
        """The pairs of nodes that lead from a statement down to each difference."""
        here = (*path, (old, new))
        if isinstance(old, ast.stmt) and (inner := guarded(new)) and _is_new_guard(old, new, inner):
            yield here
            yield from self._differences(old, inner, here)
            return
        if type(old) is not type(new):
            yield here
            return
        for name in old._fields:
            one, other = getattr(old, name, None), getattr(new, name, None)
            if isinstance(one, ast.AST) and isinstance(other, ast.AST):
                yield from self._differences(one, other, here)
            elif isinstance(one, list) and isinstance(other, list):
                yield from self._in_lists(one, other, here)
            elif type(one) is not type(other) or repr(one) != repr(other):
                yield here

    def _in_lists(self, one: list[ast.AST], other: list[ast.AST], here: tuple[Pair, ...]) -> Iterator[tuple[Pair, ...]]:
        if one and isinstance(one[0], ast.stmt):
            for old, new in self._aligned(one, other):  # type: ignore[arg-type]
                if old is None or new is None:
                    yield (*here, (old or ast.Pass(), new or ast.Pass()))
                else:
                    yield from self._differences(old, new, here)
        elif len(one) != len(other):
            yield here
        else:
            for before, after in zip(one, other, strict=True):
                if isinstance(before, ast.AST):
                    yield from self._differences(before, after, here)
                elif repr(before) != repr(after):
                    yield here

    def _explained(self, path: tuple[Pair, ...]) -> Iterator[str]:
        for old, new in path:
            if self._edit(EditKind.REMOVE, old):
                return
            if edit := self._edit(EditKind.VALUE, old):
                if edit.text is not None:
                    if ast.dump(ast.parse(edit.text, mode="eval").body) != ast.dump(new):
                        yield f"not the text that was reported: {ast.unparse(new)}"
                elif not self._reads(new, edit):
                    yield f"does not read the environment: {ast.unparse(new)}"
                return
            if edit := self._edit(EditKind.CONDITION, old):
                if not isinstance(new, ast.IfExp) or not isinstance(old, ast.Call) or not self._reads(new.test, edit):
                    yield f"no condition: {ast.unparse(new)}"
                elif (ast.dump(new.body), ast.dump(new.orelse)) != (ast.dump(old), ast.dump(old.args[0])):
                    yield f"another condition: {ast.unparse(new)}"
                return
        if any(joins(old, new) for old, new in path):
            return
        old, new = path[-1]
        if not (isinstance(old, ast.stmt) and guarded(new) and self._edit(EditKind.GUARD, old)):
            yield f"changed, but not reported: {ast.dump(old)[:200]} -> {ast.dump(new)[:200]}"

    def _reads(self, node: ast.AST, edit: Edit) -> bool:
        """Whether an expression compares a variable of the environment, read by a name that is imported, with 1."""
        match node:
            case ast.Compare(
                left=ast.Call(func=func, args=[ast.Constant(value=name)], keywords=[]),
                ops=[ast.Eq()],
                comparators=[ast.Constant(value="1")],
            ):
                return name == (edit.variable or self.settings.env_var) and ast.unparse(func) in self._getters()
        return False

    def _getters(self) -> set[str]:
        getters = set()
        for node in ast.walk(self.new.tree):
            for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
                name, module = alias.asname or alias.name, getattr(node, "module", None)
                if module is None and (alias.name == "os" or (alias.name.startswith("os.") and alias.asname is None)):
                    getters.add(f"{name.partition('.')[0]}.environ.get")
                elif module == "os" and alias.name in ("environ", "getenv"):
                    getters.add(f"{name}.get" if alias.name == "environ" else name)
        return getters

    def _came_or_went(self, old: ast.stmt | None, new: ast.stmt | None) -> Iterator[str]:
        if new is not None and ast.unparse(new) not in ("import os", "from os import environ"):
            yield f"came without a word: {ast.unparse(new)}"
        if old is not None and not isinstance(old, (ast.Import, ast.ImportFrom)) and not self._removed(old):
            yield f"went without a word: {ast.unparse(old)}"

    def _removed(self, statement: ast.stmt) -> bool:
        return self._edit(EditKind.REMOVE, statement) is not None

    def _other_bytes(self) -> Iterator[str]:
        """The lines that belong to no changed statement are the same, but for blank ones where imports come and go."""
        rest = []
        for text, side in ((self.old, 0), (self.new, 1)):
            touched = {n for pair in self.changed if pair[side] is not None for n in lines_of(pair[side])}
            rest.append([line for number, line in enumerate(text.lines, 1) if number not in touched])
        if self.old.marked != self.new.marked:
            yield "the byte order mark came or went"
        moved = sum(None in pair for pair in self.changed)
        if rest[0] != rest[1] and not moved:
            yield "bytes outside of the changed statements differ"
        solid = [[line for line in lines if line.strip()] for lines in rest]
        if solid[0] != solid[1] or abs(len(rest[0]) - len(rest[1])) > 3 * moved:
            yield "lines outside of the changed statements differ"

    def _same_but_for_values(self, old: ast.stmt, new: ast.stmt) -> Iterator[str]:
        """In lines that only values change, all other characters stay; under a guard, all but the margins do."""
        lines = lines_of(old)
        mine = [edit for edit in self.seen if edit.span.line in lines]
        kinds = {edit.kind for edit in mine}
        if kinds == {EditKind.VALUE}:
            others = [s for s, _ in self.changed if s is not None and s is not old and share(lines_of(s), lines)]
            if not others and not re.fullmatch(self._pattern(lines, mine), self._new_text(new), re.DOTALL):
                yield f"more than a value changed in line {lines[0]}"
        elif kinds <= {EditKind.VALUE, EditKind.GUARD}:
            edited = {n for e in mine if e.kind is EditKind.VALUE for n in range(e.span.line, e.span.end_line + 1)}
            after = {line.lstrip(" \t\f") for line in self._new_text(new).splitlines(keepends=True)}
            for number in set(lines) - edited:
                line = self.old.between(number, number)
                where = [e for e in mine if e.kind is EditKind.GUARD and e.span.line == number]
                begins = where and line[: where[0].span.column - 1].strip()
                if not begins and line.splitlines(keepends=True)[0].lstrip(" \t\f") not in after:
                    yield f"line {number} is not there any more: {line!r}"

    def _new_text(self, new: ast.stmt) -> str:
        return self.new.between(lines_of(new)[0], lines_of(new)[-1])

    def _pattern(self, lines: range, edits: Sequence[Edit]) -> str:
        text = self.old.between(lines[0], lines[-1])
        starts = [0]
        for number in lines:
            starts.append(starts[-1] + len(self.old.between(number, number)))
        pattern, position = "", 0
        for edit in sorted(edits, key=lambda edit: edit.span):
            start = starts[edit.span.line - lines[0]] + edit.span.column - 1
            end = starts[edit.span.end_line - lines[0]] + edit.span.end_column - 1
            pattern += re.escape(text[position:start]) + "[^\r\n]+?"
            position = end
        return pattern + re.escape(text[position:])


def _is_new_guard(old: ast.AST, new: ast.AST, inner: ast.stmt) -> bool:
    """Whether a guard was not there before, also where what it is put round is one itself."""
    return not guarded(old) or (guarded(inner) is not None and ast.dump(old) != ast.dump(new))


def faults(before: bytes, after: bytes, edits: Sequence[Edit], settings: Settings) -> list[str]:
    """What is wrong with a fix, in words."""
    return list(Judge(Text(before), Text(after), edits, settings).faults())
