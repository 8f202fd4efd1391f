"""The outcome as text for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.accuracy.corpus import Corpus
from tests.accuracy.labels import Label
from tests.accuracy.score import Score, total

HEAD = f"{'validated':>11}{'noisy':>8}{'missing':>9}"


@dataclass(frozen=True)
class Outcome:
    """What came of a run: each scanner's score in each category, its seconds, and what was left out."""

    corpus: Corpus
    scores: dict[str, dict[str, Score]]
    seconds: dict[str, float]
    left_out: list[str]


def text(outcome: Outcome, missing: bool) -> str:
    """A table for each category, one for all, and on request deflask's missing and noisy places."""
    lines = [line for category in outcome.corpus.labels for line in _category(outcome, category)]
    lines += [*_totals(outcome), *outcome.left_out]
    if missing:
        lines += _places(outcome)
    return "\n".join(lines).rstrip()


def as_json(outcome: Outcome, missing: bool) -> str:
    """The same for machines."""
    document: dict[str, object] = {
        "categories": {
            category: {
                **_labels(labels),
                "tools": {tool: _numbers(scores[category]) for tool, scores in outcome.scores.items()},
            }
            for category, labels in outcome.corpus.labels.items()
        },
        "groups": {
            group: {tool: _rates(scores, categories) for tool, scores in outcome.scores.items()}
            for group, categories in _groups(outcome).items()
        },
        "seconds": outcome.seconds,
        "left_out": outcome.left_out,
    }
    if missing:
        document["places"] = list(_places(outcome))
    return json.dumps(document, indent=2)


def _category(outcome: Outcome, category: str) -> Iterator[str]:
    counts = _labels(outcome.corpus.labels[category])
    yield f"{category}: {counts['on']} on, {counts['silent']} silent"
    yield f"  {'':<10}{HEAD}"
    for tool, scores in outcome.scores.items():
        yield f"  {tool:<10}{_row(scores[category])}"
    yield ""


def _totals(outcome: Outcome) -> Iterator[str]:
    for group, categories in _groups(outcome).items():
        counts = _labels([label for category in categories for label in outcome.corpus.labels[category]])
        seconds = group == "all"
        yield f"{group}: {counts['on']} on, {counts['silent']} silent"
        yield f"  {'':<10}{HEAD}{'precision':>11}{'recall':>9}{'seconds' if seconds else '':>9}".rstrip()
        for tool, scores in outcome.scores.items():
            whole = total(scores[category] for category in categories)
            taken = f"{outcome.seconds[tool]:>9.1f}" if seconds else ""
            yield f"  {tool:<10}{_row(whole)}{whole.precision:>11.1%}{whole.recall:>9.1%}{taken}"
        yield ""


def _groups(outcome: Outcome) -> dict[str, list[str]]:
    return {**outcome.corpus.groups(), "all": list(outcome.corpus.labels)}


def _row(score: Score) -> str:
    return f"{score.validated:>11}{len(score.noisy):>8}{len(score.missing):>9}"


def _numbers(score: Score) -> dict[str, int | float]:
    return {"validated": score.validated, "noisy": len(score.noisy), "missing": len(score.missing)}


def _labels(labels: list[Label]) -> dict[str, int]:
    on = sum(label.on for label in labels)
    return {"on": on, "silent": len(labels) - on}


def _rates(scores: dict[str, Score], categories: list[str]) -> dict[str, int | float]:
    whole = total(scores[category] for category in categories)
    return {**_numbers(whole), "precision": whole.precision, "recall": whole.recall}


def _places(outcome: Outcome) -> Iterator[str]:
    whole = total(outcome.scores["deflask"].values())
    yield from (f"noisy {outcome.corpus.origin(place)}" for place in whole.noisy)
    yield from (f"missing {outcome.corpus.origin(place)}" for place in whole.missing)
