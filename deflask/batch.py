"""The files of one run, looked at together: an edit may stand in another file than the place that asks for it."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.files.collector import Litter
from deflask.files.errors import SourceError, WriteError
from deflask.files.read import read
from deflask.look import FindProject, is_worth_it
from deflask.model import FileResult, Finding, Place, Settings, Status
from deflask.plan import Plan, Sighting, gather, unmasked
from deflask.unit import REPORT, Unit

if TYPE_CHECKING:
    from deflask.detect.module import Module
    from deflask.detect.project import Project
    from deflask.files.source import Source
    from deflask.processes import Seen
    from deflask.rewrite.fix import Rewritten
    from deflask.scan import Scan

Watch = Callable[[Sequence[Unit]], Iterator[Unit]]
"""Hands on the files that are looked at, one by one, and shows how far it is."""


class Batch:
    """Looks at files, settles which of them each finding belongs to, and rewrites them."""

    def __init__(self, project_of: FindProject) -> None:
        self._project_of = project_of
        self._litter = Litter()
        self._all: list[Unit] = []
        self._units: dict[str, Unit] = {}
        """Those of a run that shows anything, by location."""
        self._plans: dict[str, Plan] = {}

    def add(self, path: str, settings: Settings, data: bytes | None = None, shut: bool = False) -> Unit:
        """Take in one file."""
        unit = Unit(path, settings, data, shut)
        self._all.append(unit)
        return unit

    def look(self, jobs: int = 1, watch: Watch = iter) -> None:
        """Look at all files that are not shut, in at most so many processes. Their trouble is their own result."""
        units = [unit for unit in self._all if not unit.shut]
        if jobs < 2 or len(units) < 2 or not _are_worth_it(units):
            for unit in watch(units):
                self._look(unit)
            return
        from deflask.processes import look_in_several

        for unit, seen in zip(watch(units), look_in_several(units, self._seen, jobs), strict=True):
            unit.sightings, unit.error, unit.data = seen.sightings, seen.error, unit.data or seen.data
            unit.identity = seen.identity
            if seen.notes and (project := self._project_of(unit.path)) is not None:
                project.notes += [note for note in seen.notes if note not in project.notes]

    def _look(self, unit: Unit) -> None:
        found = unit.guarded(lambda: self._scan(unit, unit.read(), self._project_of))
        if found is not None and found.sightings:
            unit.sightings, unit.module = found.sightings, found.module

    def _seen(self, unit: Unit) -> Seen:
        """What a look at a file comes to, for another process."""
        project = self._project_of(unit.path)
        known = len(project.notes) if project is not None else 0
        self._look(unit)
        data = unit.module.source.as_file(unit.module.source.data) if unit.module is not None else None
        notes = tuple(project.notes[known:]) if project is not None else ()
        # What it was parsed into stays here no longer than this process.
        unit.module = None
        from deflask.processes import Seen

        return Seen(unit.sightings, unit.error, data, unit.identity, notes)

    def _scan(self, unit: Unit, data: bytes, project_of: FindProject, parsed: Source | None = None) -> Scan | None:
        """What a file shows; nearly all show nothing, and for those nothing more is imported."""
        if not is_worth_it(data, unit.path, unit.settings, project_of):
            return None
        from deflask.scan import scan

        self._litter.add(len(data))
        return scan(data, unit.path, unit.settings, project_of, parsed)

    def settle(self) -> None:
        """Sort out which file each finding belongs to."""
        sightings = [sighting for unit in self._all for sighting in unit.sightings]
        if sightings:
            self._units = {unit.location: unit for unit in self._all}
            self._plans = self._gathered(sightings)

    def _gathered(self, sightings: Iterable[Sighting]) -> dict[str, Plan]:
        plans = gather(sightings, self._units.keys())
        for location, plan in plans.items():
            plan.findings = [self._as_called(finding, location) for finding in plan.findings]
        return plans

    def _as_called(self, finding: Finding, location: str) -> Finding:
        """A finding with the names that the user has for its files."""
        uses = tuple(self._called(place) for place in finding.used_at)
        decided = self._called(finding.decided_at) if finding.decided_at else None
        return replace(finding, path=self._units[location].path, used_at=uses, decided_at=decided)

    def _called(self, place: Place) -> Place:
        unit = self._units.get(os.path.abspath(place.path))
        return replace(place, path=unit.path) if unit is not None else place

    def rewrite(self) -> None:
        """Rewrite what can be fixed, then look again at all files that have to do with it."""
        changing = [unit for unit in self._units.values() if any(f.fixable for f in self._plan(unit).findings)]
        for unit in changing:
            unit.rewritten = unit.guarded(lambda unit=unit: self._rewritten(unit))  # type: ignore[misc]
        changed = {unit.location: unit.output for unit in changing if unit.output is not None}
        if changed:
            self._look_again(changed)

    def _rewritten(self, unit: Unit) -> Rewritten:
        # LibCST is needed only now.
        from deflask.rewrite.fix import rewrite

        plan = self._plan(unit)
        wanted = [finding for finding in plan.findings if finding.fixable]
        module = self._module(unit)
        rewritten = rewrite(module, wanted, plan.readers, unit.settings)
        unit.output = module.source.as_file(rewritten.data)
        return rewritten

    def _module(self, unit: Unit) -> Module:
        """The module of a file, also of one in which only others have seen something."""
        if unit.module is not None:
            return unit.module
        unit.module = self._parsed(unit)
        assert unit.module is not None, "a finding belongs to a file that was parsed"
        if self._plan(unit).checksums - {unit.module.source.checksum}:
            raise SourceError("the file changed while it was examined")
        return unit.module

    def _parsed(self, unit: Unit) -> Module | None:
        project = self._project_of(unit.path)
        if unit.data is None:
            return project.module_at(unit.location) if project is not None else None
        from deflask.scan import module_of

        return module_of(unit.data, unit.path, project)

    def _bytes(self, unit: Unit) -> bytes:
        """The bytes that were looked at."""
        source = self._module(unit).source
        return source.as_file(source.data)

    def _look_again(self, changed: dict[str, bytes]) -> None:
        """Nothing that was fixed may be found again; what a fix unmasks is a finding of its own."""
        projects: dict[Project, Project] = {}

        def project_of(path: str) -> Project | None:
            project = self._project_of(path)
            if project is None:
                return None
            return projects.setdefault(project, project.with_changes(changed))

        affected = {location: None for c in changed for location in (c, *sorted(self._plans[c].seen_from))}
        sightings: list[Sighting] = []
        for unit in (self._units[location] for location in affected):
            again = unit.guarded(lambda unit=unit: self._scan_again(unit, changed, project_of))  # type: ignore[misc]
            sightings += again.sightings if again is not None else ()
        for location, plan in self._gathered(sightings).items():
            self._compare(self._units[location], plan)

    def _scan_again(self, unit: Unit, changed: dict[str, bytes], project_of: FindProject) -> Scan | None:
        data = changed.get(unit.location)
        if data is None or unit.rewritten is None:
            return self._scan(unit, unit.read(), project_of)
        return self._scan(unit, data, project_of, unit.rewritten.source)

    def _compare(self, unit: Unit, after: Plan) -> None:
        """Hold what is found after the fix against what was fixed."""
        places = unit.rewritten.places if unit.rewritten is not None else frozenset()
        for finding in after.findings:
            if any(edit.span in places and edit.kind.name != "GUARD" for edit in finding.edits):
                unit.error = f"{finding.rule} is found again where it was fixed: {REPORT}"
        plan = self._plans.setdefault(unit.location, Plan())
        known = Counter((finding.rule, finding.message) for finding in plan.findings)
        plan.findings += [unmasked(f) for f in after.findings if not known[f.rule, f.message]]

    def _plan(self, unit: Unit) -> Plan:
        return (self._plans and self._plans.get(unit.location)) or Plan()

    def result(self, unit: Unit) -> FileResult:
        """The outcome for one file; nothing is written yet."""
        plan = self._plan(unit)
        findings = tuple(plan.findings)
        if unit.error is not None:
            return FileResult(unit.path, Status.ERROR, findings, unit.error, suppressed=plan.suppressed)
        if unit.rewritten is None:
            status = Status.UNFIXED if findings else Status.CLEAN
            status = Status.WOULD_FIX if any(finding.fixable for finding in findings) else status
            return FileResult(unit.path, status, findings, suppressed=plan.suppressed)
        return self._changed(unit, unit.rewritten, findings, plan.suppressed)

    def _changed(self, unit: Unit, rewritten: Rewritten, findings: tuple[Finding, ...], suppressed: int) -> FileResult:
        from deflask.rewrite.diff import unified

        others = [finding for finding in findings if not finding.fixable]
        together = tuple(sorted([*rewritten.findings, *others], key=lambda finding: finding.order))
        before, after = self._bytes(unit), unit.output
        if after == before or after is None:
            return FileResult(unit.path, Status.UNFIXED, together, suppressed=suppressed)
        diff = unified(before, after, unit.path)
        return FileResult(unit.path, Status.WOULD_FIX, together, None, diff, after, suppressed)

    def write(self, unit: Unit) -> FileResult:
        """The outcome for one file, written in place where it changes."""
        result = self.result(unit)
        if result.output is None:
            return result
        from deflask.files.write import write

        try:
            write(unit.path, self._bytes(unit), result.output, unit.identity)
        except WriteError as error:
            return replace(result, status=Status.ERROR, error=str(error), diff=None, output=None)
        return fixed(result)

    def written(self, unit: Unit) -> FileResult:
        """The outcome for one file that may have been written when the run was interrupted."""
        result = self.result(unit)
        with contextlib.suppress(SourceError):
            if result.output is not None and read(unit.path)[0] == result.output:
                return fixed(result)
        return result


def _are_worth_it(units: Sequence[Unit]) -> bool:
    """Whether there is enough to look at for several processes; most runs have not even two files."""
    from deflask.processes import are_enough

    return are_enough(units)


def fixed(result: FileResult) -> FileResult:
    """The result of a fix whose output has been written."""
    findings = tuple(replace(finding, fixed=finding.fixable) for finding in result.findings)
    return replace(result, status=Status.FIXED, findings=findings)
