"""What one file shows: gate, rules, doubts, suppressions, and what each fix would be."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import PurePath

from deflask.detect.module import Module
from deflask.detect.project import Project
from deflask.detect.values import Doubt
from deflask.files.errors import SourceError
from deflask.files.notebook import parse_file
from deflask.files.source import Source
from deflask.look import FindProject, worth_asking
from deflask.model import Applicability, Edit, EditKind, Finding, Place, Settings
from deflask.plan import Sighting
from deflask.rewrite import guard as guards
from deflask.rewrite.imports import Reader, reader
from deflask.rewrite.placement import place, top_line
from deflask.rules import Rule, matches
from deflask.rules._hit import Change, Hit

MOST_PLACES = 20_000
"""Findings in one file: no program has so many, and each is held against all others."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen, and in which module."""

    sightings: tuple[Sighting, ...]
    module: Module


def scan(data: bytes, path: str, settings: Settings, project_of: FindProject, parsed: Source | None = None) -> Scan:
    """Everything that is on with nothing set in `data`, or in its `parsed` source. Raises SourceError."""
    project = project_of(path)
    module = module_of(data, path, project, parsed)
    rules = tuple(rule for rule in worth_asking(data, path, settings, project) if not _ignored(rule, path, settings))
    hits = [(rule, hit) for rule in rules for hit in rule.check(module)]
    if len(hits) > MOST_PLACES:
        raise SourceError(f"more than {MOST_PLACES} places in it switch the debugger on")
    all_hits = [hit for _, hit in hits]
    hits = [(rule, hit) for rule, hit in hits if _settled(hit, all_hits, module)]
    sightings = (_sighting(rule, hit, module, settings) for rule, hit in hits)
    return Scan(tuple(sighting for sighting in sightings if sighting is not None), module)


def module_of(data: bytes, path: str, project: Project | None, parsed: Source | None = None) -> Module:
    """The module in a file's bytes. Raises SourceError."""
    if project is not None:
        project.begin(path)
        return project.module_from(data, path, parsed)
    return Module(parsed or parse_file(data, path), None, os.path.abspath(path))


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


def _sighting(rule: Rule, hit: Hit, module: Module, settings: Settings) -> Sighting | None:
    """The finding in the file that its edit changes, None where nothing is left to be done."""
    module.step()
    home = hit.definition.module if hit.definition else module
    readers: dict[Edit, Reader] = {}
    finding = _finding(rule, hit, module, settings, readers)
    if finding is None:
        return None
    instead = None
    if home is not module and hit.definition is not None:
        decided = _place(hit.definition.node, home)
        there = replace(hit, definition=None, changes=(), applicability=Applicability.MANUAL)
        there = replace(there, reason=f"decided in {decided.path}:{decided.line}")
        at_use = _finding(rule, there, module, settings, {})
        instead = replace(at_use, decided_at=decided) if at_use is not None else None
    silenced = not settings.ignore_suppressions and _silenced(rule, hit, module)
    known = tuple(readers.items())
    return Sighting(finding, home.location, module.location, silenced, instead, known, home.source.checksum)


def _silenced(rule: Rule, hit: Hit, module: Module) -> bool:
    """Whether a comment stands on a physical line of the call, of the flag, or of what decides it."""
    label = f"{rule.code} {rule.name}"
    places: list[tuple[ast.AST, Module]] = [(hit.node, module)]
    places += [(change.node, hit.definition.module if hit.definition else module) for change in hit.changes]
    if hit.definition is not None:
        places.append((hit.definition.node, hit.definition.module))
    if hit.decided_at is not None and hit.decided_at.path == module.source.path:
        places.append((hit.decided_at.node, module))
    return any(
        home.suppressions.covers(label, range(node.lineno, (node.end_lineno or node.lineno) + 1))
        for node, home in places
        if isinstance(node, (ast.expr, ast.stmt))
    )


