"""Addresses of repositories: which are opened, by which protocol, and what they are called."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote, urlsplit

from deflask.bulk.reasons import Reason, Stopped

PROTOCOLS = ("https", "ssh", "http", "git", "file")
"""What a user may name. Git opens only the one that a URL names; a forge may name the first two."""
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!/?/)[^:]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_SECRET = re.compile(r"(?<=://)([^/@\s:]*:[^/@\s]*|[^/@\s:]{20,})(?=@)")
"""A user with a password, or a token in place of a user."""


def opened(url: str) -> tuple[str, str]:
    """The URL that git is given and its protocol. Raises Stopped for one that is not opened."""
    if url.startswith("-") or "::" in url or not url.isprintable():
        raise Stopped(Reason.REFUSED_URL, "begins with a dash, holds a control character, or names a helper with `::`")
    if _SECRET.search(url):
        raise Stopped(Reason.CREDENTIALS_IN_URL, "a token belongs in the environment, see the documentation")
    scheme = _SCHEME.match(url)
    if scheme is None:
        return (url, "ssh") if _is_scp(url) else (f"file://{quote(os.path.abspath(url))}", "file")
    protocol = scheme[1].lower()
    if protocol not in PROTOCOLS:
        raise Stopped(Reason.REFUSED_URL, f"the protocol is none of {', '.join(PROTOCOLS)}")
    return url, protocol


def _is_scp(url: str) -> bool:
    """Whether it is `user@host:path`."""
    return bool(_SCP.match(url)) and not os.path.exists(url)


def redacted(text: str) -> str:
    """A text without the passwords of the URLs in it."""
    return _SECRET.sub("***", text)


def key(url: str) -> str:
    """What is the same for two addresses of one repository."""
    scheme = _SCHEME.match(url)
    if not url.isprintable():
        return repr(url)
    if scheme is None and not _is_scp(url):
        return os.path.realpath(url)
    if scheme is None:
        host, _, path = url.partition(":")
        return f"{host.rpartition('@')[2].lower()}/{_plain(path)}"
    parts = urlsplit(url)
    if parts.scheme.lower() == "file":
        return os.path.realpath(unquote(parts.path))
    return f"{parts.netloc.rpartition('@')[2].lower()}/{_plain(parts.path)}"


def _plain(path: str) -> str:
    return path.strip("/").removesuffix(".git")


def name(url: str) -> str:
    """What people call the repository: the last two parts of its path, as `owner/repository`."""
    path = urlsplit(url).path if _SCHEME.match(url) else url.rpartition(":")[2] if _is_scp(url) else url
    parts = [part for part in _plain(path).split("/") if part not in ("", ".", "..")]
    return "/".join(parts[-2:]) or "repository"


def slug(text: str) -> str:
    """A text as part of a file name on any disk."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:80].strip("-.")
