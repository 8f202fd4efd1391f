"""Where a new import goes, so that isort and Ruff's I001 accept after what they accepted before."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass

from deflask.files.source import Group, Source

# The names of standard modules that Pythons since 3.10 have removed: programs that import them are still sorted so.
_REMOVED = frozenset(
    "aifc asynchat asyncore audioop binhex cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap msilib nis "
    "nntplib ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib uu xdrlib".split()
)
STANDARD = sys.stdlib_module_names | _REMOVED


@dataclass(frozen=True, slots=True)
class Insertion:
    """Whole lines to be put before a line (1-based), or in place of a statement that begins there."""

    line: int
    text: str
    replaces: ast.stmt | None = None


def place(statement: str, use: int, source: Source, force_sort: bool) -> Insertion | None:
    """Where `statement` goes in front of the line `use`; None where no line can be put between.

    `force_sort` is isort's and Ruff's `force-sort-within-sections`.
    """
    groups = source.groups
    start = _after_header(groups, source)
    if start == len(groups):
        return None
    if statement.startswith("from") and (joined := _joined(statement, groups, use, source)):
        return joined
    futures = [group for group in groups[:start] if _is_future(group)]
    if run := _first_run(groups, start, use):
        insertion = _among(statement, run, bool(futures), source, force_sort)
    elif futures:
        insertion = Insertion(futures[-1].last + 1, source.newline + statement + source.newline)
    else:
        insertion = _before_code(statement, groups[start], source)
    return insertion if insertion.line <= use else None


def _joined(statement: str, groups: list[Group], use: int, source: Source) -> Insertion | None:
    """Into an import from the same module that is written on one plain line: two of them would not be sorted."""
    head, _, name = statement.rpartition(" ")
    for group in groups:
        line = source.text(group.first)
        names = re.fullmatch(rf"{head} ([a-z_]+(?:, [a-z_]+)*)\s*", line)
        if names and group.last < use and len(group.statements) == 1:
            together = ", ".join(sorted([name, *names[1].split(", ")]))
            return Insertion(group.first, f"{head} {together}{line[names.end(1) :]}", group.statements[0])
    return None


def _after_header(groups: list[Group], source: Source) -> int:
    """The first group that is neither docstring nor `__future__` import; in a notebook every cell begins with text."""
    position = 0
    while position < len(groups) and (
        _is_future(groups[position]) or (_is_text(groups[position]) and (position == 0 or source.notebook is not None))
    ):
        position += 1
    return position


def _is_text(group: Group) -> bool:
    match group.statements[0]:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def _is_future(group: Group) -> bool:
    return any(isinstance(s, ast.ImportFrom) and s.module == "__future__" for s in group.statements)


def _is_import(group: Group) -> bool:
    # In a notebook a `__future__` import can begin any cell.
    return not _is_future(group) and all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in group.statements)


def _first_run(groups: list[Group], start: int, use: int) -> list[Group]:
    """The first uninterrupted imports that stand above the use."""
    run: list[Group] = []
    for group in groups[start:]:
        if group.last >= use or (run and not _is_import(group)):
            break
        if _is_import(group):
            run.append(group)
    return run


def _module(group: Group) -> str:
    node = group.statements[0]
    if isinstance(node, ast.ImportFrom):
        return "." * node.level + (node.module or "")
    return node.names[0].name if isinstance(node, ast.Import) else ""


def _is_standard(group: Group) -> bool:
    return _module(group).partition(".")[0] in STANDARD


def _key(plain: bool, module: str, force_sort: bool) -> tuple[object, ...]:
    """The order within a section: plain imports first, then by name, numbers by their value."""
    natural = tuple((0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", module.lower()))
    return (natural, not plain) if force_sort else (not plain, natural)


def _among(statement: str, run: list[Group], futures: bool, source: Source, force_sort: bool) -> Insertion:
    """Into the standard section, or as a section of its own above the others."""
    standard = [group for group in run if _is_standard(group)]
    if not standard:
        return _own_section(statement, run[0], source, futures)
    mine = _key(statement.startswith("import"), "os", force_sort)
    end = run.index(standard[-1])
    for position, group in enumerate(run[: end + 1]):
        key = _key(isinstance(group.statements[0], ast.Import), _module(group), force_sort)
        if _is_standard(group) and key > mine:
            return _in_front(statement, group, run[position - 1] if position else None, source)
    return Insertion(standard[-1].last + 1, statement + source.newline)


def _in_front(statement: str, larger: Group, before: Group | None, source: Source) -> Insertion:
    """Directly before the first larger import; above its comments, which stay with it."""
    if before is None or _comments_above(larger.first, source) == larger.first:
        return Insertion(larger.first, statement + source.newline)
    if _is_standard(before):
        return Insertion(before.last + 1, statement + source.newline)
    return Insertion(before.last + 1, source.newline + statement + source.newline)


def _own_section(statement: str, first: Group, source: Source, futures: bool) -> Insertion:
    top = _own_top(first, source)
    above = source.newline if futures and not source.begins(top) and source.text(top - 1).strip() else ""
    return Insertion(top, above + statement + 2 * source.newline)


def _own_top(group: Group, source: Source) -> int:
    """The line of a group's first comment, where those comments are its own and not the file's header."""
    top = _comments_above(group.first, source)
    header = source.begins(top) or source.text(top - 1).strip()
    return group.first if header else top


def _comments_above(line: int, source: Source) -> int:
    """The first of the comment lines that stand directly above a line."""
    while line > 1 and source.text(line - 1).lstrip().startswith("#"):
        line -= 1
    return line


def _before_code(statement: str, following: Group, source: Source) -> Insertion:
    """Under docstring or header comments, two blank lines above a definition, one above anything else."""
    top = _own_top(following, source)
    defines = isinstance(following.statements[0], (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    wanted = 2 if defines else 1
    blank = 0
    while not source.begins(top - blank) and not source.text(top - blank - 1).strip():
        blank += 1
    headed = not source.begins(top - blank)
    # Blank lines that are there already serve below the import, but for the one that parts it from the header.
    below = min(wanted, max(blank - headed, 0))
    above = source.newline if headed and not blank else ""
    return Insertion(top - below, above + statement + (1 + wanted - below) * source.newline)


def top_line(line: int, source: Source) -> int:
    """The first line of the top-level statements that hold a line."""
    return next(group.first for group in source.groups if group.first <= line <= group.last)
