"""Takes statements out of a text, and says which imports are of no use without them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from deflask.detect.module import Module
from deflask.model import Edit, EditKind, Span
from deflask.rewrite.indent import Text, starts

_IMPORTS = (ast.Import, ast.ImportFrom)


def remove_from(text: Text, statements: Iterable[tuple[Span, bool]]) -> None:
    """Take statements that have their lines to themselves out of a text; one that is alone in its block is `pass`."""
    ends = [*starts(text.old)[1:], len(text.old)]
    for span, alone in statements:
        start, end = text.offset(span.line, span.column), text.offset(span.end_line, span.end_column)
        if alone:
            text.put(end, "pass", drop=end - start)
        else:
            first, last = text.offset(span.line, 1), ends[span.end_line - 1]
            text.put(last, "", drop=last - first)


def _others_look_in(module: Module) -> bool:
    """Whether more than the names in the file may be read from it: by importers, or by names that are made up."""
    dynamic = {"exec", "eval", "globals", "vars", "locals"} & module.index.calls.keys()
    return bool(dynamic) or (module.project is not None and bool(module.project.importers(module.location, "")))


def unused_imports(module: Module, edits: Iterable[Edit], getters: Iterable[str]) -> list[ast.stmt]:
    """The module-level imports of one name, on lines of their own, that only the removed statements use.

    `getters` are the functions by which other edits read the environment.
    """
    gone = {edit.span for edit in edits if edit.kind is EditKind.REMOVE}
    if not gone or _others_look_in(module):
        return []
    removed = {s for s in module.index.parents if isinstance(s, ast.stmt) and module.source.span(s) in gone}
    needed = {getter.partition(".")[0] for getter in getters}
    found: list[ast.stmt] = []
    for group in module.source.groups:
        statement = group.statements[0]
        if len(group.statements) > 1 or group.first != group.last or not isinstance(statement, _IMPORTS):
            continue
        name = (statement.names[0].asname or statement.names[0].name).partition(".")[0]
        loads = module.index.loads.get(name, [])
        within = [any(parent in removed for parent in module.index.ancestors(load)) for load in loads]
        if len(statement.names) == 1 and name not in needed and within and all(within):
            found.append(statement)
    return found
