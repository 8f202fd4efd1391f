"""Puts statements under the guard, line by line: the text of strings is data and stays where it is."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from deflask.model import Span

_GUARD = 'if __name__ == "__main__":'
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_OPENS_STRING = ("FSTRING_START", "TSTRING_START")
_CLOSES_STRING = ("FSTRING_END", "TSTRING_END")


@dataclass(frozen=True, slots=True)
class Style:
    """How new lines look in a file."""

    newline: str
    indent: str
    quote: str

    def quoted(self, code: str) -> str:
        """Code of ours, written with double quotes, in the quotes of the file."""
        return code.replace('"', self.quote)


@dataclass
class Text:
    """Some source and the insertions to be made in it; spans of the old text can be asked for in the new one."""

    old: str
    _starts: list[int] = field(default_factory=list)
    _insertions: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._starts = starts(self.old)

    def offset(self, line: int, column: int) -> int:
        """The offset in characters of a 1-based line and column."""
        return self._starts[line - 1] + column - 1

    def put(self, offset: int, text: str, drop: int = 0) -> None:
        """Insert before a character of the old text, in place of the `drop` characters before it."""
        self._insertions.append((offset, drop, text))

    @property
    def new(self) -> str:
        """The text with its insertions."""
        parts, position = [], 0
        for offset, drop, text in sorted(self._insertions, key=lambda insertion: insertion[0]):
            parts += [self.old[position : offset - drop], text]
            position = offset
        return "".join([*parts, self.old[position:]])

    def moved(self, spans: Iterable[Span]) -> dict[Span, Span]:
        """Where spans of the old text stand in the new one."""
        new_starts = starts(self.new)

        def place(line: int, column: int) -> tuple[int, int]:
            old = self.offset(line, column)
            new = old + sum(len(text) - drop for offset, drop, text in self._insertions if offset <= old)
            row = bisect_right(new_starts, new) - 1
            return row + 1, new - new_starts[row] + 1

        return {s: Span(*place(s.line, s.column), *place(s.end_line, s.end_column)) for s in spans}


def starts(text: str) -> list[int]:
    """The offsets at which the lines of some source begin, as Python counts lines."""
    return [found.start() for found in _LINE.finditer(text)]


def guard(text: Text, statements: Iterable[Span], style: Style) -> None:
    """Put each statement, which begins a line or is the only one behind a colon, under the guard."""
    within_strings = _within_strings(text.old)
    lines = [found[0] for found in _LINE.finditer(text.old)]
    for span in statements:
        before = lines[span.line - 1][: span.column - 1]
        margin = before[: len(before) - len(before.lstrip(" \t\f"))]
        offset = text.offset(span.line, span.column)
        header = style.quoted(_GUARD) + style.newline
        if before == margin:
            text.put(offset, header + margin + style.indent)
        else:
            blanks = len(before) - len(before.rstrip(" \t"))
            deeper = margin + style.indent
            text.put(offset, style.newline + deeper + header + deeper + style.indent, drop=blanks)
        for line in range(span.line + 1, span.end_line + 1):
            if line not in within_strings and _moves(line, span, lines):
                text.put(text.offset(line, 1), style.indent)


def _moves(line: int, span: Span, lines: list[str]) -> bool:
    """Whether a line goes deeper with its statement: not an empty one, nor a comment that hangs out of its block."""
    content = lines[line - 1]
    if not content.strip():
        return False
    if not content.startswith("#"):
        return True
    following = (lines[n - 1] for n in range(line + 1, span.end_line + 1))
    code = next((text for text in following if text.strip() and not text.lstrip().startswith("#")), "")
    return not code.startswith((" ", "\t"))


def _within_strings(text: str) -> set[int]:
    """The lines (1-based) that begin inside of a string, an f-string's replacement fields included."""
    lines = "".join(found[0].rstrip("\r\n") + "\n" for found in _LINE.finditer(text))
    inside: set[int] = set()
    open_strings: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(lines).readline):
        name = tokenize.tok_name[token.type]
        if name in _OPENS_STRING:
            open_strings.append(token.start[0])
        elif name in _CLOSES_STRING:
            inside.update(range(open_strings.pop() + 1, token.end[0] + 1))
        elif token.type == tokenize.STRING:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
    return inside
