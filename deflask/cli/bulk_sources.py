"""The repositories that the options of `deflask bulk plan` name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import click

from deflask.bulk.credentials import lent
from deflask.bulk.forges import ForgeError, Unauthorized
from deflask.bulk.forges.choice import Choice, choose_kind
from deflask.bulk.forges.pacing import Pacer
from deflask.bulk.model import Target
from deflask.bulk.sources import folder as folder_source
from deflask.bulk.sources import lines as line_source
from deflask.bulk.sources.listing import Filter
from deflask.cli.forge_options import token_source, waiting
from deflask.formats.base import visible

SOURCES = ("urls", "lists", "folders", "github_org", "gitlab_group")
"""The options that name repositories."""
_OF_FORGES = ("match", "token_env", "token_command", "api_url")


@contextmanager
def targets(options: dict[str, Any]) -> Iterator[Iterator[Target]]:
    """The repositories of all sources, one source after another; in the block git may use a forge's token."""
    names = options["github_org"] or options["gitlab_group"]
    if not names:
        for name in _OF_FORGES:
            if options[name]:
                raise click.UsageError(f"--{name.replace('_', '-')} needs --github-org or --gitlab-group")
        yield _named(options)
        return
    if options["github_org"] and options["gitlab_group"]:
        raise click.UsageError("--github-org and --gitlab-group exclude each other")
    kind = "GitHub" if options["github_org"] else "GitLab"
    choice = choose_kind(kind, token_source(options), options["api_url"])
    with lent(choice.token().reveal(), choice.git_host):
        yield chain(_named(options), _listed(choice, names, _filter(options["match"])))


def _named(options: dict[str, Any]) -> Iterator[Target]:
    yield from line_source.repositories(line_source.Settings(options["urls"]))
    for path in options["lists"]:
        # Standard input has no folder of its own.
        folder = "." if path == "-" else os.path.dirname(path)
        with click.open_file(path, encoding=line_source.ENCODING, errors="surrogateescape") as file:
            try:
                yield from line_source.repositories(line_source.Settings(file, folder))
            except ValueError as error:
                raise click.ClickException(f"{visible(path)}: {error}") from None
    for path in options["folders"]:
        yield from folder_source.repositories(folder_source.Settings(path))


def _filter(patterns: tuple[str, ...]) -> Filter:
    try:
        return Filter(patterns)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--match") from None


def _listed(choice: Choice, names: tuple[str, ...], only: Filter) -> Iterator[Target]:
    source = choice.module("sources")
    pacer = Pacer(waiting=waiting)
    for name in names:
        settings = source.Settings(name, choice.source, choice.api_url, only)
        try:
            # Not with its default branch, which a forge also names where there is no commit: git knows better.
            yield from (Target(each.url) for each in source.repositories(settings, pacer))
        except ForgeError as error:
            refused = isinstance(error, Unauthorized)
            what = f"the token of {choice.source.name} is not taken" if refused else name
            raise click.ClickException(visible(f"{urlsplit(choice.api_url).netloc}: {what}: {error.words}")) from None
