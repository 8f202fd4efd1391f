"""`python -m tests.benchmarks.bulk`: many repositories over file://, against a loop of clone, fix, commit and push."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import plain
from tests.benchmarks.repositories import FILES, make
from tests.command import ROOT

_TURNS = 4
# Runs in a process of its own, whose writes, with those of all that it has started and waited for, Linux counts.
_MEASURED = """
import atexit, sys
def value(path, name):
    return next(line.split()[1] for line in open(path) if line.startswith(name))
def told():
    print("measured", value("/proc/self/io", "write_bytes"), value("/proc/self/status", "VmHWM"), file=sys.stderr)
atexit.register(told)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, bytes written to the disk, and the peak of a process's memory in MB."""

    seconds: float
    written: int
    memory: float


def measured(code: str, *arguments: str) -> Measured:
    """Run Python code in a process of its own."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED + code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    said = [line.split() for line in done.stderr.splitlines() if line.startswith("measured ")]
    if done.returncode or not said:
        raise SystemExit(done.stderr)
    return Measured(seconds, int(said[0][1]), int(said[0][2]) / 1024)


def bulk(repositories: list[Path], folder: Path) -> tuple[Measured, ...]:
    """Plan, approve and apply a campaign."""
    folder.mkdir()
    listed = folder / "repositories.txt"
    listed.write_text("".join(f"{repository}\n" for repository in repositories))
    campaign = ("--campaign", str(folder / "campaign"))
    jobs = ("--jobs", str(plain.WORKERS))
    main = "from deflask.cli import main; main()"
    return (
        measured(main, "bulk", "plan", *campaign, "--from", str(listed), "--name", folder.name, *jobs),
        measured(main, "bulk", "review", *campaign, "--approve-all"),
        measured(main, "bulk", "apply", *campaign, *jobs),
    )


def loop(repositories: list[Path], scratch: Path) -> Measured:
    """The same with the plain loop."""
    scratch.mkdir()
    code = (
        "from pathlib import Path; from tests.benchmarks import plain;"
        "plain.run([Path(line) for line in open(sys.argv[1]).read().split()], Path(sys.argv[2]))"
    )
    listed = scratch.parent / "plain.txt"
    listed.write_text("\n".join(map(str, repositories)))
    return measured(code, str(listed), str(scratch))


def compare(folder: Path, count: int) -> None:
    """The table of rates and of what is written; both take turns, so that what else the machine does is shared."""
    repositories = make(folder / "compared", count)
    slow: list[Measured] = []
    quick: list[Measured] = []
    for turn in range(_TURNS):
        some = repositories[turn::_TURNS]
        slow.append(loop(some, folder / f"scratch{turn}"))
        quick += bulk(some, folder / f"compare{turn}")
    print(f"{count} repositories of {FILES} files, {plain.WORKERS} workers, file://, in {_TURNS} turns")
    print(f"{'':42}{'per second':>12}{'seconds':>10}{'MB written':>12}")
    before = _print_row("clone depth 1, checkout, fix, commit, push", count, slow)
    after = _print_row("deflask bulk plan, review, apply", count, quick)
    print(f"{'ratio':42}{before[0] / after[0]:>11.1f}x{'':10}{before[1] / after[1]:>11.1f}x")


def _print_row(label: str, count: int, steps: list[Measured]) -> tuple[float, int]:
    """A row of the table; seconds and bytes in all."""
    seconds, written = sum(step.seconds for step in steps), sum(step.written for step in steps)
    print(f"{label:42}{count / seconds:>12.1f}{seconds:>10.1f}{written / 1e6:>12.1f}")
    return seconds, written


def memory(folder: Path, counts: list[int]) -> None:
    """The table of the coordinator's memory."""
    repositories = make(folder / "counted", max(counts))
    print(f"\n{'repositories':>14}{'plan, MB':>12}{'apply, MB':>12}")
    for count in counts:
        planned, _, applied = bulk(repositories[:count], folder / f"memory{count}")
        print(f"{count:>14}{planned.memory:>12.1f}{applied.memory:>12.1f}")


def main() -> None:
    """Make the repositories, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=1000)
    parser.add_argument("--memory", type=int, nargs="*", default=[100, 3000], metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deflask-benchmark-") as folder:
        compare(Path(folder), options.repositories)
        if options.memory:
            memory(Path(folder), options.memory)


if __name__ == "__main__":
    main()
