"""The labelled programs, laid out in one tree: `CATEGORY/CASE/…`, every case a project of its own."""

from __future__ import annotations

import ast
import csv
import shutil
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.accuracy.labels import Label, Place, read_labels
from tests.cases import FIXTURES
from tests.realworld.distributions import DISTRIBUTIONS, Distribution, archives_of, unpack

CASES = FIXTURES / "accuracy"
RULE_LABELS = FIXTURES / "labels.txt"
RULE = "rule-"
DISTRIBUTED = "distributions"
OFF_BY_DEFAULT = ("import-time-run", "loose-env-flag")
SITES = Path(__file__).parent.parent / "realworld" / "sites.txt"
DISTRIBUTION_LABELS = Path(__file__).with_name("distributions.txt")
DISTRIBUTION_PINS = Path(__file__).with_name("distributions.csv")
# A rule's case is one file of a project of which nothing else is shown. That the project has to do with Flask is said
# by this module, and a name that is also a library's would make the file import itself.
REST_OF_PROJECT = ("rest_of_the_project.py", "from flask import Blueprint\n")
NAMES_WITH_MEANING = ("__init__", "__main__", "conftest")


@dataclass
class Corpus:
    """What lies in a tree: the labels of each category, and where each file came from."""

    tree: Path
    labels: dict[str, list[Label]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def origin(self, place: Place) -> Place:
        """The place in this repository or in a distribution."""
        return place._replace(path=self.origins.get(place.path, place.path))

    def groups(self) -> dict[str, list[str]]:
        """The categories of each source of programs."""
        found: dict[str, list[str]] = {}
        for category in self.labels:
            group = "rule pairs" if category.startswith(RULE) else "cases"
            found.setdefault("distributions" if category == DISTRIBUTED else group, []).append(category)
        return found

    def add_cases(self) -> None:
        """Every category of `fixtures/accuracy`."""
        for category in sorted(CASES.iterdir()):
            self._add_category(category)

    def add_rule_pairs(self) -> None:
        """The pairs of every rule that is on by default, each a program of its own."""
        moved: dict[str, dict[str, str]] = {}
        for file in sorted(FIXTURES.rglob("*.in.py")):
            rule, kind, *rest = file.relative_to(FIXTURES).parts
            if rule in OFF_BY_DEFAULT or not _is_python(file):
                continue
            stem = rest.pop().removesuffix(".in.py")
            case = "-".join((kind, *rest, stem))
            name = stem if stem in NAMES_WITH_MEANING else f"{stem}_case"
            target = "/".join((case, *rest, f"{name}.py"))
            moved.setdefault(rule, {})[file.relative_to(FIXTURES).as_posix()] = target
            self._copy(file, f"{RULE}{rule}/{target}", f"{RULE}{rule}")
            (self.tree / f"{RULE}{rule}" / case / REST_OF_PROJECT[0]).write_text(REST_OF_PROJECT[1], encoding="utf-8")
        labels = read_labels(RULE_LABELS)
        for rule, paths in moved.items():
            self._label(f"{RULE}{rule}", [label for label in labels if label.places[0].path in paths], paths)

    def add_distributions(self, cache: Path) -> None:
        """The labelled source distributions, fetched into `cache` if they are not there."""
        labels = distribution_labels()
        folders = {label.places[0].path.partition("/")[0] for label in labels}
        cache.mkdir(parents=True, exist_ok=True)
        archives = archives_of([pin for pin in pinned() if pin.folder in folders], cache)
        for archive in archives.values():
            unpack(archive, self.tree / DISTRIBUTED)
        self._label(DISTRIBUTED, labels, {})

    def _add_category(self, category: Path) -> None:
        moved = {}
        for entry in sorted(category.iterdir()):
            if entry.name == "labels.txt":
                continue
            for file in [entry] if entry.is_file() else sorted(path for path in entry.rglob("*") if path.is_file()):
                path = file.relative_to(category).as_posix()
                moved[path] = f"{entry.stem}/{path}" if entry.is_file() else path
                self._copy(file, f"{category.name}/{moved[path]}", category.name)
        self._label(category.name, read_labels(category / "labels.txt"), moved)

    def _label(self, category: str, labels: list[Label], moved: dict[str, str]) -> None:
        self.labels[category] = [
            replace(
                label, places=tuple(Place(f"{category}/{moved.get(path, path)}", line) for path, line in label.places)
            )
            for label in labels
        ]

    def _copy(self, file: Path, target: str, category: str) -> None:
        path = self.tree / target
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, path)
        case = target.removeprefix(f"{category}/").partition("/")[0]
        (self.tree / category / case / "pyproject.toml").touch()
        self.origins[target] = file.relative_to(FIXTURES.parent).as_posix()


def pinned() -> list[Distribution]:
    """The distributions that are labelled, or could be: a table `requirement,folder,sha256` adds to the four to fix."""
    if not DISTRIBUTION_PINS.exists():
        return list(DISTRIBUTIONS)
    with DISTRIBUTION_PINS.open(encoding="utf-8", newline="") as table:
        return [*DISTRIBUTIONS, *(Distribution(**row) for row in csv.DictReader(table))]


def distribution_labels() -> list[Label]:
    """The judged places of the distributions; a list made for this purpose outweighs that of the sites to fix."""
    labels = read_labels(DISTRIBUTION_LABELS) if DISTRIBUTION_LABELS.exists() else []
    known = {label.places[0].path.partition("/")[0] for label in labels}
    lines = [line for line in SITES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    sites = [Label((Place.parse(line.split()[0]),), True) for line in lines if line.partition("/")[0] not in known]
    return labels + sites


def _is_python(file: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(file.read_bytes())
        except (SyntaxError, ValueError):
            return False
    return True
