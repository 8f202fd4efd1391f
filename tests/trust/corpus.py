"""Every file at hand, and the command that goes through all of them: `python -m tests.trust.corpus`."""

from __future__ import annotations

import argparse
import ast
import random
import sys
import sysconfig
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from deflask.detect.module import Module
from deflask.engine import check_source
from deflask.files.errors import SourceError
from deflask.files.source import Source, parse
from deflask.model import Applicability, Edit, EditKind, Finding, Settings
from deflask.rewrite.errors import UnprovedError
from deflask.rewrite.fix import rewrite
from tests.trust.gate import held_open
from tests.trust.judge import faults
from tests.trust.properties import OPTIONS, Count, holds
from tests.trust.sites import SITES, Site
from tests.trust.splicing import Place, places, splice

_NEVER_GUARDED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
SEED = 20
SPLICED = 200
MOST = 10
"""Statements of a file in which an expression is put; a few more where that does not divide."""


def files() -> list[Path]:
    """The Python files of the standard library and of the environment that runs this, in order."""
    library, *packages = (Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib"))
    found = {path for path in library.rglob("*.py") if "site-packages" not in path.relative_to(library).parts}
    return sorted(path for path in found.union(*(p.rglob("*.py") for p in packages)) if path.is_file())


def look(data: bytes, count: Counter[str]) -> Source | None:
    """Check a file with every rule, gate open and shut; its source, None where it is refused in one line."""
    try:
        with held_open():
            there = check_source(data, "m.py", settings=Settings(select=("ALL",)))
        assert there == check_source(data, "m.py", settings=Settings(select=("ALL",))), "the gate hides"
        count["findings"] += len(there)
        return parse(data, "m.py")
    except SourceError as error:
        cause = str(error)
    assert len(cause.splitlines()) == 1, f"not one line: {cause!r}"
    count["refused"] += 1
    return None


def replace_by_itself(source: Source, count: Counter[str]) -> None:
    """Have the rewrite put expressions where they are already, in top-level statements from all over the file."""
    groups = source.groups[:: max(len(source.groups) // MOST, 1)]
    findings = [_finding(edit) for group in groups if (edit := _itself(group.statements, source)) is not None]
    done = rewrite(Module(source, None, "/m.py"), findings, {}, Settings())
    left = [finding for finding in done.findings if not finding.fixable]
    assert done.data == source.data, "an expression in its own place changes the file"
    count["expressions put"] += len(findings) - len(left)
    count["statements refused"] += len(left)


def guard_by_force(source: Source, count: Counter[str]) -> None:
    """Have the rewrite put a guard round every statement that can get one, and compare what is inside with what it was.

    Definitions are never guarded, nor what shares its line.
    """
    alone = [group.statements[0] for group in source.groups if len(group.statements) == 1]
    edits = [Edit(EditKind.GUARD, source.span(s)) for s in alone if not isinstance(s, _NEVER_GUARDED)]
    done = rewrite(Module(source, None, "/m.py"), [_finding(edit) for edit in edits], {}, Settings())
    made = tuple(edit for finding in done.findings if finding.fixable for edit in finding.edits)
    wrong = faults(source.data, done.data, made, Settings())
    assert not wrong, "\n".join(wrong)
    count["statements guarded"] += len(made)
    count["statements refused"] += len(edits) - len(made)


def _finding(edit: Edit) -> Finding:
    return Finding("DF101", "", "m.py", edit.span, "", "", Applicability.SAFE, "", edits=(edit,), fixable=True)


def _itself(statements: Sequence[ast.stmt], source: Source) -> Edit | None:
    """An edit that replaces the last name, number, attribute or call on one line by the same text."""
    for statement in reversed(statements):
        candidates = [node for node in _expressions(statement) if node.lineno == node.end_lineno]
        if candidates:
            span = source.span(max(candidates, key=lambda node: (node.lineno, node.col_offset)))
            text = source.text(span.line)[span.column - 1 : span.end_column - 1]
            return Edit(EditKind.VALUE, span, text=text)
    return None


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Expressions that are read; what stands in f-strings and patterns is nothing that a finding is about."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.JoinedStr, ast.pattern)) or type(child).__name__ == "TemplateStr":
            continue
        if (
            isinstance(child, (ast.Name, ast.Attribute, ast.Call))
            and isinstance(getattr(child, "ctx", ast.Load()), ast.Load)
        ) or (isinstance(child, ast.Constant) and not isinstance(child.value, (str, bytes))):
            yield child
        yield from _expressions(child)


def splice_in(source: Source, chance: random.Random) -> tuple[bytes, Site, Place] | None:
    """A file with a site somewhere in it, None where ten tries make no program of it."""
    text = b"".join(source.lines).decode(source.encoding)
    everywhere = places(text)
    for _ in range(10):
        site, place = chance.choice(SITES), chance.choice(everywhere)
        with_site = splice(text, site, place, source.newline, source.indent)
        if with_site is not None:
            return source.bom + with_site.encode(source.encoding, "replace"), site, place
    return None


def run(paths: Sequence[Path], spliced: int) -> tuple[Counter[str], Count]:
    """Go through files, and fix so many of them with a site. Raises AssertionError that names those that fail."""
    count, fixes = Counter[str](), Count()
    failed: list[str] = []
    chance = random.Random(SEED)
    chosen = set(chance.sample(range(len(paths)), min(spliced, len(paths))))
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        for number, path in enumerate(paths):
            made: tuple[bytes, Site, Place] | None = None
            try:
                source = look(path.read_bytes(), count)
                count["files"] += 1
                if source is None:
                    continue
                replace_by_itself(source, count)
                guard_by_force(source, count)
                if number in chosen and (made := splice_in(source, chance)) is not None:
                    count["spliced"] += 1
                    holds(made[0], chance.choice(OPTIONS), fixes, Path(folder))
            except RecursionError:
                count["nested too deeply for the test"] += 1
            except (AssertionError, UnprovedError) as error:
                failed.append(f"{path}: {made and made[1:]}: {error}")
    assert not failed, "\n".join(failed)
    return count, fixes


def main() -> None:
    """Go through everything and print the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.corpus", description=__doc__)
    parser.add_argument("--spliced", type=int, default=SPLICED, help=f"files that get a site (default: {SPLICED})")
    parser.add_argument(
        "folders", nargs="*", type=Path, help="other folders (default: the library and the environment)"
    )
    arguments = parser.parse_args()
    paths = sorted(path for folder in arguments.folders for path in folder.rglob("*.py")) or files()
    started = time.monotonic()
    count, fixes = run(paths, arguments.spliced)
    print(", ".join(f"{number} {kind}" for kind, number in count.items()))
    print(f"{fixes}\n{time.monotonic() - started:.0f} s on Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
