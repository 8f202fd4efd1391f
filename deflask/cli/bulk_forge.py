"""What `deflask bulk` does with a forge: opens pull requests, brings them up to date, merges and closes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from deflask.bulk.campaign import Campaign
from deflask.bulk.credentials import lent
from deflask.bulk.engines import Engine
from deflask.bulk.forges import Forge
from deflask.bulk.forges.choice import Choice, choose
from deflask.bulk.forges.pacing import Halted, Pacer
from deflask.bulk.journal import Row
from deflask.bulk.model import State
from deflask.bulk.offering import offer_all, todo
from deflask.bulk.opening import Act, having_branch, pull_requests
from deflask.bulk.pull_requests import close_all, merge_all, update_all
from deflask.cli.bulk_run import Progress, campaign_of, status_of
from deflask.cli.forge_options import offer, pace, template, token_source, waiting
from deflask.formats.base import visible


def open_pull_requests(campaign: Campaign, engine: Engine, options: dict[str, Any]) -> int:
    """Push what is approved and open its pull requests; the exit code."""
    wanted = offer(options, campaign.options.env_var, campaign.template(template(options)))
    pacer = Pacer(pace(options), waiting=waiting)
    work = todo(campaign, options["retry_failed"], pacer.turns)
    if not work.ids:
        status_of(campaign)
        return 0
    if options["dry_run"]:
        _choice(campaign, work.ids[0], options).token()
        for row in map(campaign.journal.row, work.ids):
            click.echo(f"{visible(row.name)}: would open a pull request for {row.commit}")
        return 0
    with _asked(campaign, work.ids[0], options) as forge, _counted(campaign, "Opening", len(work.ids)) as count:
        offer_all(campaign, engine, forge, wanted, pacer, work, count)
    return count.exit_code


def update(options: dict[str, Any]) -> int:
    """Bring the pull requests up to date; the exit code."""

    def acting(campaign: Campaign, forge: Forge, pacer: Pacer) -> Act:
        wanted = offer(options, campaign.options.env_var, campaign.template(template(options)))
        return lambda rows: update_all(rows, forge, wanted, pacer)

    return _each("Updating", options, acting)


def merge(options: dict[str, Any]) -> int:
    """Merge what passes its checks; the exit code."""
    return _each("Merging", options, lambda _, forge, pacer: lambda rows: merge_all(rows, forge, pacer))


def close(options: dict[str, Any]) -> int:
    """Withdraw what is open; the exit code."""
    return _each("Closing", options, lambda _, forge, pacer: lambda rows: close_all(rows, forge, pacer))


def _each(label: str, options: dict[str, Any], acting: Callable[[Campaign, Forge, Pacer], Act]) -> int:
    with campaign_of(options["folder"]) as campaign:
        ids = having_branch(campaign)
        if not ids:
            status_of(campaign)
            return 0
        with _asked(campaign, ids[0], options) as forge, _counted(campaign, label, len(ids)) as count:
            for row in pull_requests(campaign, acting(campaign, forge, Pacer(waiting=waiting)), ids):
                count(row)
    return count.exit_code


@contextmanager
def lent_to_git(campaign: Campaign, ids: list[int], options: dict[str, Any]) -> Iterator[None]:
    """Let git use the forge's token where no forge is asked, if the options name one."""
    if not ids or not any(options[name] for name in ("token_env", "token_command", "api_url")):
        yield
        return
    choice = _choice(campaign, ids[0], options)
    with lent(choice.token().reveal(), choice.git_host):
        yield


def _choice(campaign: Campaign, repository: int, options: dict[str, Any]) -> Choice:
    return choose(campaign.journal.row(repository).target.url, token_source(options), options["api_url"])


@contextmanager
def _asked(campaign: Campaign, repository: int, options: dict[str, Any]) -> Iterator[Forge]:
    """The forge of a repository, whose token git may use meanwhile."""
    choice = _choice(campaign, repository, options)
    token = choice.token()
    with lent(token.reveal(), choice.git_host):
        forge = choice.forge(token)
        try:
            yield forge
        finally:
            forge.close_connection()


class _Count:
    """Shows what is done, and remembers whether any of it failed."""

    def __init__(self, progress: Progress) -> None:
        self.exit_code = 0
        self._progress = progress

    def __call__(self, row: Row) -> None:
        self._progress.done(row)
        if row.state is State.FAILED:
            self.exit_code = 1


@contextmanager
def _counted(campaign: Campaign, label: str, total: int) -> Iterator[_Count]:
    """Count what is done, and say at the end where the campaign stands, also where a forge stops the run."""
    progress = Progress(label, total)
    try:
        yield _Count(progress)
    except Halted as error:
        progress.end()
        status_of(campaign)
        raise click.ClickException(f"stopped, and goes on when called again: {visible(str(error))}") from None
    progress.end()
    status_of(campaign)
