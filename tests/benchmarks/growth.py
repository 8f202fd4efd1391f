"""Whether time grows with the work and not faster: seconds of CPU for each finding, line and file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.benchmarks import made
from tests.benchmarks.clock import Job, Taken, alternate
from tests.benchmarks.table import Row, Table, Target
from tests.benchmarks.workshop import Workshop, deflask

_FINDINGS = (1, 1_000, 2_000, 4_000, 10_000)
_LINES = (100, 10_000, 20_000, 50_000, 100_000)
_FILES = (1, 250, 500, 1_000)
_FLAT = 1.3
"""How much more one of the most may take than one of the fewest: a machine that others use, too, measures no better."""


def findings(shop: Workshop) -> Table:
    """Many findings in one file."""

    def job(count: int) -> Job:
        folder = shop.write(f"findings/{count}/app.py", made.findings(count)).parent
        return deflask(folder, "diff", "app.py", codes=(1,), says=f"{count} would be fixed")

    return _table(shop, "findings", "findings in one file", _FINDINGS, job)


def lines(shop: Workshop) -> Table:
    """Many lines around one finding."""

    def job(count: int) -> Job:
        folder = shop.write(f"lines/{count}/app.py", made.lines(count)).parent
        return deflask(folder, "diff", "app.py", codes=(1,), says="1 would be fixed")

    return _table(shop, "lines", "lines of one file, one finding", _LINES, job)


def files(shop: Workshop) -> Table:
    """Many files that import each other, a finding in each."""

    def job(count: int) -> Job:
        folder = shop.folder / "files" / str(count)
        made.ring(folder, count)
        return deflask(folder, "check", "--isolated", ".", codes=(1,), says=f"{count} finding")

    return _table(shop, "files", "files that import each other, a finding in each", _FILES, job)


def _table(shop: Workshop, name: str, title: str, counts: Sequence[int], job: Callable[[int], Job]) -> Table:
    jobs = [job(count) for count in counts]
    rows, target = grown(f"deflask {jobs[0].command[1]}", counts, alternate(jobs, shop.turns))
    return Table(name, title, rows, [target], (), "CPU for one", shop.turns)


def grown(label: str, counts: Sequence[int], taken: Sequence[Taken]) -> tuple[list[Row], Target]:
    """The rows of a growth and its target; what the first count takes is no growth, and taken off from the others."""
    more = list(zip(counts[1:], taken[1:], strict=True))
    units = [(each.cpu - taken[0].cpu) / (count - counts[0]) for count, each in more]
    figures = ["", *(f"{unit * 1e6:.1f} µs" for unit in units)]
    rows = [
        Row(f"{label}, {count:,}", each, figure) for count, each, figure in zip(counts, taken, figures, strict=True)
    ]
    return rows, Target("one of the most to one of the fewest", units[-1] / units[0], None, _FLAT)
