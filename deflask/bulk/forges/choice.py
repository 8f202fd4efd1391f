"""Which forge answers for a repository: by its host, or by the API that the user names."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from urllib.parse import urlsplit

from deflask.bulk.forges import Forge, Refused
from deflask.bulk.forges.address import address
from deflask.bulk.forges.token import Token, TokenSource

_GITLAB = "/api/v4"
_PUBLIC = {"GitHub": "https://api.github.com", "GitLab": f"https://gitlab.com{_GITLAB}"}


class ForgeChoiceError(Exception):
    """No forge can be asked, and why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which API is asked, and where its token comes from."""

    kind: str
    api_url: str
    source: TokenSource

    @property
    def git_host(self) -> str:
        """Where its repositories are, with the port."""
        return urlsplit(self.api_url).netloc.removeprefix("api.")

    def token(self) -> Token:
        """The token as it is now. Raises TokenError."""
        return self.source.read()

    def forge(self, token: Token) -> Forge:
        """The forge, ready to be asked."""
        forge: Forge = getattr(self.module("forges"), self.kind)(token, self.api_url)
        return forge

    def module(self, room: str) -> ModuleType:
        """What is for this kind of forge in a room: it needs the extra of its name."""
        name = self.kind.lower()
        try:
            return import_module(f"deflask.bulk.{room}.{name}")
        except ModuleNotFoundError as error:
            raise ForgeChoiceError(f"{error.name} is not installed: pip install 'deflask[{name}]'") from None


def choose(url: str, source: TokenSource, api_url: str | None = None) -> Choice:
    """The forge of this repository, or of this API. Without a named source, GITHUB_TOKEN or GITLAB_TOKEN."""
    kind, api_url = _of_api(api_url) if api_url is not None else _of_host(url)
    return Choice(kind, api_url, _source(source, kind))


def choose_kind(kind: str, source: TokenSource, api_url: str | None = None) -> Choice:
    """The same for a forge of this kind: its public one where no API is named."""
    if api_url is None:
        return Choice(kind, _PUBLIC[kind], _source(source, kind))
    found, api_url = _of_api(api_url)
    if found != kind:
        raise ForgeChoiceError(f"--api-url is that of a {found}, which is told by its path, and not of a {kind}")
    return Choice(kind, api_url, _source(source, kind))


def _source(source: TokenSource, kind: str) -> TokenSource:
    return TokenSource(variable=f"{kind.upper()}_TOKEN") if source == TokenSource() else source


def _of_api(api_url: str) -> tuple[str, str]:
    parts = urlsplit(api_url)
    # A token that goes over plain HTTP is everybody's; on the loopback interface there is nobody.
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise ForgeChoiceError("--api-url is an https URL without a name or password in it")
    return "GitLab" if parts.path.rstrip("/").endswith(_GITLAB) else "GitHub", api_url


def _of_host(url: str) -> tuple[str, str]:
    try:
        host = address(url).host
    except Refused as error:
        raise ForgeChoiceError(error.words) from None
    if host == "github.com" or host.endswith(".ghe.com"):
        return "GitHub", f"https://api.{host}"
    if host == "gitlab.com":
        return "GitLab", _PUBLIC["GitLab"]
    example = f"https://{host}/api/v3 (GitHub) or https://{host}{_GITLAB} (GitLab)"
    raise ForgeChoiceError(f"{host}: name its API with --api-url, as {example}")
