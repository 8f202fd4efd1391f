"""The options of the command line, in a command of their own."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from deflask.bulk.forges.pacing import ALL, Pace
from deflask.bulk.forges.token import TokenSource
from deflask.bulk.offers import Offer
from deflask.cli.forge_options import access, offer, opening, pace, template, token_source, wording

seen: list[object] = []


@click.command()
@opening
def opens(**options: object) -> None:
    seen[:] = [
        offer(options, "FLASK_DEBUG", template(options)),
        pace(options),
        token_source(options),
        options["api_url"],
    ]


@click.command()
@wording
def words(**options: object) -> None:
    seen[:] = [offer(options, "APP_DEBUG", template(options)), token_source(options)]


@click.command()
@access
def asks(**options: object) -> None:
    seen[:] = [token_source(options)]


def run(command: click.Command, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    return str(result.output) if result.exit_code else ""


def test_nothing_given_is_the_default() -> None:
    assert run(opens) == ""
    assert seen == [Offer(), Pace(), TokenSource(), None]
    assert run(words) == run(asks) == ""


def test_what_is_given_arrives(tmp_path: Path) -> None:
    path = tmp_path / "t.md"
    path.write_text("Title\n\n$findings\n")
    given = "--pull-requests --wave 5,50,all --per-hour 60 --limit 9 --label a --label b --reviewer x --draft".split()
    more = ["--template", str(path), "--token-command", "gh auth token", "--api-url", "https://git.corp/api/v3"]
    assert run(opens, *given, *more) == ""
    made, speed, source, api_url = seen
    assert isinstance(made, Offer)
    assert (made.labels, made.reviewers, made.draft, made.text.template[:5]) == (("a", "b"), ("x",), True, "Title")
    assert speed == Pace(60, 9, (5, 50, ALL))
    assert (source, api_url) == (TokenSource(command="gh auth token"), "https://git.corp/api/v3")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--wave all,5", "`all` is the last wave"),
        ("--per-hour 0", "0"),
        ("--limit 0", "0"),
        ("--template none.md", "does not exist"),
        ("--token-env A --token-command B", "exclude each other"),
    ],
)
def test_what_is_wrong_is_said(arguments: str, message: str) -> None:
    assert message in run(opens, *arguments.split())


def test_a_template_that_is_wrong_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.md"
    path.write_text("Title\n\n$finding\n")
    assert "did you mean $findings?" in run(words, "--template", str(path))
