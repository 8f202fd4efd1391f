"""Where a statement or an expression can be put into a program, and the program with it there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.trust.sites import Site

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
How = Literal["line", "before", "behind", "end", "expression"]


@dataclass(frozen=True)
class Place:
    """An offset in characters, with the margin of its line; an expression has its end there too."""

    how: How
    start: int
    end: int
    margin: str = ""


def places(text: str) -> list[Place]:
    """Every place where Python's grammar takes a statement, and where an expression takes another one's place.

    Raises SyntaxError and ValueError as `ast.parse` does.
    """
    tree = ast.parse(text)
    lines = [found[0] for found in _LINE.finditer(text)]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    found = [Place("end", len(text), len(text))]

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    for node in _reached(tree):
        start, end = offset(node.lineno, node.col_offset), offset(node.end_lineno or 0, node.end_col_offset or 0)
        if isinstance(node, ast.expr):
            if node.lineno == node.end_lineno:
                found.append(Place("expression", start, end))
            continue
        if not isinstance(node, ast.stmt) or text.startswith("elif", start):
            continue
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        margin = re.match(r"[ \t\f]*", lines[first - 1])
        continues = first > 1 and lines[first - 2].rstrip("\r\n").endswith("\\")
        if margin and not continues and (first < node.lineno or starts[first - 1] + margin.end() == start):
            found.append(Place("line", starts[first - 1], starts[first - 1], margin[0]))
        if not hasattr(node, "body") and not isinstance(node, ast.Match):
            found += [Place("before", start, start), Place("behind", end, end)]
    return found


def _reached(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Statements and expressions whose places can be trusted: older Pythons do not say where those of f-strings are."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.expr, ast.stmt)):
            yield node
        if not isinstance(node, (ast.JoinedStr, ast.pattern)) and type(node).__name__ != "TemplateStr":
            yield from _reached(node)


def splice(text: str, site: Site, place: Place, newline: str, indent: str) -> str | None:
    """The program with a site at a place, None where the site cannot stand there or it is no program any more."""
    if place.how == "expression":
        if not site.is_expression:
            return None
        top = next((p for p in places(text) if p.how == "line" and not p.margin and p.start <= place.start), None)
        if top is None:
            return None
        above = "".join(statement + newline for statement in _indented(site.before, "", newline, indent))
        new = text[: top.start] + above + text[top.start : place.start] + site.statement + text[place.end :]
    elif place.how in ("line", "end"):
        block = newline.join(_indented(site.statements, place.margin, newline, indent)) + newline
        missing = newline if place.how == "end" and text and not text.endswith(("\n", "\r")) else ""
        new = text[: place.start] + missing + block + text[place.end :]
    elif site.is_simple and "#" not in site.statement:
        one = "; ".join(site.statements)
        new = text[: place.start] + (f"{one}; " if place.how == "before" else f"; {one}") + text[place.end :]
    else:
        return None
    return new if compiles(new) or (parses(new) and not compiles(text)) else None


def _indented(statements: tuple[str, ...], margin: str, newline: str, indent: str) -> list[str]:
    """Statements as they stand behind a margin; lines of strings move too, as they do when a program is written."""
    return [
        newline.join(margin + line.replace("    ", indent) for line in statement.split("\n"))
        for statement in statements
    ]


def parses(source: str | bytes) -> bool:
    """Whether Python's parser takes it."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def compiles(source: str | bytes) -> bool:
    """Whether Python's compiler takes it."""
    try:
        compile(source, "<spliced>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
