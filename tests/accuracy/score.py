"""Reports against labels: what was validated, what is noise, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.accuracy.labels import Label, Place
from tests.accuracy.tools import Report


@dataclass(frozen=True)
class Score:
    """How far a scanner's reports and the labels agree."""

    validated: int
    noisy: tuple[Place, ...]
    missing: tuple[Place, ...]

    @property
    def precision(self) -> float:
        """The share of what it says that is so; 1 where it says nothing."""
        said = self.validated + len(self.noisy)
        return self.validated / said if said else 1.0

    @property
    def recall(self) -> float:
        """The share of what is so that it says; 1 where nothing is."""
        on = self.validated + len(self.missing)
        return self.validated / on if on else 1.0


def score(reports: Iterable[Report], labels: Iterable[Label]) -> Score:
    """A report is noise if it names no line of a label that is on; a label without a report is missing."""
    labels = list(labels)
    on = [label for label in labels if label.on]
    lines = {place for label in labels if label.on or label.open for place in label.places}
    reports = list(reports)
    named = {place for report in reports for place in report.places}
    missing = [label.places[0] for label in on if named.isdisjoint(label.places)]
    noisy = {report.at for report in reports if lines.isdisjoint(report.places)}
    return Score(len(on) - len(missing), tuple(sorted(noisy)), tuple(sorted(missing)))


def scores(reports: Iterable[Report], labels: dict[str, list[Label]]) -> dict[str, Score]:
    """The score in each category, to which a report belongs by its path."""
    by_category: dict[str, list[Report]] = {category: [] for category in labels}
    for report in reports:
        by_category[report.at.path.partition("/")[0]].append(report)
    return {category: score(by_category[category], labels[category]) for category in labels}


def total(parts: Iterable[Score]) -> Score:
    """Scores of several categories as one."""
    parts = list(parts)
    return Score(
        sum(part.validated for part in parts),
        tuple(place for part in parts for place in part.noisy),
        tuple(place for part in parts for place in part.missing),
    )
