"""Rewrites one file: the edits of its findings, the import they need, and the proof of the result."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deflask.detect.module import Module
from deflask.files.source import Group, Source
from deflask.model import Applicability, Edit, EditKind, Finding, Settings, Span
from deflask.rewrite.apply import Segment, edit_group, insert, remove, splice
from deflask.rewrite.errors import CannotRewriteError
from deflask.rewrite.imports import Reader, redundant
from deflask.rewrite.indent import Style
from deflask.rewrite.placement import place, top_line
from deflask.rewrite.removal import unused_imports
from deflask.rewrite.verify import Proof

Readers = Mapping[Edit, Reader]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new bytes, what became of each finding, and where the new source reads the environment.

    `source` is the new source, None for that of a notebook, which is no file.
    """

    data: bytes
    findings: tuple[Finding, ...]
    places: frozenset[Span]
    source: Source | None = None


def rewrite(module: Module, findings: Sequence[Finding], readers: Readers, settings: Settings) -> Rewritten:
    """Apply the edits of findings and prove the result; a finding whose statement cannot be edited becomes manual.

    Raises UnprovedError.
    """
    style = Style(module.source.newline, module.source.indent, _quote(module.source, settings.quote_style))
    wanted, given_up = list(findings), list[Finding]()
    while wanted:
        edits = _outermost({edit for finding in wanted for edit in finding.edits})
        puts = {edit: _put(edit, readers, settings, style) for edit in edits if edit in readers or edit.text}
        try:
            segments = _segments(module.source, edits, puts, style)
        except _GroupError as error:
            wanted = _reduced(wanted, error, given_up)
            continue
        used = {edit: readers[edit] for edit in puts if edit in readers}
        return _proved(module, segments, puts, used, edits, settings, (*wanted, *given_up))
    return Rewritten(module.source.data, tuple(given_up), frozenset())


class _GroupError(Exception):
    """The statements of a group cannot be edited."""

    def __init__(self, group: Group, reason: str) -> None:
        super().__init__(reason)
        self.group = group


def _segments(source: Source, edits: Sequence[Edit], puts: Mapping[Edit, str], style: Style) -> list[Segment]:
    segments = []
    lines = [edit.span.line for edit in edits]
    for group in source.groups:
        mine = edits[bisect_left(lines, group.first) : bisect_right(lines, group.last)]
        if mine:
            try:
                whole = len(group.statements) == 1 and mine[0].kind is EditKind.REMOVE
                whole = whole and mine[0].span == source.span(group.statements[0])
                segment = remove(group.statements[0], source) if whole else edit_group(group, mine, puts, source, style)
                segments.append(segment)
            except CannotRewriteError as error:
                raise _GroupError(group, str(error)) from None
    return segments


def _reduced(wanted: Sequence[Finding], error: _GroupError, given_up: list[Finding]) -> list[Finding]:
    """The findings with less to do in the group that failed: first without the guard, then without the edit."""
    kept: list[Finding] = []
    for finding in wanted:
        inside = [edit for edit in finding.edits if error.group.first <= edit.span.line <= error.group.last]
        guards = [edit for edit in inside if edit.kind is EditKind.GUARD]
        rest = tuple(edit for edit in finding.edits if edit.kind is not EditKind.GUARD)
        if guards and rest:
            kept.append(replace(finding, guard=f"left: {error}", edits=rest))
        elif inside:
            given_up.append(
                replace(finding, applicability=Applicability.MANUAL, reason=str(error), edits=(), fixable=False)
            )
        else:
            kept.append(finding)
    return kept


def _outermost(edits: set[Edit]) -> list[Edit]:
    """The edits in order, without guards inside of other guards."""
    guards = [edit.span for edit in edits if edit.kind is EditKind.GUARD]
    return sorted(
        (edit for edit in edits if edit.kind is not EditKind.GUARD or not any(_inside(edit.span, g) for g in guards)),
        key=lambda edit: (edit.span, edit.kind.value),
    )


def _inside(inner: Span, outer: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return inner != outer and starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _put(edit: Edit, readers: Readers, settings: Settings, style: Style) -> str:
    """The code that an edit puts, in the quotes of the file."""
    return edit.text if edit.text is not None else style.quoted(_expression(edit, readers, settings))


def _expression(edit: Edit, readers: Readers, settings: Settings) -> str:
    return f'{readers[edit].getter}("{edit.variable or settings.env_var}") == "1"'


def _quote(source: Source, style: str) -> str:
    """The quotes of new code; `preserve` takes those that the file uses more."""
    if style == "preserve":
        plain = source.data.replace(b'"""', b"").replace(b"'''", b"")
        style = "single" if plain.count(b"'") > plain.count(b'"') else "double"
    return "'" if style == "single" else '"'


def _proved(
    module: Module,
    segments: list[Segment],
    puts: Mapping[Edit, str],
    readers: Readers,
    edits: Sequence[Edit],
    settings: Settings,
    findings: Sequence[Finding],
) -> Rewritten:
    """The whole file with its new imports, once it is proved."""
    source = module.source
    added: list[str] = []
    removed: list[ast.stmt] = []
    for statement in sorted({reader.statement for reader in readers.values() if reader.statement}):
        use = min(top_line(edit.span.line, source) for edit, reader in readers.items() if reader.statement == statement)
        insertion = place(statement, use, source, settings.force_sort_within_sections)
        assert insertion is not None, "the scan made sure that there is a place"
        segments.append(insert(insertion, source))
        added.append(insertion.text.strip())
        gone = [insertion.replaces] if insertion.replaces else redundant(statement, module)
        removed += gone
        segments += [remove(old, source) for old in gone if old is not insertion.replaces]
    unused = unused_imports(module, edits, (reader.getter for reader in readers.values()))
    segments += [remove(old, source) for old in unused if old not in removed]
    removed += unused
    data = splice(source, segments)
    expected = {edit: puts.get(edit, "") for edit in edits}
    proof = Proof(source, segments, expected, tuple(added), tuple(removed))
    new = proof.run(data)
    return Rewritten(data, tuple(findings), frozenset(proof.places), None if source.notebook else new)
