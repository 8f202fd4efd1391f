"""One file's bytes as Python sees them: encoding, lines, tree and the spans of its statements."""

from __future__ import annotations

import ast
import re
import tokenize
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from deflask.files import parser
from deflask.files.errors import SourceError
from deflask.files.size import check
from deflask.files.unparsable import explain
from deflask.model import Span

if TYPE_CHECKING:
    from deflask.files.notebook.python import Notebook

BOM = b"\xef\xbb\xbf"
_PRINTABLE = bytes(range(32, 127)) + rb"\n\x41"
_UTF_16_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(frozen=True, slots=True)
class Group:
    """Top-level statements that share physical lines; `first` and `last` are 1-based and inclusive."""

    first: int
    last: int
    statements: tuple[ast.stmt, ...]


@dataclass
class Source:
    """A parsed file. `lines` are without the BOM and keep their line ends."""

    path: str
    data: bytes
    encoding: str
    lines: list[bytes]
    tree: ast.Module
    notebook: Notebook | None = None
    """Where the source comes from, if that is no Python file."""
    _texts: dict[int, str] = field(default_factory=dict)

    @property
    def bom(self) -> bytes:
        """The byte order mark, or nothing."""
        return BOM if self.data.startswith(BOM) else b""

    def text(self, line: int) -> str:
        """A line (1-based) as characters, with its line end."""
        if line not in self._texts:
            self._texts[line] = self.lines[line - 1].decode(self.encoding)
        return self._texts[line]

    def place(self, line: int) -> tuple[int | None, int]:
        """The cell of a notebook, None in other files, and the line in it that people see of a line."""
        return self.notebook.place(line) if self.notebook is not None else (None, line)

    def in_cell(self, span: Span) -> tuple[int | None, Span]:
        """The cell of a notebook, None in other files, and the span in it that people see."""
        cell, line = self.place(span.line)
        return cell, replace(span, line=line, end_line=self.place(span.end_line)[1])

    def begins(self, line: int) -> bool:
        """Whether nothing stands above a line, in the file or in the cell."""
        return line == 1 or self.place(line)[1] == 1

    def column(self, line: int, offset: int) -> int:
        """The 1-based column in characters of `ast`'s 0-based UTF-8 byte offset."""
        text = self.text(line)
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode()) + 1

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where a node stands; a decorated definition begins at its `def` or `class`."""
        end_line, end_offset = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(node.lineno, self.column(node.lineno, node.col_offset), end_line, self.column(end_line, end_offset))

    def as_file(self, data: bytes) -> bytes:
        """What the file holds when this source has become `data`."""
        return self.notebook.with_python(data) if self.notebook is not None else data

    @cached_property
    def checksum(self) -> int:
        """What tells the source from another state of the file."""
        return zlib.crc32(self.data)

    @cached_property
    def newline(self) -> str:
        """The line end of the first line, `\\n` where there is none."""
        found = re.match(rb"[^\r\n]*(\r\n|\r|\n)", b"".join(self.lines[:1]))
        return found[1].decode("ascii") if found else "\n"

    @cached_property
    def indent(self) -> str:
        """The first indentation in the file, four spaces where there is none."""
        for statement in self.tree.body:
            inner = [case.pattern for case in statement.cases] if isinstance(statement, ast.Match) else []
            for first in (inner or getattr(statement, "body", []))[:1]:
                line = self.lines[first.lineno - 1][: first.col_offset]
                margin = line[: len(line) - len(line.lstrip(b" \t"))]
                if margin and not margin.strip(b" \t"):
                    return margin.decode("ascii")
        return "    "

    @cached_property
    def groups(self) -> list[Group]:
        """The top-level statements by the lines they share, in order."""
        shared: list[list[ast.stmt]] = []
        ends: list[int] = []
        for statement in self.tree.body:
            first, last = first_line(statement), self._last_line(statement)
            if ends and first <= ends[-1]:
                shared[-1].append(statement)
                ends[-1] = max(ends[-1], last)
            else:
                shared.append([statement])
                ends.append(last)
        return [Group(first_line(mine[0]), end, tuple(mine)) for mine, end in zip(shared, ends, strict=True)]

    def _last_line(self, statement: ast.stmt) -> int:
        """The line on which a statement ends, with the lines that a trailing backslash joins to it."""
        last = statement.end_lineno or statement.lineno
        rest = self.lines[last - 1][statement.end_col_offset or 0 :]
        while b"#" not in rest and rest.rstrip(b"\r\n").endswith(b"\\") and last < len(self.lines):
            last += 1
            rest = self.lines[last - 1]
        return last


def first_line(statement: ast.stmt) -> int:
    """The 1-based line on which a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def parse(data: bytes, path: str) -> Source:
    """Read `data` as Python source (PEP 263). Raises SourceError with the cause."""
    if data.startswith(_UTF_16_32):
        raise SourceError("not Python source: it is UTF-16 or UTF-32, which Python does not read")
    if b"\0" in data:
        raise SourceError("not Python source: it holds a NUL byte")
    check(data)
    lines = data.removeprefix(BOM).splitlines(keepends=True)
    try:
        encoding, _ = tokenize.detect_encoding(iter(data.splitlines(keepends=True)).__next__)
        with parser.quiet_parser():
            superset = _PRINTABLE.decode(encoding) == _PRINTABLE.decode("ascii")
        if not superset:
            raise SourceError(f"its encoding, {encoding}, is no superset of ASCII")
        tree = parser.module(data, path)
    except (SyntaxError, ValueError, LookupError) as error:
        raise SourceError(explain(data, error)) from None
    except RecursionError:
        raise SourceError("nested too deeply for Python's parser") from None
    return Source(path, data, "utf-8" if encoding == "utf-8-sig" else encoding, lines, tree)
