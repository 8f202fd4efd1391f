"""The repositories of a GitHub organisation (`--github-org`), through PyGithub (the extra `github`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from github.PaginatedList import PaginatedList
from github.Repository import Repository as GithubRepository

from deflask.bulk.forges.github_api import API, connect, translated
from deflask.bulk.forges.pacing import Pacer
from deflask.bulk.forges.token import TokenSource
from deflask.bulk.sources.listing import Filter, Repository


@dataclass(frozen=True, slots=True)
class Settings:
    """Which organisation, and which of its repositories."""

    organisation: str
    token: TokenSource = field(default_factory=lambda: TokenSource("GITHUB_TOKEN"))
    api_url: str = API
    only: Filter = field(default_factory=Filter)


def repositories(settings: Settings, pacer: Pacer | None = None) -> Iterator[Repository]:
    """Page after page, as they are asked for. Raises a `ForgeError`."""
    pacer = pacer or Pacer()
    token = settings.token.read()
    with closing(connect(token, settings.api_url)) as client:
        number = 0

        def organisation() -> PaginatedList[GithubRepository]:
            with translated(token):
                return client.get_organization(settings.organisation).get_repos(type="all", sort="full_name")

        def page() -> list[GithubRepository]:
            with translated(token):
                return pages.get_page(number)

        pages = pacer.read(organisation)
        while found := pacer.read(page):
            number += 1
            for each in found:
                if settings.only.takes(
                    each.full_name, archived=each.archived, fork=each.fork, disabled=bool(each.disabled)
                ):
                    yield Repository(each.full_name, each.clone_url, each.default_branch)
