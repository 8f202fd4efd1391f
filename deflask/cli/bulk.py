"""`deflask bulk`: many repositories, planned, reviewed, pushed and offered as pull requests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from deflask.cli.forge_options import access, check_pull_requests, listing, opening, wording
from deflask.cli.options import ignore_suppressions, selectors, setting

_campaign = click.option("--campaign", "folder", required=True, metavar="DIR", help="The campaign's folder.")
_format = click.option("--output-format", type=click.Choice(("text", "json", "csv")), default="text", show_default=True)
_retry = click.option("--retry-failed", is_flag=True, help="Try again what has failed or was skipped.")
_ENGINES = (
    click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]"),
    click.option("--engine", type=click.Choice(("local", "dask")), default="local", show_default=True),
    click.option("--scheduler", metavar="tcp://…", help="Dask's scheduler; tls://… with certificates."),
    click.option("--tls-ca-file", metavar="FILE", help="Who signs the certificates of the cluster."),
    click.option("--tls-cert", metavar="FILE", help="Our certificate."),
    click.option("--tls-key", metavar="FILE", help="Its key."),
)


def _engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say where the work is done."""
    for option in reversed(_ENGINES):
        command = option(command)
    return command


@click.group()
def bulk() -> None:
    """Find and fix in many repositories: plan, review, apply.

    Nothing is checked out, imported or run. Whatever was interrupted goes on where it was when it is called again.
    """


@bulk.command()
@_campaign
@click.argument("urls", nargs=-1)
@click.option("--from", "lists", multiple=True, metavar="FILE", help="A URL or path a line; - is standard input.")
@click.option("--dir", "folders", multiple=True, metavar="FOLDER", help="Every repository below a folder.")
@click.option("--name", metavar="NAME", help="The branch is deflask/NAME.  [default: the folder's name]")
@click.option("--author", metavar="NAME<MAIL>", help="Of the commits.  [default: deflask <deflask@localhost>]")
@click.option("--select", multiple=True, metavar="RULES", callback=selectors, help="Only these rules, as DF1.")
@click.option("--unsafe-fixes", is_flag=True, default=None, help="Plan unsafe fixes, too.")
@click.option("--env-var", metavar="NAME", callback=setting, help="The variable to read.  [default: FLASK_DEBUG]")
@ignore_suppressions
@listing
@_retry
@_engine
def plan(**options: Any) -> None:
    """Find out what would change in each repository.

    Exits with 0 when that was done, also where repositories failed; `status` names them.
    """
    from deflask.cli.bulk_run import plan as run

    run(options)


@bulk.command()
@_campaign
@click.option("--approve-all", is_flag=True, help="Approve all that waits for a review.")
@click.option("--approve", multiple=True, metavar="NAME", help="Approve one repository.")
@click.option("--reject", multiple=True, metavar="NAME", help="Reject one repository.")
@click.option("--reason", "reasons", multiple=True, metavar="TEXT", help="Why: one for each --reject, or one for all.")
def review(**options: Any) -> None:
    """Page through the diffs, those that do the same as one, and approve or reject them."""
    from deflask.cli.bulk_review import review as run

    run(options)


@bulk.command()
@_campaign
@opening
@click.option("--dry-run", is_flag=True, help="Only say what would be pushed.")
@_retry
@_engine
def apply(**options: Any) -> None:
    """Push what was approved, exactly as it was reviewed. Exits with 1 if that failed for some repository.

    With --pull-requests each branch becomes a pull request at once; one comes from a fork where the token may not push.
    """
    check_pull_requests(options)
    from deflask.cli.bulk_run import apply as run

    sys.exit(run(options))


@bulk.command()
@_campaign
@wording
def update(**options: Any) -> None:
    """Look at each pull request, and give it the title and body that it would get now. Exits as `apply` does."""
    from deflask.cli.bulk_forge import update as run

    sys.exit(run(options))


@bulk.command()
@_campaign
@access
def merge(**options: Any) -> None:
    """Merge the pull requests that pass their checks, or have none. Exits as `apply` does."""
    from deflask.cli.bulk_forge import merge as run

    sys.exit(run(options))


@bulk.command()
@_campaign
@access
def close(**options: Any) -> None:
    """Withdraw the pull requests that are still open. Exits as `apply` does."""
    from deflask.cli.bulk_forge import close as run

    sys.exit(run(options))


@bulk.command()
@_campaign
@_format
@click.option("--exit-code", is_flag=True, help="Exit with 1 while something failed or waits.")
def status(folder: str, output_format: str, exit_code: bool) -> None:
    """Say where the campaign stands: how many repositories are in which state, and why."""
    from deflask.cli.bulk_run import tell

    sys.exit(int(tell(folder, "status", output_format) and exit_code))


@bulk.command()
@_campaign
@_format
def report(folder: str, output_format: str) -> None:
    """Say what was found in each repository, and what became of it."""
    from deflask.cli.bulk_run import tell

    tell(folder, "report", output_format)