def _finding(rule: Rule, hit: Hit, module: Module, settings: Settings, readers: dict[Edit, Reader]) -> Finding | None:
    home, node = (hit.definition.module, hit.definition.node) if hit.definition else (module, hit.node)
    applicability, reason = _edits(hit, home, settings, readers)
    guard = _guard(hit, module, home, settings)
    if not hit.changes and hit.serves and hit.reason is None:
        if guard.state in (guards.PRESENT, guards.NOT_NEEDED):
            return None
        if guard.state != guards.ADDED:
            applicability, reason = Applicability.MANUAL, guard.state.removeprefix("left: ")
    allowed = (Applicability.SAFE, *((Applicability.UNSAFE,) if settings.unsafe_fixes else ()))
    decided = hit.decided_at if hit.definition is None else None
    cell, span = home.source.in_cell(home.source.span(node))
    named = settings.env_var
    return Finding(
        rule=rule.code,
        name=rule.name,
        path=home.source.path,
        span=span,
        message=hit.message.replace("{env}", named),
        level="error" if hit.public else "warning",
        applicability=applicability,
        guard=guard.state,
        reason=reason.replace("{env}", named) if reason else None,
        cell=cell,
        decided_at=_place(decided.node, home.of_names(decided.names)) if decided else None,
        used_at=(_place(hit.node, module),) if hit.definition else (),
        notes=tuple(note.replace("{env}", named) for note in hit.notes),
        source=home.source.text(node.lineno).rstrip("\r\n"),
        edits=(*(_edit(change, home) for change in hit.changes), *guard_edits(guard, module)),
        fixable=applicability in allowed,
    )


def _place(node: ast.expr | ast.stmt, module: Module) -> Place:
    cell, line = module.source.place(node.lineno)
    return Place(module.source.path, line, cell)


def _edit(change: Change, module: Module) -> Edit:
    block, _ = module.index.place(change.node) or ((), 0)
    return Edit(change.kind, module.source.span(change.node), change.variable, change.text, alone=len(block) == 1)


def guard_edits(guard: guards.Guard, module: Module) -> tuple[Edit, ...]:
    """The edits that put a guard round its statements."""
    return tuple(Edit(EditKind.GUARD, module.source.span(statement)) for statement in guard.statements)


def _guard(hit: Hit, module: Module, home: Module, settings: Settings) -> guards.Guard:
    if not hit.serves:
        return guards.Guard(guards.NOT_NEEDED)
    guard = guards.plan(hit.node, module)
    if guard.state == guards.ADDED and settings.no_guard:
        return guards.Guard(guards.OPTION)
    if guard.state == guards.ADDED and home is not module:
        return guards.Guard(f"left: the run stands in {module.source.path}")
    return guard


def _edits(hit: Hit, home: Module, settings: Settings, readers: dict[Edit, Reader]) -> tuple[Applicability, str | None]:
    """How sure the edits are; what reads the environment at each of them goes into `readers`."""
    for change in hit.changes:
        if isinstance(change.node, ast.stmt):
            if guards.shares_line(change.node, home):
                return Applicability.MANUAL, "other code shares its line"
            continue
        if change.text is not None:
            continue
        edit = _edit(change, home)
        read = reader(change.node, home)
        obstacle = _obstacle(edit, change.node, read, home, settings.env_var)
        if obstacle is not None:
            return Applicability.MANUAL, obstacle
        if read is not None:
            readers[edit] = read
    return hit.applicability, hit.reason


def _obstacle(edit: Edit, node: ast.AST, read: Reader | None, module: Module, env_var: str) -> str | None:
    """Why an expression cannot become a read of the environment, None where it can."""
    if any(isinstance(parent, ast.JoinedStr) for parent in module.index.ancestors(node)):
        return "it stands in an f-string"
    if read is None:
        return "`os` and `environ` are both taken by something else here"
    variable = edit.variable or env_var
    if ast.unparse(node) == f"{read.getter}('{variable}') == '1'":
        return f"it reads {variable} already, which the program sets itself"
    source = module.source
    if read.statement and not place(read.statement, top_line(edit.span.line, source), source, False):
        return "no import can be put above it, on a line of its own"
    return None
