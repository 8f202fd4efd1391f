"""Compare deflask with other scanners: `python -m tests.accuracy`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from tests.accuracy import render
from tests.accuracy.corpus import Corpus
from tests.accuracy.environment import CACHE
from tests.accuracy.score import Score, scores
from tests.accuracy.tools import TOOLS
from tests.pythons import NotInstalledError
from tests.realworld.distributions import DownloadError


def measure(tree: Path, downloads: bool) -> render.Outcome:
    """Lay out the labelled programs and run every scanner over them."""
    corpus = Corpus(tree)
    corpus.add_cases()
    corpus.add_rule_pairs()
    left_out: list[str] = []
    if downloads:
        try:
            corpus.add_distributions(CACHE / "distributions")
        except DownloadError as error:
            left_out.append(str(error))
    found: dict[str, dict[str, Score]] = {}
    seconds: dict[str, float] = {}
    for tool in TOOLS if downloads else ("deflask", "ruff"):
        try:
            run = TOOLS[tool](tree)
        except NotInstalledError as error:
            left_out.append(str(error))
            continue
        found[tool] = scores(run.reports, corpus.labels)
        seconds[tool] = run.seconds
    return render.Outcome(corpus, found, seconds, left_out)


@click.command()
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--missing", is_flag=True, help="List each place that deflask misses, or reports without a label.")
@click.option("--downloads/--no-downloads", default=True, help="Without: no distributions, no Bandit, no Semgrep.")
def main(output_format: str, missing: bool, downloads: bool) -> None:
    """Run deflask, Bandit, Ruff and Semgrep over the labelled programs and count what they find."""
    with tempfile.TemporaryDirectory(prefix="deflask-accuracy-") as folder:
        outcome = measure(Path(folder).resolve(), downloads)
        show = render.as_json if output_format == "json" else render.text
        click.echo(show(outcome, missing))


if __name__ == "__main__":
    main()
