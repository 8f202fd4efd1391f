"""Cuts out the statements that change, has them edited, and puts them back between bytes that stay."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deflask.files.errors import SourceError
from deflask.files.size import signs
from deflask.files.source import Group, Source
from deflask.model import Edit, EditKind, Span
from deflask.rewrite.depth import DEEPEST, nesting
from deflask.rewrite.errors import CannotRewriteError
from deflask.rewrite.indent import Style, Text, guard
from deflask.rewrite.placement import Insertion
from deflask.rewrite.removal import remove_from
from deflask.rewrite.transform import Replacements, edit_chunk

MOST_SIGNS = 50_000
"""Signs of statements that are changed: LibCST takes some seconds for them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines `first` up to but without `end` (1-based) and what stands there afterwards."""

    first: int
    end: int
    data: bytes


def splice(source: Source, segments: Sequence[Segment]) -> bytes:
    """The whole file with its segments replaced; everything else byte for byte as it was."""
    parts = [source.bom]
    position = 1
    for segment in sorted(segments, key=lambda segment: (segment.first, segment.end)):
        parts += source.lines[position - 1 : segment.first - 1]
        parts.append(segment.data)
        position = segment.end
    data = b"".join([*parts, *source.lines[position - 1 :]])
    # Where the last statement goes, the file ends as it did: with a line end or without.
    ends = not source.lines or source.lines[-1].endswith((b"\n", b"\r"))
    return data if ends else data.removesuffix(b"\n").removesuffix(b"\r")


def insert(insertion: Insertion, source: Source) -> Segment:
    """The segment of a new import, or of one that takes the place of another."""
    end = insertion.line if insertion.replaces is None else (insertion.replaces.end_lineno or insertion.line) + 1
    data = insertion.text.encode(source.encoding)
    if data.startswith(b"\n") and b"".join(source.lines[: insertion.line - 1]).endswith(b"\r"):
        # Together both would be one line end.
        data = b"\r" + data
    return Segment(insertion.line, end, data)


def remove(statement: ast.stmt, source: Source) -> Segment:
    """The segment of a statement that has its lines to itself; blank lines stay on one side of it only."""
    first, end = statement.lineno, (statement.end_lineno or statement.lineno) + 1
    if first == 1 or not source.text(first - 1).strip():
        while end <= len(source.lines) and not source.text(end).strip():
            end += 1
    while end > len(source.lines) and first > 1 and not source.text(first - 1).strip():
        first -= 1
    return Segment(first, end, b"")


def edit_group(
    group: Group, edits: Sequence[Edit], replacements: Replacements, source: Source, style: Style
) -> Segment:
    """The segment of the statements of one group. Raises CannotRewriteError, and SourceError where it is too deep."""
    if signs(b"".join(source.lines[group.first - 1 : group.last])) > MOST_SIGNS:
        raise CannotRewriteError("the statement is too large to be changed")
    if nesting(group.statements, source) > DEEPEST:
        raise SourceError("nested too deeply to be examined")
    lines = source.lines[group.first - 1 : group.last]
    prefix = len(lines[0]) - len(lines[0].lstrip(b" \t\f"))
    data = b"".join(lines)
    try:
        edited = _edited(data[prefix:], (group.first, prefix), edits, replacements, source, style)
        return Segment(group.first, group.last + 1, data[:prefix] + edited)
    except CannotRewriteError:
        if any(edit.kind in (EditKind.GUARD, EditKind.REMOVE) for edit in edits):
            raise
    return _edit_innermost(group, edits, replacements, source, style)


def _edit_innermost(
    group: Group, edits: Sequence[Edit], replacements: Replacements, source: Source, style: Style
) -> Segment:
    """The way round what LibCST does not give back (form feeds, odd tabs): only the simple statement of each edit."""
    lines = source.lines[group.first - 1 : group.last]
    starts = [sum(map(len, lines[:position])) for position in range(len(lines))]
    data = b"".join(lines)
    by_statement: dict[ast.stmt, list[Edit]] = {}
    for edit in edits:
        by_statement.setdefault(_innermost(group, edit.span, source), []).append(edit)
    for statement in sorted(by_statement, key=lambda s: (s.lineno, s.col_offset), reverse=True):
        span = source.span(statement)
        start, end = (
            starts[line - group.first] + len(source.text(line)[: column - 1].encode(source.encoding))
            for line, column in ((span.line, span.column), (span.end_line, span.end_column))
        )
        chunk = data[start:end]
        offset = start - starts[span.line - group.first]
        edited = _edited(chunk, (span.line, offset), by_statement[statement], replacements, source, style)
        data = data[:start] + edited + data[end:]
    return Segment(group.first, group.last + 1, data)


def _innermost(group: Group, span: Span, source: Source) -> ast.stmt:
    found: ast.stmt | None = None
    for top in group.statements:
        for node in ast.walk(top):
            if isinstance(node, ast.stmt):
                outer = source.span(node)
                holds = (outer.line, outer.column) <= (span.line, span.column)
                if holds and (span.end_line, span.end_column) <= (outer.end_line, outer.end_column):
                    found = node
    if found is None or hasattr(found, "body"):
        raise CannotRewriteError("LibCST does not give this statement back as it was")
    return found


def _edited(
    chunk: bytes,
    start: tuple[int, int],
    edits: Sequence[Edit],
    replacements: Replacements,
    source: Source,
    style: Style,
) -> bytes:
    """Edit bytes that begin at `start`: a line (1-based) and an offset in bytes on it."""
    text = chunk.decode(source.encoding)
    if text.encode(source.encoding) != chunk:
        raise CannotRewriteError(f"its bytes do not survive decoding and encoding as {source.encoding}")
    line, offset = start
    columns = len(source.lines[line - 1][:offset].decode(source.encoding))
    inner = {edit: _moved(edit.span, line, columns) for edit in edits}
    guarded = Text(text)
    guard(guarded, (span for edit, span in inner.items() if edit.kind is EditKind.GUARD), style)
    remove_from(guarded, ((inner[edit], edit.alone) for edit in edits if edit.kind is EditKind.REMOVE))
    places = guarded.moved(inner[edit] for edit in edits if edit in replacements)
    puts = {replace(edit, span=places[inner[edit]]): replacements[edit] for edit in edits if edit in replacements}
    result = edit_chunk(guarded.new, puts) if puts else guarded.new
    return result.encode(source.encoding)


def _moved(span: Span, line: int, columns: int) -> Span:
    """A span of the file as one of the chunk that begins on `line` after `columns` characters."""
    return Span(
        span.line - line + 1,
        span.column - (columns if span.line == line else 0),
        span.end_line - line + 1,
        span.end_column - (columns if span.end_line == line else 0),
    )
