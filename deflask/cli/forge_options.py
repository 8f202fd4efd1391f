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


def _commit_template(_: click.Context, __: click.Parameter, value: Path | None) -> str | None:
    from deflask.bulk.forges.body import TemplateError, read_commit_template

    try:
        return read_commit_template(value) if value is not None else None
    except TemplateError as error:
        raise click.ClickException(str(error)) from None


_ABOVE_ZERO = click.FloatRange(min=0, min_open=True)
_PULL_REQUESTS = (
    click.option("--pull-requests", is_flag=True, help="Open a pull request for every branch that is pushed."),
    click.option("--wave", metavar="SIZES", callback=_waves, help="Open them in waves, as 5,50,all."),
    click.option("--per-hour", type=_ABOVE_ZERO, metavar="N", help="Open so many an hour, evenly spread."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="So many repositories in this run at most."),
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
_LISTING = (
    click.option("--github-org", multiple=True, metavar="NAME", help="Every repository of an organisation."),
    click.option("--gitlab-group", multiple=True, metavar="NAME", help="Every project of a group and its subgroups."),
    click.option("--match", multiple=True, metavar="PATTERN", help="Of those only these: a glob or /an expression/."),
)
_COMMITS = (
    click.option(
        "--commit-template",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        callback=_commit_template,
        metavar="FILE",
        help="What commits say.",
    ),
    click.option("--signoff", is_flag=True, default=None, help="Add the author's Signed-off-by line to commits."),
)
_ONLY_WITH_PULL_REQUESTS = ("wave", "per_hour", "label", "reviewer", "draft", "template")


def opening(command: Command) -> Command:
    """What a command takes that opens pull requests."""
    return _with(command, (*_PULL_REQUESTS, *_TEMPLATE, *_ACCESS))


def listing(command: Command) -> Command:
    """What a command takes that asks a forge for its repositories, and makes commits."""
    return _with(command, (*_LISTING, *_COMMITS, *_ACCESS))


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


def check_pull_requests(options: Mapping[str, Any]) -> None:
    """What says how to open pull requests means that they are wanted."""
    for name in _ONLY_WITH_PULL_REQUESTS:
        if options[name] and not options["pull_requests"]:
            raise click.UsageError(f"--{name.replace('_', '-')} needs --pull-requests")


def template(options: Mapping[str, Any]) -> str | None:
    """The user's own template. One that is wrong is said before anything is done."""
    from deflask.bulk.forges.body import PullRequestText, TemplateError

    try:
        return PullRequestText.read(options["template"]).template if options["template"] else None
    except TemplateError as error:
        raise click.ClickException(str(error)) from None


def offer(options: Mapping[str, Any], variable: str, template: str | None) -> Offer:
    """How pull requests look."""
    from deflask.bulk.forges.body import PullRequestText
    from deflask.bulk.offers import Offer

    text = PullRequestText(template) if template is not None else PullRequestText()
    people = tuple(options.get("reviewer", ()))
    return Offer(text, tuple(options.get("label", ())), people, bool(options.get("draft")), variable)


def waiting(seconds: float, why: str) -> None:
    """Say how long a forge lets us wait, and why: in its own words, which are not trusted."""
    from deflask.formats.base import visible

    click.echo(f"waiting {seconds:.0f} seconds: {visible(why)}", err=True)


def _with(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
