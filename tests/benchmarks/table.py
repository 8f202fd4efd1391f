"""What was measured, as a table of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tests.benchmarks.clock import Job, Taken

_WIDTH = 54


@dataclass(frozen=True)
class Row:
    """A command, its medians, and a figure that follows from them as it is shown in the last column."""

    label: str
    taken: Taken
    figure: str = ""


@dataclass(frozen=True)
class Target:
    """What is to be reached: a value, what it would be if CPU seconds were compared, and the bound of the first."""

    what: str
    value: float
    by_cpu: float | None
    bound: float
    unit: str = "x"
    least: bool = False
    """Whether the bound is the least value, not the most."""

    @property
    def reached(self) -> bool:
        """Whether the value is within the bound."""
        return self.value >= self.bound if self.least else self.value <= self.bound


@dataclass(frozen=True)
class Table:
    """One comparison: its rows, its targets, and what is left out and why."""

    name: str
    title: str
    rows: Sequence[Row]
    targets: Sequence[Target] = ()
    left_out: Sequence[str] = ()
    head: str = ""
    turns: int = 1


def compared(jobs: Sequence[Job], taken: Sequence[Taken]) -> list[Row]:
    """Rows whose figure says how many times as long as the first each command takes."""
    return [
        Row(job.label, each, f"{each.seconds / taken[0].seconds:.2f}x") for job, each in zip(jobs, taken, strict=True)
    ]


def ratio(what: str, over: Taken, under: Taken, bound: float, least: bool = False) -> Target:
    """A target for how many times as long one command takes as another."""
    return Target(what, over.seconds / under.seconds, over.cpu / under.cpu, bound, least=least)


def difference(what: str, whole: Taken, less: Taken, bound: float) -> Target:
    """A target in milliseconds for how much longer one command takes than another."""
    return Target(what, (whole.seconds - less.seconds) * 1e3, (whole.cpu - less.cpu) * 1e3, bound, "ms")


def text(table: Table) -> str:
    """The table as it is printed."""
    lines = [f"{table.name}: {table.title}; medians of {table.turns}"]
    lines.append(f"  {'':{_WIDTH}}{'seconds':>9}{'CPU s':>9}{'MB':>7}{table.head:>14}".rstrip())
    for row in table.rows:
        taken = row.taken
        figures = f"{taken.seconds:>9.3f}{taken.cpu:>9.3f}{taken.memory:>7.0f}{row.figure:>14}"
        lines.append(f"  {row.label:{_WIDTH}}{figures}".rstrip())
    lines += (f"  {_told(target)}" for target in table.targets)
    lines += (f"  left out: {reason}" for reason in table.left_out)
    return "\n".join(lines)


def _told(target: Target) -> str:
    show = partial(_number, unit=target.unit)
    verdict = "reached" if target.reached else "MISSED"
    bound = f"at {'least' if target.least else 'most'} {show(target.bound)}"
    by_cpu = "" if target.by_cpu is None else f" ({show(target.by_cpu)} by CPU)"
    return f"{verdict}: {target.what}: {show(target.value)}{by_cpu}, {bound}"


def _number(value: float, unit: str) -> str:
    return f"{value:.0f} ms" if unit == "ms" else f"{value:.2f}{unit}"
