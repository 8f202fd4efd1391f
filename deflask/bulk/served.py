"""Repositories that git serves on this machine, because they are paths: what is theirs must not run."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

from deflask.bulk.git import Git
from deflask.bulk.reasons import Reason, Stopped

# The other end has no remotes, so it opens none, and takes no setting of ours from the environment.
_BEGIN = "GIT_ALLOW_PROTOCOL= git"
_SETTINGS = {"core.hooksPath": "/dev/null", "core.alternateRefsCommand": "true", "core.fsmonitor": "false"}
_RECEIVING = {"receive.autogc": "false", "receive.denyCurrentBranch": "refuse"}
# What could refuse a push is the owner's word: it is not passed over, and not run either.
_GATE = """#!/bin/sh
hooks=$(git config --local --includes --type=path core.hooksPath) || hooks=$(git rev-parse --git-common-dir)/hooks
for hook in pre-receive update reference-transaction proc-receive; do
  if [ -x "$hooks/$hook" ]; then
    echo "there is a hook $hook, and hooks are not run in a repository that is a path" >&2
    exit 1
  fi
done
"""


def reading(protocol: str) -> tuple[str, ...]:
    """The arguments with which a command reads from the repository of a URL with a protocol."""
    return (f"--upload-pack={_command(_SETTINGS)} upload-pack",) if protocol == "file" else ()


def pushing(git: Git) -> tuple[str, ...]:
    """The arguments with which `git` pushes to its repository. Raises Stopped where that is not safe."""
    if git.protocol != "file":
        return ()
    folder = os.path.join(git.folder, "gate")
    path = os.path.join(folder, "pre-receive")
    os.mkdir(folder)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700), "w", encoding="ascii") as file:
        file.write(_GATE)
    if not os.access(path, os.X_OK):
        raise Stopped(Reason.PUSH_REFUSED, f"nothing can be run in {folder}, so hooks are not found")
    settings = {**_SETTINGS, **_RECEIVING, "core.hooksPath": folder}
    return (f"--receive-pack={_command(settings)} receive-pack",)


def _command(settings: Mapping[str, str]) -> str:
    """The beginning of a command for the shell, which git gives it to with the path of the repository behind it."""
    return " ".join([_BEGIN, *(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())])
