"""The findings of one file: gate, rules, doubts, suppressions, and what its fix would be."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import PurePath

from deflask.detect import suppressions
from deflask.detect.gate import Gate
from deflask.detect.module import Module
from deflask.detect.project import Project
from deflask.detect.values import Doubt
from deflask.files.source import parse
from deflask.model import Applicability, Edit, EditKind, Finding, Place, Settings
from deflask.rewrite import guard as guards
from deflask.rewrite.imports import Reader, reader
from deflask.rewrite.placement import place, top_line
from deflask.rules import Rule, chosen, matches
from deflask.rules._hit import Hit


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found; `module` is None where the gate kept the file shut, `readers` say how each edit reads."""

    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    module: Module | None = None
    readers: dict[Edit, Reader] = field(default_factory=dict)


@lru_cache(maxsize=8)
def _rules(settings: Settings) -> tuple[tuple[Rule, ...], Gate]:
    rules = tuple(chosen(settings.select, settings.extend_select, settings.ignore))
    return rules, Gate(trigger for rule in rules for trigger in rule.triggers)


FindProject = Callable[[str], Project | None]
"""The project of a file, None where only the file itself is to be seen."""


def scan(data: bytes, path: str, settings: Settings, project_of: FindProject) -> Scan:
    """Everything that is on with nothing set in `data`. Raises SourceError where it is not Python."""
    rules, gate = _rules(settings)
    if not gate.opens(data):
        return Scan()
    rules = tuple(rule for rule in rules if not _ignored(rule, path, settings))
    project = project_of(path)
    if project is not None:
        project.begin(path)
    module = Module(parse(data, path), project, os.path.abspath(path) if project is not None else path)
    hits = [(rule, hit) for rule in rules for hit in rule.check(module)]
    hits = [(rule, hit) for rule, hit in hits if _settled(hit, [other for _, other in hits], module)]
    comments = suppressions.read(module.source) if hits and not settings.ignore_suppressions else None
    findings: list[Finding] = []
    readers: dict[Edit, Reader] = {}
    suppressed = 0
    for rule, hit in hits:
        finding = _finding(rule, hit, module, settings, readers)
        if finding is None:
            continue
        if comments and any(comments.covers(f"{rule.code} {rule.name}", lines) for lines in _lines(hit, module)):
            suppressed += 1
        else:
            findings.append(finding)
    findings.sort(key=lambda finding: (finding.span, finding.rule))
    return Scan(tuple(findings), suppressed, module, readers)


def _ignored(rule: Rule, path: str, settings: Settings) -> bool:
    """Whether `per-file-ignores` leaves a rule out for a path: by the file's name or its place under the root."""
    pure = PurePath(path)
    if settings.root is not None:
        absolute = PurePath(os.path.abspath(path))
        pure = absolute.relative_to(settings.root) if absolute.is_relative_to(settings.root) else pure
    return any(
        any(fnmatch(name, pattern) for name in (pure.as_posix(), pure.name))
        and any(matches(rule, selector) for selector in selectors)
        for pattern, selectors in settings.per_file_ignores
    )


def _settled(hit: Hit, hits: list[Hit], module: Module) -> bool:
    """A hit under a condition that reads configuration counts only if every branch of that condition is on."""
    return all(_every_branch_is_on(doubt, hits, module) for doubt in hit.doubts)


def _every_branch_is_on(doubt: Doubt, hits: list[Hit], module: Module) -> bool:
    statement = doubt.statement
    if not isinstance(statement, (ast.If, ast.IfExp)):
        return False
    branches = [getattr(statement, name) for name in ("body", "orelse")]
    return all(any(_within(hit.node, branch, module) for hit in hits) for branch in branches)


def _within(node: ast.AST, branch: ast.AST | list[ast.stmt], module: Module) -> bool:
    parts = branch if isinstance(branch, list) else [branch]
    return any(part in (node, *module.index.ancestors(node)) for part in parts)


def _lines(hit: Hit, module: Module) -> list[range]:
    """The physical lines on which a comment silences a hit: those of the call, the flag and what decides it."""
    here = hit.decided_at.node if hit.decided_at and hit.decided_at.path == module.source.path else None
    nodes = [hit.node, *(change.node for change in hit.changes), here]
    return [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in nodes
        if isinstance(node, (ast.expr, ast.stmt))
    ]


def _finding(rule: Rule, hit: Hit, module: Module, settings: Settings, readers: dict[Edit, Reader]) -> Finding | None:
    source = module.source
    edits = {Edit(c.kind, source.span(c.node), c.variable): c.node for c in hit.changes}
    applicability, reason = hit.applicability, hit.reason
    for edit, node in edits.items():
        read = reader(node, module)
        obstacle = _obstacle(edit, node, read, module)
        if obstacle is not None:
            applicability, reason = Applicability.MANUAL, obstacle
        elif read is not None:
            readers[edit] = read
    guard = guards.plan(hit.node, module) if hit.serves else guards.Guard(guards.NOT_NEEDED)
    if guard.state == guards.ADDED and settings.no_guard:
        guard = guards.Guard(guards.OPTION)
    if not hit.changes and hit.serves:
        if guard.state in (guards.PRESENT, guards.NOT_NEEDED):
            return None
        if guard.state != guards.ADDED:
            applicability, reason = Applicability.MANUAL, guard.state.removeprefix("left: ")
    allowed = (Applicability.SAFE, *((Applicability.UNSAFE,) if settings.unsafe_fixes else ()))
    guarded = tuple(Edit(EditKind.GUARD, source.span(statement)) for statement in guard.statements)
    decided = hit.decided_at
    named = settings.env_var
    return Finding(
        rule=rule.code,
        name=rule.name,
        path=source.path,
        span=source.span(hit.node),
        message=hit.message.replace("{env}", named),
        level="error" if hit.public else "warning",
        applicability=applicability,
        guard=guard.state,
        reason=reason.replace("{env}", named) if reason else None,
        decided_at=Place(decided.path, decided.node.lineno) if decided else None,
        notes=tuple(note.replace("{env}", named) for note in hit.notes),
        source=source.text(hit.node.lineno).rstrip("\r\n"),
        edits=(*edits, *guarded),
        fixable=applicability in allowed,
    )


def _obstacle(edit: Edit, node: ast.expr, read: Reader | None, module: Module) -> str | None:
    """Why an expression cannot become a read of the environment, None where it can."""
    if any(isinstance(parent, ast.JoinedStr) for parent in module.index.ancestors(node)):
        return "it stands in an f-string"
    if read is None:
        return "`os` and `environ` are both taken by something else here"
    source = module.source
    if read.statement and not place(read.statement, top_line(edit.span.line, source), source, False):
        return "no import can be put above it, on a line of its own"
    return None
