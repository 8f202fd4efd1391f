"""The options of commands that ask a forge, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from deflask.bulk.forges.pacing import Pace
    from deflask.bulk.forges.token import TokenSource
    from deflask.bulk.offers import Offer

Command = TypeVar("Command", bound=Callable[..., Any])


def _waves(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int | None, ...] | None:
    from deflask.bulk.forges.pacing import waves

    try:
        return waves(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_ABOVE_ZERO = click.FloatRange(min=0, min_open=True)
_PULL_REQUESTS = (
    click.option("--pull-requests", is_flag=True, help="Open a pull request for every branch that is pushed."),
    click.option("--wave", metavar="SIZES", callback=_waves, help="Open them in waves, as 5,50,all."),
    click.option("--per-hour", type=_ABOVE_ZERO, metavar="N", help="Open so many an hour, evenly spread."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Open so many in this run at most."),
    click.option("--label", multiple=True, metavar="NAME", help="Give them this label; repeatable."),
    click.option("--reviewer", multiple=True, metavar="NAME", help="Ask this person or ORG/TEAM; repeatable."),
    click.option("--draft", is_flag=True, help="Open them as drafts."),
)
_TEMPLATE = (
    click.option(
        "--template",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="The title (first line) and body of pull requests.",
    ),
)
_ACCESS = (
    click.option("--token-env", metavar="NAME", help="The variable that holds the token.  [default: GITHUB_TOKEN, …]"),
    click.option("--token-command", metavar="COMMAND", help="A command that prints the token, as 'gh auth token'."),
    click.option("--api-url", metavar="URL", help="The API of your own GitHub (…/api/v3) or GitLab (…/api/v4)."),
)
signoff = click.option("--signoff", is_flag=True, help="Add a Signed-off-by line to the commits.")


def opening(command: Command) -> Command:
    """What a command takes that opens pull requests."""
    return _with(command, (*_PULL_REQUESTS, *_TEMPLATE, *_ACCESS))


def wording(command: Command) -> Command:
    """What a command takes that changes their text."""
    return _with(command, (*_TEMPLATE, *_ACCESS))


def access(command: Command) -> Command:
    """What every other command takes that asks a forge."""
    return _with(command, _ACCESS)


def token_source(options: Mapping[str, Any]) -> TokenSource:
    """Where the token comes from."""
    from deflask.bulk.forges.token import TokenSource

    if options["token_env"] is not None and options["token_command"] is not None:
        raise click.UsageError("--token-env and --token-command exclude each other")
    return TokenSource(options["token_env"], options["token_command"])


def pace(options: Mapping[str, Any]) -> Pace:
    """How fast pull requests are opened."""
    from deflask.bulk.forges.pacing import ALL, Pace

    return Pace(options["per_hour"], options["limit"], options["wave"] or (ALL,))


def offer(options: Mapping[str, Any], variable: str) -> Offer:
    """How pull requests look. A template that is wrong is said before anything is done."""
    from deflask.bulk.forges.body import PullRequestText, TemplateError
    from deflask.bulk.offers import Offer

    try:
        text = PullRequestText.read(options["template"]) if options["template"] else PullRequestText()
    except TemplateError as error:
        raise click.ClickException(str(error)) from None
    people = tuple(options.get("reviewer", ()))
    return Offer(text, tuple(options.get("label", ())), people, bool(options.get("draft")), variable)


def _with(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
