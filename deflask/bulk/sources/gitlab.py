"""The projects of a GitLab group and its subgroups (`--gitlab-group`), through python-gitlab (the extra `gitlab`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from deflask.bulk.forges.gitlab_api import API, connect, is_disabled, translated
from deflask.bulk.forges.pacing import Pacer
from deflask.bulk.forges.token import TokenSource
from deflask.bulk.sources.listing import Filter, Repository

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """Which group, and which of its projects."""

    group: str
    token: TokenSource = field(default_factory=lambda: TokenSource("GITLAB_TOKEN"))
    api_url: str = API
    only: Filter = field(default_factory=Filter)


def repositories(settings: Settings, pacer: Pacer | None = None) -> Iterator[Repository]:
    """Page after page, as they are asked for. Raises a `ForgeError`."""
    pacer = pacer or Pacer()
    token = settings.token.read()
    client = connect(token, settings.api_url)
    group = client.groups.get(settings.group, lazy=True)
    number = 0

    def page() -> list[dict[str, Any]]:
        with translated(token):
            # By number, so that a project that is made meanwhile comes at the end and shifts nothing.
            wanted: dict[str, Any] = {"order_by": "id", "sort": "asc", "page": number, "per_page": _PAGE}
            found = group.projects.list(include_subgroups=True, with_shared=False, get_all=False, **wanted)
            return [each.attributes for each in found]

    with closing(client.session):
        while True:
            number += 1
            found = pacer.read(page)
            for each in found:
                name = each["path_with_namespace"]
                fork, archived = "forked_from_project" in each, bool(each.get("archived"))
                if settings.only.takes(name, archived=archived, fork=fork, disabled=is_disabled(each)):
                    yield Repository(name, each["http_url_to_repo"], each.get("default_branch"))
            if len(found) < _PAGE:
                return
