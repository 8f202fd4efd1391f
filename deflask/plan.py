"""Which file each finding belongs to: that of its edit, however many files use what stands there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deflask.model import Applicability, Edit, Finding

if TYPE_CHECKING:
    from deflask.rewrite.imports import Reader


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding as one place shows it. `location` is the absolute path of the file that its edit would change.

    `instead` is the finding at the place itself, for where that file is not among those to be edited; `seen_from` is
    the location of the file whose scan showed it; `checksum` is that of the source in which the edit would stand.
    """

    finding: Finding
    location: str
    seen_from: str
    suppressed: bool = False
    instead: Finding | None = None
    readers: tuple[tuple[Edit, Reader], ...] = ()
    checksum: int = 0


@dataclass(slots=True)
class Plan:
    """What is to be done in one file, and the locations of the files that showed it."""

    findings: list[Finding] = field(default_factory=list)
    readers: dict[Edit, Reader] = field(default_factory=dict)
    suppressed: int = 0
    seen_from: set[str] = field(default_factory=set)
    checksums: set[int] = field(default_factory=set)


def gather(sightings: Iterable[Sighting], editable: Collection[str]) -> dict[str, Plan]:
    """The plan of each file, by its location; two sightings of one place are one finding with both uses."""
    grouped: dict[tuple[str, object], list[Sighting]] = {}
    for sighting in sightings:
        here = sighting
        if sighting.location not in editable and sighting.instead is not None:
            here = replace(sighting, finding=sighting.instead, location=sighting.seen_from, readers=())
        key = (here.location, (here.finding.rule, here.finding.span, here.finding.cell))
        grouped.setdefault(key, []).append(here)
    plans: dict[str, Plan] = {}
    for (location, _), group in grouped.items():
        plan = plans.setdefault(location, Plan())
        shown = [sighting for sighting in group if not sighting.suppressed]
        if not shown:
            plan.suppressed += 1
            continue
        plan.findings.append(_merged([sighting.finding for sighting in shown]))
        plan.seen_from.update(sighting.seen_from for sighting in shown)
        plan.checksums.update(sighting.checksum for sighting in shown)
        for sighting in shown:
            plan.readers.update(sighting.readers)
    for plan in plans.values():
        plan.findings.sort(key=lambda finding: finding.order)
    return plans


def unmasked(finding: Finding) -> Finding:
    """A finding that only the fixes of this run bring to life."""
    reason = "it comes to life with the other fixes: run deflask again"
    return replace(finding, applicability=Applicability.MANUAL, reason=reason, fixable=False)


def _merged(findings: list[Finding]) -> Finding:
    """One finding for all that say the same; the most cautious of them decides how it can be fixed."""
    first = max(findings, key=lambda finding: _CAUTION.index(finding.applicability.value))
    return replace(
        first,
        level=max((finding.level for finding in findings), key=("warning", "error").index),
        used_at=tuple(sorted({place for f in findings for place in f.used_at}, key=lambda place: place.order)),
        notes=tuple(dict.fromkeys(note for finding in findings for note in finding.notes)),
        edits=tuple(dict.fromkeys(edit for finding in findings for edit in finding.edits)) if first.edits else (),
    )


_CAUTION = ("safe", "unsafe", "manual")
