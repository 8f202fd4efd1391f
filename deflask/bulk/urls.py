"""Addresses of repositories: which are opened, by which protocol, and what they are called."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

from deflask.bulk.reasons import Reason, Stopped

PROTOCOLS = ("https", "ssh", "http", "git", "file")
"""What a user may name. Git opens only the one that a URL names; a forge may name the first two."""
URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^@/?#]*)@)?(?P<host>\[[^]/]*]|[^:/?#]*)(?::(?P<port>\d*))?"
    r"(?P<path>[^?#]*)(?P<more>.*)",
    re.DOTALL,
)
SCP = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>\[[^]/]+]|[^:/]+):(?P<path>.+)", re.DOTALL)
"""Git takes a colon before any slash for the end of a host."""
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_SECRET = re.compile(r"(?<=://)([^/@\s:]*:[^/@\s]*|[^/@\s:]{20,})(?=@)")
"""A user with a password, or a token in place of a user."""


def opened(url: str) -> tuple[str, str]:
    """The URL that git is given and its protocol. Raises Stopped for one that is not opened."""
    cause = _refusal(url)
    if cause is not None:
        raise Stopped(Reason.REFUSED_URL, cause)
    if _SECRET.search(url):
        raise Stopped(Reason.CREDENTIALS_IN_URL, "a token belongs in the environment, see the documentation")
    parts = URL.match(url)
    if parts is not None:
        return url, parts["scheme"].lower()
    path = local(url)
    return (url, "ssh") if path is None else (f"file://{quote(os.fsencode(os.path.abspath(path)))}", "file")


def _refusal(url: str) -> str | None:
    """Why an address is not opened, None where it is."""
    if url.startswith("-"):
        return "begins with a dash"
    if _HELPER.match(url):
        return "names a helper with `::`"
    # The path of a file may hold anything else: git gets it in an escaped form.
    path = local(url)
    if "\0" in (path or url) or (path is None and not all(char.isprintable() or _is_byte(char) for char in url)):
        return "holds a control character"
    parts = URL.match(url)
    if parts is not None and parts["scheme"].lower() not in PROTOCOLS:
        return f"the protocol is none of {', '.join(PROTOCOLS)}"
    try:
        _ = urlsplit(url).port if parts is not None else None
    except ValueError as error:
        return f"is no URL: {error}"
    return None


def _is_byte(char: str) -> bool:
    """Whether it stands for a byte that is no UTF-8."""
    return "\udc80" <= char <= "\udcff"


def local(url: str) -> str | None:
    """The path of a repository on this machine, None for the address of another one."""
    parts = URL.match(url)
    if parts is not None:
        if parts["scheme"].lower() != "file":
            return None
        # Git knows no host in it, no query and no fragment.
        return "/" + os.fsdecode(unquote_to_bytes(os.fsencode(url[len("file://") :]))).lstrip("/")
    return None if SCP.match(url) and not os.path.exists(url) else url


def redacted(text: str) -> str:
    """A text without the passwords of the URLs in it."""
    return _SECRET.sub("***", text)


def plain(path: str) -> str:
    """A path without what git does not need of it: slashes at its ends, and `.git`."""
    return path.strip("/").removesuffix(".git").rstrip("/")


def name(url: str) -> str:
    """What people call the repository: the last two parts of its path, as `owner/repository`."""
    path = local(url)
    if path is None:
        parts = URL.match(url) or SCP.match(url)
        path = parts["path"] if parts is not None else url
    names = [part for part in plain(path).split("/") if part not in ("", ".", "..")]
    return "/".join(names[-2:]) or "repository"


def slug(text: str) -> str:
    """A text as part of a file name on any disk."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:80].strip("-.")
