"""A notebook as one Python source, and the changed source as the notebook again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deflask.files import parser
from deflask.files.errors import SourceError
from deflask.files.notebook.document import Cell, Document, read
from deflask.files.notebook.magics import replacements
from deflask.files.unparsable import explain

# The lines that Python sees: they end at these and at nothing else.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Notebook:
    """The Python of the code cells: for each a line that says which cell begins, then its own lines.

    Lines that are no Python stand there as comments or as statements that do nothing.
    """

    document: Document
    lines: list[str]
    places: list[tuple[int, int]]
    """For each line the cell, counted over all cells from 1, and the line in it, 0 where the cell only begins."""
    originals: dict[str, str]
    """What a line of ours stands for."""

    @property
    def source(self) -> bytes:
        """The whole Python source, in UTF-8."""
        return "".join(self.lines).encode()

    def place(self, line: int) -> tuple[int, int]:
        """The cell and the line in it of a line of the source, all 1-based."""
        return self.places[line - 1]

    def with_python(self, new: bytes) -> bytes:
        """The notebook whose Python is `new`. Only the lines that changed change in the JSON."""
        changed = []
        for cell, lines in zip(self.document.cells, self._by_cell(new.decode()), strict=True):
            restored = [self.originals.get(line, line) for line in lines]
            if restored and not _end(cell.text):
                restored[-1] = restored[-1].rstrip("\r\n")
            changed.append(restored)
        data = self.document.with_lines(changed)
        if [cell.text for cell in read(data).cells] != ["".join(lines) for lines in changed]:
            raise ValueError("the cells are not what they were to become")
        return data

    def _by_cell(self, text: str) -> list[list[str]]:
        """The lines of each cell."""
        begins = [line for line, (cell, number) in zip(self.lines, self.places, strict=True) if cell and not number]
        cells: list[list[str]] = []
        for line in _LINE.findall(text)[1:]:
            if line in begins[len(cells) : len(cells) + 1]:
                cells.append([])
            else:
                cells[-1].append(line)
        return cells


def to_python(data: bytes) -> Notebook:
    """Read a notebook. Raises SourceError where it is none, or where a cell is not Python."""
    document = read(data)
    mark = "notebook"
    while mark in document.text:
        mark += "_"
    ends = (_end(line.text) for cell in document.cells for line in cell.lines)
    newline = next(filter(None, ends), "\n")
    # What a cell says of its encoding is a comment like others: this comes first.
    notebook = Notebook(document, [f"# coding: utf-8{newline}"], [(0, 0)], {})
    for cell in document.cells:
        _add(cell, notebook, mark, newline)
    return notebook


def _add(cell: Cell, notebook: Notebook, mark: str, newline: str) -> None:
    """A cell's lines, behind one that says where it begins: a statement, for nothing reaches across it."""
    texts = [line.text if _end(line.text) else line.text + newline for line in cell.lines]
    lines = texts
    if _error("".join(texts)) is not None:
        stands_in = replacements([text.rstrip("\r\n") for text in texts])
        names = (f"# {mark} magic {cell.number}:{number}" for number in range(1, len(texts) + 1))
        lines = [
            text if new is None else new + name + _end(text)
            for text, new, name in zip(texts, stands_in, names, strict=True)
        ]
        notebook.originals.update((line, text) for line, text in zip(lines, texts, strict=True) if line != text)
        if error := _error("".join(lines)):
            raise SourceError(f"cell {cell.number}: {error}")
    notebook.lines.extend([f'"""{mark} cell {cell.number}"""{newline}', *lines])
    notebook.places.extend((cell.number, number) for number in range(len(lines) + 1))


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _error(text: str) -> str | None:
    """Why a cell is not Python, None where it is."""
    try:
        data = text.encode()
        parser.module(text)
    except UnicodeEncodeError:
        return "half of a character is escaped in it"
    except (SyntaxError, ValueError) as error:
        return explain(data, error)
    except RecursionError:
        return "nested too deeply for Python's parser"
    return None
