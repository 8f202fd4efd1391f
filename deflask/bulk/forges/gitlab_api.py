"""python-gitlab as the forge and the source use it: how it connects, and its errors in our words."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import gitlab
import requests
from gitlab.exceptions import GitlabError

from deflask.bulk.forges import (
    Archived,
    Conflict,
    ForgeError,
    NotFound,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
)
from deflask.bulk.forges.token import Token
from deflask.bulk.forges.translation import translating

API = "https://gitlab.com/api/v4"
_SECONDS = 30


def connect(token: Token, api_url: str = API) -> gitlab.Gitlab:
    """python-gitlab without its own waiting: it would sleep where no clock of ours could see it."""
    session = requests.Session()
    session.hooks["response"].append(_rate_limit)
    base = api_url.rstrip("/").removesuffix("/api/v4")
    # As a bearer, because requests takes that header away when a server redirects to another host, and no other.
    return gitlab.Gitlab(base, oauth_token=token.reveal(), timeout=_SECONDS, session=session, keep_base_url=True)


def translated(token: Token) -> AbstractContextManager[None]:
    """What python-gitlab raises, in the forges' own words."""
    return translating(token, GitlabError, _translation)


def is_disabled(project: dict[str, Any]) -> bool:
    """Whether its owner has switched off what we need."""
    return "disabled" in (project.get("repository_access_level"), project.get("merge_requests_access_level"))


def _rate_limit(response: requests.Response, *_: object, **__: object) -> None:
    # Here, because the headers are gone in what python-gitlab raises.
    if response.status_code == 429:
        after, reset = (response.headers.get(name, "") for name in ("Retry-After", "RateLimit-Reset"))
        raise RateLimited(
            "429 Too Many Requests",
            float(after) if after.isdecimal() else None,
            float(reset) if reset.isdecimal() else None,
        )


def _translation(error: GitlabError, token: Token) -> ForgeError:
    words, status = token.redact(str(error.error_message)), error.response_code or 0
    if status == 403 and "archived" in words.lower():
        return Archived(words)
    kinds = {401: Unauthorized, 404: NotFound, 409: Conflict, 406: Conflict}
    return kinds.get(status, Refused if 400 <= status < 500 else Unavailable)(words)
