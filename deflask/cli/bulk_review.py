"""`deflask bulk review`: by options, or group by group at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from deflask.bulk import review as reviews
from deflask.bulk.campaign import Campaign
from deflask.bulk.review import Group
from deflask.cli.bulk_run import campaign_of
from deflask.formats.base import visible

_NAMES = 20
"""Names of a group that are shown with its diff."""
_CHOICES = "[a]pprove, [r]eject, [e]ach by itself, [s]kip, [q]uit"


def review(options: dict[str, Any]) -> None:
    """Do what the options say; without any, ask."""
    reasons = _reasons(options["reject"], options["reasons"])
    with campaign_of(options["folder"]) as campaign:
        rejected = dict(zip(_ids(campaign, options["reject"]), reasons, strict=True))
        approved = dict.fromkeys(_ids(campaign, options["approve"]))
        for number in approved:
            if number in rejected:
                raise click.UsageError(f"{visible(campaign.journal.row(number).name)} is both approved and rejected")
        if options["approve_all"]:
            approved |= {id: None for group in reviews.groups(campaign) for id in group.ids if id not in rejected}
        if approved or rejected or options["approve_all"]:
            count = reviews.approve(campaign, approved)
            for number, reason in rejected.items():
                reviews.reject(campaign, [number], reason)
            click.echo(f"{count} approved, {len(rejected)} rejected")
        elif sys.stdin is not None and sys.stdin.isatty():
            _ask(campaign, reviews.groups(campaign))
        else:
            for group in reviews.groups(campaign):
                click.echo(_shown(campaign, group))


def _reasons(rejected: Sequence[str], reasons: Sequence[str]) -> Sequence[str]:
    """A reason for each that is rejected."""
    if not all(reason.strip() for reason in reasons):
        raise click.UsageError("a --reason says something")
    if len(reasons) == 1 and rejected:
        return [*reasons] * len(rejected)
    if len(reasons) != len(rejected):
        raise click.UsageError("every --reject needs a --reason, its own or one for all")
    return reasons


def _ids(campaign: Campaign, names: Iterable[str]) -> list[int]:
    rows = []
    for name in names:
        row = campaign.journal.named(name)
        if row is None or not reviews.is_reviewable(row):
            state = f"is {row.state.value}" if row is not None else "is not in the campaign"
            raise click.UsageError(f"{visible(name)} {state}")
        rows.append(row.id)
    return rows


def _ask(campaign: Campaign, groups: list[Group]) -> None:
    """Show each group and ask what becomes of it."""
    queue = list(groups)
    while queue:
        group = queue.pop(0)
        click.echo_via_pager(_shown(campaign, group))
        answer = click.prompt(f"{_title(group)}: {_CHOICES}", type=click.Choice(list("aresq")), show_choices=False)
        if answer == "a":
            reviews.approve(campaign, group.ids)
        elif answer == "r":
            reviews.reject(campaign, group.ids, click.prompt("Why"))
        elif answer == "e":
            queue = [Group(group.shape, (number,)) for number in group.ids] + queue
        elif answer == "q":
            return


def _title(group: Group) -> str:
    return "1 repository" if len(group.ids) == 1 else f"{len(group.ids)} repositories with the same change"


def _shown(campaign: Campaign, group: Group) -> str:
    """The names of a group, then the diff of its first repository."""
    names = [visible(campaign.journal.row(number).name) for number in group.ids[:_NAMES]]
    more = len(group.ids) - len(names)
    head = f"{_title(group)}: {', '.join(names)}" + (f" and {more} more" if more else "")
    row, diff = reviews.example(campaign, group)
    lines = [visible(line) for line in diff.decode("utf-8", "surrogateescape").split("\n")]
    return "\n".join([head, f"{visible(row.name)}:", *lines])
