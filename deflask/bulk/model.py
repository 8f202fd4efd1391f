"""The picklable values that the rooms of a campaign pass on."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from deflask.bulk.reasons import SKIPPING, Reason, Stopped

AUTHOR = "deflask <deflask@localhost>"


class State(str, enum.Enum):
    """Where a repository stands in its campaign. The values are a contract."""

    PENDING = "pending"
    PLANNED = "planned"
    NOTHING_TO_DO = "nothing-to-do"
    SKIPPED = "skipped"
    FAILED = "failed"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUSHED = "pushed"
    OPENED = "opened"
    MERGED = "merged"
    CLOSED = "closed"


STOPPED = (State.FAILED, State.SKIPPED)
"""What goes no further until somebody asks for it again."""


@dataclass(frozen=True, slots=True)
class Target:
    """A repository as a source lists it: its URL, and the branch to start from where that is not the default one."""

    url: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one repository may cost."""

    seconds: float = 600
    """For each command of git."""
    size: int = 2_000_000_000
    """Bytes that a clone may take on the disk."""
    blob: int = 10_000_000
    """Bytes of one file that is examined."""


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for all repositories of a campaign; it is chosen once, when the campaign begins."""

    name: str
    """The campaign's: the branch is `deflask/<name>`."""
    author: str = AUTHOR
    select: tuple[str, ...] | None = None
    unsafe_fixes: bool = False
    env_var: str = "FLASK_DEBUG"
    ignore_suppressions: bool = False
    commit_template: str | None = None
    """What commits say instead of our own words: the text, so that workers need no file."""
    signoff: bool = False

    @property
    def branch(self) -> str:
        """The branch that is pushed, without `refs/heads/`."""
        return f"deflask/{self.name}"


@dataclass(frozen=True, slots=True)
class Task:
    """One repository to be planned or pushed, as it goes to a worker.

    `scratch` is the folder for what is not kept, None meaning the worker's own.
    """

    id: int
    target: Target
    options: Options
    limits: Limits = field(default_factory=Limits)
    scratch: str | None = None
    head: str | None = None
    """To be pushed: the commit that was planned on, its branch, the new commit, and the pack that holds it."""
    base: str | None = None
    commit: str | None = None
    pack: bytes | None = None
    pushed: str | None = None
    """The commit that the campaign itself has put on the branch before."""
    pushed_to: str | None = None
    """The fork that holds the branch; None: the repository itself."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file that the plan changes; `before` and `after` are IDs of blobs."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one repository.

    `head`, `base`, `commit`, `pack`, `diff` and `changes` are there where something is planned. `suppressed` counts
    what comments silence; `document` is the findings and files as in the JSON format.
    """

    state: State
    reason: Reason | None = None
    detail: str | None = None
    log: str = ""
    head: str | None = None
    base: str | None = None
    commit: str | None = None
    pack: bytes | None = None
    diff: bytes | None = None
    changes: tuple[Change, ...] = ()
    shape: str | None = None
    findings: int = 0
    suppressed: int = 0
    document: dict[str, Any] | None = None


def stopped(error: Stopped, log: str = "") -> Outcome:
    """The outcome of a repository that goes no further."""
    state = State.SKIPPED if error.reason in SKIPPING else State.FAILED
    return Outcome(state, error.reason, error.detail, log)
