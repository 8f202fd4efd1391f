"""A notebook's JSON: its code cells, and the text with some of their lines changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from deflask.files.errors import SourceError
from deflask.files.notebook.spans import Array, String, load
from deflask.files.source import BOM

_ESCAPES = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)")
# Whatever else is escaped must be passed over as a whole, or the end of `\\n` would count as a line end.
_BREAK = re.compile(r"(?P<end>\\(?:r|u000[dD])(?:\\(?:n|u000[aA]))?|\\(?:n|u000[aA]))|\\.")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell with its line end, and from where to where it stands in the JSON."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell; `number` counts all cells from 1, as editors show them, `border` parts two lines in the JSON."""

    number: int
    lines: tuple[Line, ...]
    border: str

    @property
    def text(self) -> str:
        """All of its lines."""
        return "".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a notebook and its code cells, none where they are not Python."""

    text: str
    bom: bytes
    cells: tuple[Cell, ...]

    def with_lines(self, changed: Sequence[Sequence[str]]) -> bytes:
        """The notebook with these lines in its code cells; each that was there stays as it is written."""
        escapes = self._escapes()
        parts, position = [], 0
        for cell, lines in zip(self.cells, changed, strict=True):
            for start, end, new in _edits(cell, lines, escapes):
                parts += [self.text[position:start], new]
                position = end
        return self.bom + "".join([*parts, self.text[position:]]).encode()

    def _escapes(self) -> dict[str, str]:
        """How this file writes the characters that it escapes: some escape all that is not ASCII, some `<`."""
        lines = [self.text[line.start : line.end] for cell in self.cells for line in cell.lines]
        found = {escape for line in lines for escape in _ESCAPES.findall(line)}
        escapes = {json.loads(f'"{escape}"'): escape for escape in sorted(found)}
        return {char: escape for char, escape in escapes.items() if not (char.isascii() and char.isalnum())}


def _edits(cell: Cell, new: Sequence[str], escapes: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """What to put from where to where, in order."""
    lines = cell.lines
    old = [line.text for line in lines]
    if old == new:
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, end, new_first, new_end in matcher.get_opcodes():
        put = cell.border.join(_escaped(text, escapes) for text in new[new_first:new_end])
        if tag == "replace":
            yield lines[first].start, lines[end - 1].end, put
        elif tag == "insert" and first < len(lines):
            yield lines[first].start, lines[first].start, put + cell.border
        elif tag == "insert":
            yield lines[-1].end, lines[-1].end, cell.border + put
        elif tag == "delete" and end < len(lines):
            yield lines[first].start, lines[end].start, ""
        elif tag == "delete":
            yield lines[first - 1].end if first else lines[0].start, lines[end - 1].end, ""


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(char) or json.dumps(char, ensure_ascii=False)[1:-1] for char in text)


def read(data: bytes) -> Document:
    """The code cells of a notebook. Raises SourceError where it is none."""
    try:
        text = data.removeprefix(BOM).decode()
        document = load(text)
    except UnicodeDecodeError:
        raise SourceError("not a notebook: it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise SourceError(f"not a notebook: line {error.lineno}: {error.msg}") from None
    except ValueError as error:
        raise SourceError(f"not a notebook: {error}") from None
    except RecursionError:
        raise SourceError("not a notebook: nested too deeply") from None
    cells = tuple(_code_cells(document, text))
    return Document(text, BOM if data.startswith(BOM) else b"", cells if _is_python(document) else ())


def _is_python(document: dict[str, Any]) -> bool:
    """Whether the metadata names Python, or no language. A kernel's own name is anybody's choice."""
    match document.get("metadata"):
        case {"language_info": {"name": str(language)}} | {"kernelspec": {"language": str(language)}}:
            return "python" in language.lower()
    return True


def _code_cells(document: object, text: str) -> Iterator[Cell]:
    """The code cells. Raises SourceError where something else stands in their place."""
    for number, cell in enumerate(_all_cells(document), start=1):
        if not isinstance(cell, dict):
            raise SourceError(f"not a notebook: cell {number} is no object")
        if cell.get("cell_type") != "code" or cell.get("language", "python") != "python":
            continue
        # Version 3 called it `input`.
        source = cell.get("source", cell.get("input"))
        strings = [source] if isinstance(source, String) else source
        if not isinstance(strings, list) or not all(isinstance(string, String) for string in strings):
            raise SourceError(f"not a notebook: cell {number} has no source")
        lines = _lines(strings, text)
        # New lines are strings of their own only where the others are.
        is_list = isinstance(source, Array) and len(source) == len(lines)
        yield Cell(number, lines, _border(source, text) if is_list else "")


def _all_cells(document: object) -> Iterator[object]:
    """The cells of all kinds; version 3 had them on worksheets."""
    match document:
        case {"cells": list(cells)}:
            yield from cells
        case {"worksheets": list(sheets)}:
            for sheet in sheets:
                yield from _all_cells(sheet)
        case _:
            raise SourceError("not a notebook: it has no cells")


def _lines(strings: list[String], text: str) -> tuple[Line, ...]:
    """The lines of the strings of a cell: usually a line a string, or all in one."""
    lines: list[Line] = []
    for string in strings:
        for start, end in _pieces(text, string):
            piece = json.loads(f'"{text[start:end]}"')
            last = lines[-1] if lines else None
            if last and (not last.text.endswith(("\n", "\r")) or (last.text.endswith("\r") and piece == "\n")):
                lines[-1] = Line(last.text + piece, last.start, end)
            else:
                lines.append(Line(piece, start, end))
    return tuple(lines)


def _pieces(text: str, string: String) -> Iterator[tuple[int, int]]:
    """From where to where the lines of a string stand."""
    start = string.start
    for found in _BREAK.finditer(text, string.start, string.end):
        if found["end"]:
            yield start, found.end()
            start = found.end()
    if start < string.end:
        yield start, string.end


def _border(strings: Any, text: str) -> str:
    """What parts two strings of a list, quotes included."""
    if len(strings) > 1:
        return text[strings[0].end : strings[1].start]
    margin = text[strings.start + 1 : strings[0].start - 1] if strings else ""
    # A list on one line is written as the rest of the file is.
    spaced = '": ' in text
    return f'",{margin or " " * spaced}"'
