"""From a repository's URL to its host and path on a forge, and to the API that answers for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from deflask.bulk.forges import Refused

_SCP = re.compile(r"(?:[^@/\s]+@)?([^:/\s]+):(?!/)(.+)")
_PATH = re.compile(r"[\w.-]+(/[\w.-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """`owner/name` (on GitLab `group/subgroup/name`) on a host."""

    host: str
    path: str

    @property
    def owner(self) -> str:
        """What comes before the repository's name."""
        return self.path.rpartition("/")[0]


def address(url: str) -> Address:
    """The parts of an https, http, ssh or scp-like URL."""
    if "://" in url:
        parts = urlsplit(url)
        host, path = parts.hostname or "", unquote(parts.path) + "?" * bool(parts.query or parts.fragment)
    elif match := _SCP.fullmatch(url):
        host, path = match[1].lower(), match[2]
    else:
        host, path = "", ""
    path = path.strip("/").removesuffix(".git")
    if not host or not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise Refused("not the URL of a repository on a forge")
    return Address(host, path)


def path_on(url: str, api_url: str) -> str:
    """The repository's path, if this API answers for its host: a name must never be looked up elsewhere."""
    found = address(url)
    host = (urlsplit(api_url).hostname or "").removeprefix("api.")
    if found.host.removeprefix("www.") != host:
        raise Refused(f"{found.host} is not {host}, which is asked")
    return found.path
