"""Compare deflask's speed with other tools' and with Python's own: `python -m tests.benchmarks`."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from tests.benchmarks import codemods, growth, picture, scanners, small
from tests.benchmarks.clock import BenchmarkError
from tests.benchmarks.table import Table, text
from tests.benchmarks.workshop import Workshop
from tests.realworld.distributions import DownloadError

PARTS: dict[str, Callable[[Workshop], Table]] = {
    "tree": scanners.tree,
    "part": scanners.part,
    "memory": scanners.memory,
    "start": small.start,
    "fix": small.fix,
    "long": small.long,
    "findings": growth.findings,
    "lines": growth.lines,
    "files": growth.files,
    "many": codemods.many,
}


def _parts(_context: click.Context, _parameter: click.Parameter, value: str | None) -> list[str]:
    names = value.split(",") if value else list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        raise click.BadParameter(f"there is no {unknown[0]!r}; there are {', '.join(PARTS)}")
    return names


def as_json(tables: Sequence[Table]) -> str:
    """The tables for machines, with the machine that they were measured on."""
    machine = {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}
    whole = [
        {**asdict(table), "targets": [{**asdict(target), "reached": target.reached} for target in table.targets]}
        for table in tables
    ]
    return json.dumps({"machine": machine, "load": os.getloadavg(), "tables": whole}, indent=2)


_A_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.option("--only", metavar="PART,…", callback=_parts, help=f"Some of {', '.join(PARTS)}.")
@click.option("--turns", type=click.IntRange(1), default=5, show_default=True, help="How often each command runs.")
@click.option("--json", "json_file", type=_A_FILE, help="Write what was measured for machines.")
@click.option("--picture", "picture_file", type=_A_FILE, help="Write a picture of it (SVG).")
def main(only: list[str], turns: int, json_file: Path | None, picture_file: Path | None) -> None:
    """Measure, a table for each part, each command in turn with the others of its part.

    Exits with 1 if a part could not be measured; whether its targets were reached is only told.
    """
    tables: list[Table] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="deflask-benchmarks-") as folder:
        shop = Workshop(Path(folder).resolve(), turns)
        for name in only:
            try:
                tables.append(PARTS[name](shop))
                click.echo(text(tables[-1]) + "\n")
            except (BenchmarkError, DownloadError) as error:
                failed = True
                click.echo(f"{name}: error: {error}\n", err=True)
    if json_file:
        json_file.write_text(as_json(tables), encoding="utf-8")
    if picture_file and tables:
        picture.draw(tables, picture_file)
    sys.exit(failed)


if __name__ == "__main__":
    main()
