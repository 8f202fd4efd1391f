"""deflask reports what a person judged to be on, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from tests.accuracy.corpus import CASES, RULE_LABELS, Corpus, distribution_labels, pinned
from tests.accuracy.environment import CACHE
from tests.accuracy.labels import Label, Place, read_labels
from tests.accuracy.notebooks import line_in_file
from tests.accuracy.score import Score, score, scores, total
from tests.accuracy.tools import Report, deflask
from tests.cases import FIXTURES
from tests.realworld.distributions import DownloadError

LEAST_PRECISION = 1.0
LEAST_RECALL = 0.98
LEAST_LABELS = 400
LEAST_SILENT = 100
CATEGORIES = sorted(path.name for path in CASES.iterdir())
LABEL_FILES = [*(CASES / category / "labels.txt" for category in CATEGORIES), RULE_LABELS]


def accurate(corpus: Corpus) -> Iterator[str]:
    """What is wrong with deflask's reports in a corpus, if they are too far from the labels."""
    whole = total(scores(deflask(corpus.tree).reports, corpus.labels).values())
    if whole.precision < LEAST_PRECISION:
        yield f"precision {whole.precision:.1%}, noisy:"
        yield from (f"  {corpus.origin(place)}" for place in whole.noisy)
    if whole.recall < LEAST_RECALL:
        yield f"recall {whole.recall:.1%}, missing:"
        yield from (f"  {corpus.origin(place)}" for place in whole.missing)


@pytest.mark.parametrize("add", [Corpus.add_cases, Corpus.add_rule_pairs], ids=["cases", "rule pairs"])
def test_deflask_agrees_with_the_labels(add: Callable[[Corpus], None], tmp_path: Path) -> None:
    """Nothing that is silent is reported, and hardly anything that is on is missed."""
    corpus = Corpus(tmp_path.resolve())
    add(corpus)
    if complaints := "\n".join(accurate(corpus)):
        pytest.fail(complaints, pytrace=False)


@pytest.mark.realworld
def test_deflask_agrees_with_the_labels_of_distributions(tmp_path: Path) -> None:
    """The same in programs that others published."""
    corpus = Corpus(tmp_path.resolve())
    try:
        corpus.add_distributions(CACHE / "distributions")
    except DownloadError as error:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(str(error))
    absent = [str(place) for place in _places(corpus.labels["distributions"]) if not _exists(corpus.tree, place)]
    assert not absent
    if complaints := "\n".join(accurate(corpus)):
        pytest.fail(complaints, pytrace=False)


def test_there_are_enough_labels() -> None:
    """Few programs prove little."""
    labels = [label for category in CATEGORIES for label in read_labels(CASES / category / "labels.txt")]
    assert len(labels) >= LEAST_LABELS
    assert sum(not label.on for label in labels) >= LEAST_SILENT


@pytest.mark.parametrize("category", CATEGORIES)
def test_category_has_labels(category: str) -> None:
    """A category says something."""
    assert read_labels(CASES / category / "labels.txt")


@pytest.mark.parametrize("category", CATEGORIES)
def test_cases_do_not_share_a_folder(category: str) -> None:
    """`x.py` and `x/` would be laid out in one place."""
    names = [path.stem for path in (CASES / category).iterdir()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", LABEL_FILES, ids=lambda file: file.relative_to(FIXTURES).as_posix())
def test_labels_name_lines_that_exist(file: Path) -> None:
    """A label that points nowhere would be missing for ever, or silent for ever."""
    assert not [str(place) for place in _places(read_labels(file)) if not _exists(file.parent, place)]


@pytest.mark.parametrize("file", LABEL_FILES, ids=lambda file: file.relative_to(FIXTURES).as_posix())
def test_labels_do_not_clash(file: Path) -> None:
    """No line is both on and silent, and no fact is labelled twice."""
    assert not list(_clashes(read_labels(file)))


def test_labels_of_distributions_do_not_clash() -> None:
    """The same for what others published."""
    assert not list(_clashes(distribution_labels()))


def test_labelled_distributions_are_pinned() -> None:
    """What cannot be fetched cannot be measured."""
    labelled = {place.path.partition("/")[0] for place in _places(distribution_labels())}
    assert labelled <= {pin.folder for pin in pinned()}


def _clashes(labels: list[Label]) -> Iterator[str]:
    for one, other in combinations(labels, 2):
        if one.places[0] == other.places[0] or (one.on != other.on and set(one.places) & set(other.places)):
            yield f"{one.places[0]} and {other.places[0]}"


def _places(labels: list[Label]) -> list[Place]:
    return [place for label in labels for place in label.places]


def _exists(folder: Path, place: Place) -> bool:
    file = folder / place.path
    return file.is_file() and 0 < place.line <= len(file.read_bytes().splitlines())


ON = Label.parse("a.py:3,b.py:1 on")
SILENT = Label.parse("a.py:9 silent")


def report(*places: str) -> Report:
    return Report(Place.parse(places[0]), frozenset(map(Place.parse, places)))


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([], Score(0, (), (Place("a.py", 3),))),
        ([report("a.py:2", "a.py:3")], Score(1, (), ())),
        ([report("a.py:3"), report("b.py:1")], Score(1, (), ())),
        ([report("a.py:9")], Score(0, (Place("a.py", 9),), (Place("a.py", 3),))),
        ([report("b.py:1"), report("b.py:2")], Score(1, (Place("b.py", 2),), ())),
    ],
)
def test_score(reports: list[Report], expected: Score) -> None:
    """A report counts by the lines that it names; one fact counts once."""
    assert score(reports, [ON, SILENT]) == expected


@pytest.mark.parametrize("line", ["a.py:3", "a.py on", "a.py:3,b.py on", "a.py:3 off", "a b.py:3 on"])
def test_what_is_no_label_is_refused(line: str, tmp_path: Path) -> None:
    """A slip in a label file is an error, not a label less."""
    file = tmp_path / "labels.txt"
    file.write_text(f"# why\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not a label"):
        read_labels(file)


def test_lines_of_notebooks() -> None:
    """Cells are counted from 1, with those that hold no code."""
    notebook = CASES / "notebooks" / "quickstart.ipynb"
    line = line_in_file(notebook, 4, 1)
    assert "app.run(debug=True, use_reloader=False)" in notebook.read_text(encoding="utf-8").splitlines()[line - 1]
    with pytest.raises(ValueError, match="no line 2 in cell 4"):
        line_in_file(notebook, 4, 2)
