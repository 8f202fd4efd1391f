"""Which forge answers for a repository: by its host, or by the API that the user names."""

from __future__ import annotations

from importlib import import_module
from urllib.parse import urlsplit

from deflask.bulk.forges import Forge, Refused
from deflask.bulk.forges.address import address
from deflask.bulk.forges.token import TokenSource

_GITLAB = "/api/v4"


class ForgeChoiceError(Exception):
    """No forge can be asked, and why."""


def connect(url: str, source: TokenSource, api_url: str | None = None) -> Forge:
    """The forge of this repository, or of this API. Without a named source, GITHUB_TOKEN or GITLAB_TOKEN."""
    kind, api_url = _chosen(url, api_url)
    if source == TokenSource():
        source = TokenSource(variable=f"{kind.upper()}_TOKEN")
    token = source.read()
    try:
        module = import_module(f"deflask.bulk.forges.{kind.lower()}")
    except ModuleNotFoundError as error:
        raise ForgeChoiceError(f"{error.name} is not installed: pip install 'deflask[{kind.lower()}]'") from None
    forge: Forge = getattr(module, kind)(token, api_url)
    return forge


def _chosen(url: str, api_url: str | None) -> tuple[str, str]:
    if api_url is not None:
        parts = urlsplit(api_url)
        # A token that goes over plain HTTP is everybody's; on the loopback interface there is nobody.
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if not parts.hostname or parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
            raise ForgeChoiceError("--api-url is an https URL without a name or password in it")
        return "GitLab" if parts.path.rstrip("/").endswith(_GITLAB) else "GitHub", api_url
    try:
        host = address(url).host
    except Refused as error:
        raise ForgeChoiceError(error.words) from None
    if host == "github.com" or host.endswith(".ghe.com"):
        return "GitHub", f"https://api.{host}"
    if host == "gitlab.com":
        return "GitLab", f"https://{host}{_GITLAB}"
    example = f"https://{host}/api/v3 (GitHub) or https://{host}{_GITLAB} (GitLab)"
    raise ForgeChoiceError(f"{host}: name its API with --api-url, as {example}")
