"""What a command takes: seconds by the clock, seconds of CPU, and the peak of its memory."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.realworld.distributions import clean_environment

_LAUNCHER = Path(__file__).with_name("launcher.py")


class BenchmarkError(Exception):
    """A command that is measured cannot be run, or did not do its work."""


@dataclass(frozen=True)
class Job:
    """A command that is measured."""

    label: str
    command: Sequence[str]
    folder: Path
    codes: tuple[int, ...] = (0,)
    """With which it may end."""
    says: str = ""
    """What it prints if it did its work: nothing is quicker than a program that does nothing."""
    prepare: Callable[[], object] | None = None
    """Puts right before each turn what the turn before has changed."""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock, seconds of all its processors, and MB of the largest of a command's processes."""

    seconds: float
    cpu: float
    memory: float


def program(name: str) -> str:
    """The path of a program of this environment."""
    scripts = sysconfig.get_path("scripts")
    if found := shutil.which(name, path=scripts):
        return found
    raise BenchmarkError(f"{name} is not in {scripts}: pip install -e '.[test]' puts it there")


def measure(job: Job) -> Taken:
    """Run a command once; raises `BenchmarkError` where it does not do its work."""
    if job.prepare:
        job.prepare()
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report"
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCHER), str(report), *job.command],
            cwd=job.folder,
            env={**clean_environment(), **job.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        figures = report.read_text(encoding="ascii").split() if report.exists() else []
    silent = job.says not in done.stdout
    if not figures or int(figures[3]) not in job.codes or silent:
        ended = f"ended with {figures[3]}" if figures else "did not start"
        missing = f" and did not say {job.says!r}" if silent else ""
        last = "\n".join(done.stdout.splitlines()[-10:])
        raise BenchmarkError(f"{job.label} {ended}{missing}:\n{last}")
    return Taken(float(figures[0]), float(figures[1]), int(figures[2]) / 1024)


def alternate(jobs: Sequence[Job], turns: int) -> list[Taken]:
    """The medians of each job. They take turns, so that what else the machine does is shared."""
    taken: list[list[Taken]] = [[] for _ in jobs]
    for _ in range(turns):
        for job, each in zip(jobs, taken, strict=True):
            each.append(measure(job))
    return [median(each) for each in taken]


def median(taken: Sequence[Taken]) -> Taken:
    """The median of each figure."""
    return Taken(
        statistics.median(each.seconds for each in taken),
        statistics.median(each.cpu for each in taken),
        statistics.median(each.memory for each in taken),
    )
