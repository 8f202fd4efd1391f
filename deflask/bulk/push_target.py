"""Where a branch is to be pushed, asked before anything is."""

from __future__ import annotations

from dataclasses import dataclass

from deflask.bulk.forges import Access, Forge, Unavailable
from deflask.bulk.forges.pacing import Pacer
from deflask.bulk.reasons import Reason

_LOOKS = 60
_BETWEEN_LOOKS = 5.0
"""GitHub says that a fork can take five minutes."""


@dataclass(frozen=True, slots=True)
class PushTarget:
    """`url` is for git, `pushed_to` for the row: None where that is the repository itself."""

    url: str
    pushed_to: str | None = None


def push_target(forge: Forge, url: str, pacer: Pacer) -> PushTarget | Reason:
    """The repository, or our fork of it where we have no right to push; or why nothing is to be pushed at all."""
    access = pacer.read(lambda: forge.access(url))
    if access.archived:
        return Reason.ARCHIVED
    if access.disabled:
        return Reason.DISABLED
    if access.can_push:
        return PushTarget(url)
    fork = pacer.write(lambda: forge.fork(url))
    _wait_for(fork, forge, pacer)
    return PushTarget(fork.url, fork.url)


def _wait_for(fork: Access, forge: Forge, pacer: Pacer) -> None:
    for _ in range(_LOOKS):
        if pacer.read(lambda: forge.is_ready(fork)):
            return
        pacer.pause(_BETWEEN_LOOKS, f"{fork.name} is being made")
    raise Unavailable(f"the fork {fork.name} is not ready")
