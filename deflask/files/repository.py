"""The git repository in which a folder stands, and the environment in which git is asked about it."""

from __future__ import annotations

import os


def top(folder: str) -> str | None:
    """The folder, from this one upwards, that holds a repository; None where there is none."""
    above = os.path.abspath(folder)
    while not os.path.lexists(os.path.join(above, ".git")):
        folder, above = above, os.path.dirname(above)
        if above == folder:
            return None
    return above


def environment() -> dict[str, str]:
    """The environment without what a hook that runs us tells git of its own repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
