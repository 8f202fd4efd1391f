"""When two addresses are one repository: where git would find the same one."""

from __future__ import annotations

import os

from deflask.bulk.urls import SCP, URL, local, plain

_PORTS = {"https": "443", "http": "80", "ssh": "22", "git": "9418"}
_FORGE_USER = "git"
"""Who everybody is that uses a forge by ssh; for others the path begins at their own home."""
_SUFFIXES = ("/.git", "", ".git/.git", ".git")
"""What git appends to a path until it finds a repository (gitrepository-layout, `enter_repo` in path.c)."""
_LONGEST = 10_000
"""Bytes that are read of a file that holds a path."""


def key(url: str) -> str:
    """What is the same for two addresses of one repository, and for no others.

    A forge has one repository for a path, by whichever protocol. In doubt two addresses are two repositories: to push
    the same commit twice changes nothing, and what is left out nobody looks at.
    """
    path = local(url)
    if path is not None:
        return _found(os.path.abspath(path)) if "\0" not in path else url
    parts = URL.match(url)
    if parts is None:
        found = SCP.match(url)
        return _remote("ssh", found["user"], found["host"], "", found["path"]) if found is not None else url
    scheme, port = parts["scheme"].lower(), parts["port"] or ""
    port = "" if port == _PORTS.get(scheme, "") else port
    return _remote(scheme, parts["user"], parts["host"], port, parts["path"]) + parts["more"]


def _remote(scheme: str, user: str | None, host: str, port: str, path: str) -> str:
    place = f"{host.lower()}:{port}" if port else host.lower()
    if scheme != "ssh" or user == _FORGE_USER:
        return f"{place}/{plain(path)}"
    return f"ssh:{user or ''}@{place}:{'/' if path.startswith('/') else ''}{plain(path)}"


def _found(path: str) -> str:
    """The folder in which git keeps the repository of a path, the path itself where there is none."""
    try:
        for suffix in _SUFFIXES:
            if os.path.isfile(path + suffix) or is_repository(path + suffix):
                return _shared(path + suffix)
    except OSError:
        pass
    return os.path.realpath(path)


def is_repository(folder: str) -> bool:
    """Whether a folder is one of git's own, without a work tree."""
    has = {name: os.path.join(folder, name) for name in ("HEAD", "objects", "refs")}
    return os.path.lexists(has["HEAD"]) and os.path.isdir(has["objects"]) and os.path.isdir(has["refs"])


def _shared(found: str) -> str:
    """The folder that holds the branches: that of the main work tree, where others are linked to it."""
    if os.path.isfile(found):
        found = os.path.join(os.path.dirname(found), _written(found).removeprefix("gitdir: "))
    common = os.path.join(found, "commondir")
    return os.path.realpath(os.path.join(found, _written(common)) if os.path.isfile(common) else found)


def _written(path: str) -> str:
    with open(path, "rb") as file:
        return os.fsdecode(file.read(_LONGEST)).rstrip("\n")
