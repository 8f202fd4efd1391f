"""The scanners that are compared: how each is run over a tree, and what its report names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from tests.accuracy.environment import BANDIT, SEMGREP, installed
from tests.accuracy.labels import Place
from tests.accuracy.notebooks import line_in_file
from tests.cases import FIXTURES

RULE = Path(__file__).with_name("semgrep.yaml")


@dataclass(frozen=True)
class Report:
    """One thing that a scanner reports: its first line, and every line that it names."""

    at: Place
    places: frozenset[Place]


@dataclass(frozen=True)
class Run:
    """What a scanner reports in a tree, and how long it took."""

    reports: frozenset[Report]
    seconds: float


def deflask(tree: Path) -> Run:
    """`deflask check`, as this repository has it."""
    command = [sys.executable, "-m", "deflask", "check", "--isolated", "--output-format", "json", "."]
    return _run(command, tree, _of_deflask, {"PYTHONPATH": str(FIXTURES.parent)})


def bandit(tree: Path) -> Run:
    """Bandit's B201."""
    return _run([str(installed(BANDIT) / "bandit"), "-q", "-r", "-t", "B201", "-f", "json", "."], tree, _of_bandit)


def ruff(tree: Path) -> Run:
    """Ruff's S201."""
    options = ["--isolated", "--no-cache", "--select", "S201", "--output-format", "json"]
    return _run([sys.executable, "-m", "ruff", "check", *options, "."], tree, _of_ruff)


def semgrep(tree: Path) -> Run:
    """Semgrep with a rule that asks deflask's question."""
    programs = installed(SEMGREP)
    options = ["--metrics=off", "--disable-version-check", "--no-git-ignore", "--quiet", "--json", "--jobs=2"]
    command = [str(programs / "semgrep"), "scan", "--config", str(RULE), *options, "."]
    return _run(command, tree, _of_semgrep, {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})


TOOLS: dict[str, Callable[[Path], Run]] = {"deflask": deflask, "bandit": bandit, "ruff": ruff, "semgrep": semgrep}


def _run(
    command: list[str],
    tree: Path,
    read: Callable[[Any, Path], Iterable[Report]],
    environment: dict[str, str] | None = None,
) -> Run:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=tree, env={**os.environ, **(environment or {})}, capture_output=True)
    seconds = time.perf_counter() - start
    try:
        output = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{said}") from None
    return Run(frozenset(read(output, tree)), seconds)


def _lines(path: str, first: int, last: int) -> frozenset[Place]:
    return frozenset(Place(path, line) for line in range(first, last + 1))


def _in_tree(path: str, tree: Path) -> str:
    pure = PurePath(path)
    return (pure.relative_to(tree) if pure.is_absolute() else pure).as_posix()


def _of_deflask(output: Any, tree: Path) -> Iterable[Report]:
    for finding in output["findings"]:
        place = _deflask_place(finding, tree, finding["line"])
        last = _deflask_place(finding, tree, finding["end_line"])
        others = [*finding["used_at"], *filter(None, [finding["decided_at"]])]
        named = frozenset(_deflask_place(other, tree, other["line"]) for other in others)
        yield Report(place, named | _lines(place.path, place.line, last.line))


def _deflask_place(entry: Any, tree: Path, line: int) -> Place:
    path, cell = _in_tree(entry["path"], tree), entry.get("cell")
    return Place(path, line if cell is None else line_in_file(tree / path, cell, line))


def _of_bandit(output: Any, tree: Path) -> Iterable[Report]:
    for result in output["results"]:
        path, lines = _in_tree(result["filename"], tree), result["line_range"]
        yield Report(Place(path, lines[0]), _lines(path, lines[0], lines[-1]))


def _of_ruff(output: Any, tree: Path) -> Iterable[Report]:
    for problem in output:
        path, cell = _in_tree(problem["filename"], tree), problem["cell"]
        rows = [problem[end]["row"] for end in ("location", "end_location")]
        first, last = rows if cell is None else [line_in_file(tree / path, cell, row) for row in rows]
        if problem["code"] == "S201":  # and not a file that Ruff cannot parse
            yield Report(Place(path, first), _lines(path, first, last))


def _of_semgrep(output: Any, tree: Path) -> Iterable[Report]:
    for result in output["results"]:
        path = _in_tree(result["path"], tree)
        yield Report(Place(path, result["start"]["line"]), _lines(path, result["start"]["line"], result["end"]["line"]))
