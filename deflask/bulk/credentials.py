"""The token for private repositories: it goes from the environment into git's environment, and nowhere else."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

TOKEN = "DEFLASK_TOKEN"
HOST = "DEFLASK_TOKEN_HOST"
"""The only host that the token is sent to; github.com where it is not set."""

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def for_url(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that make git send the token to a URL: none where it is for another host, or others could read it.

    Git reads configuration from its environment, so the token is in no argument and no file.
    """
    parts = urlsplit(url)
    token = environ.get(TOKEN)
    is_private = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
    if not token or not is_private or parts.netloc != environ.get(HOST, "github.com"):
        return {}
    encoded = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {encoded}",
    }


@contextmanager
def lent(token: str, host: str) -> Iterator[None]:
    """Let the git of this process and of its workers use the token of a forge, where the user has named no other."""
    before = {name: os.environ.get(name) for name in (TOKEN, HOST)}
    if before[TOKEN] is None:
        os.environ.update({TOKEN: token, HOST: host})
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def secrets(environ: Mapping[str, str]) -> list[str]:
    """The texts that must appear in no log."""
    token = environ.get(TOKEN)
    return [token, base64.b64encode(f"x-access-token:{token}".encode()).decode()] if token else []
