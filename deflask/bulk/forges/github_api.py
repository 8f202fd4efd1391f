"""PyGithub as the forge and the source use it: how it connects, and its errors in our words."""

from __future__ import annotations

from contextlib import AbstractContextManager

import github
from github.GithubException import GithubException

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
from deflask.bulk.forges.translation import NONSENSE, translating

API = "https://api.github.com"
_SECONDS = 30
# The last is what leads to another host.
_NONSENSE = (*NONSENSE, github.BadAttributeException, RuntimeError, AssertionError)


def connect(token: Token, api_url: str = API) -> github.Github:
    """PyGithub without its own waiting and retrying, which no clock of ours could see.

    It is lazy: to name a repository or a pull request asks nothing, only what is read of it does.
    """
    return github.Github(
        auth=github.Auth.Token(token.reveal()),
        base_url=api_url.rstrip("/"),
        timeout=_SECONDS,
        user_agent="deflask",
        per_page=100,
        lazy=True,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )


def translated(token: Token) -> AbstractContextManager[None]:
    """What PyGithub raises, in the forges' own words."""
    return translating(token, GithubException, _translation, _NONSENSE)


def words(error: GithubException) -> str:
    """What GitHub says, with the details of a validation that failed."""
    data = error.data if isinstance(error.data, dict) else {}
    parts = [str(data.get("message") or error.message or f"status {error.status}")]
    for each in data.get("errors") or []:
        parts.append(str(each.get("message") or each.get("code") or "") if isinstance(each, dict) else str(each))
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _translation(error: GithubException, token: Token) -> ForgeError:
    said = token.redact(words(error))
    headers = {key.lower(): value for key, value in (error.headers or {}).items()}
    if error.status in (403, 429) and _is_limit(error, headers):
        spent = headers.get("x-ratelimit-remaining") == "0"
        reset = _number(headers.get("x-ratelimit-reset")) if spent else None
        return RateLimited(said, _number(headers.get("retry-after")), reset)
    if error.status == 403 and "archived" in said.lower():
        return Archived(said)
    kinds = {401: Unauthorized, 404: NotFound, 410: NotFound, 409: Conflict}
    kind = kinds.get(error.status, Refused if 400 <= error.status < 500 else Unavailable)
    return kind(said)


def _is_limit(error: GithubException, headers: dict[str, str]) -> bool:
    return (
        error.status == 429
        or isinstance(error, github.RateLimitExceededException)
        or "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or "rate limit" in words(error).lower()
    )


def _number(text: str | None) -> float | None:
    return float(text) if text and text.strip().isascii() and text.strip().isdigit() else None
