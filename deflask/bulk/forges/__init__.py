"""What a forge is asked for, and what it can answer: the words that GitHub and GitLab have in common."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol


class State(str, enum.Enum):
    """What a pull request is."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class Checks(str, enum.Enum):
    """What the checks of a commit came to, all taken together."""

    NONE = "none"
    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Request:
    """A pull request as it should be. `pushed_to` is the fork that holds its branch, None the repository itself."""

    url: str
    head: str
    base: str
    title: str
    body: str
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    draft: bool = False
    pushed_to: str | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as it is; `head` is the commit at its head."""

    number: int
    url: str
    state: State
    head: str
    closed_by_person: bool = False
    draft: bool = False
    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """What can be done with a repository, known before anything is pushed; `url` is where git finds it."""

    name: str
    url: str
    default_branch: str | None
    archived: bool = False
    disabled: bool = False
    fork: bool = False
    can_push: bool = False


class ForgeError(Exception):
    """What went wrong, in the forge's own words; the classes below are all there are."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Unauthorized(ForgeError):
    """The token is not taken, so nothing else will work either."""


class NotFound(ForgeError):
    """No such repository or pull request, or none that this token may see."""


class Refused(ForgeError):
    """Understood and not done."""


class Archived(Refused):
    """The repository is read-only."""


class Conflict(ForgeError):
    """What is there is not what was expected: a head that has moved, a merge that does not work out."""


class Unavailable(ForgeError):
    """No answer, or none that makes sense; it may work later."""


class RateLimited(ForgeError):
    """Too much was asked: again after so many seconds, or at `reset` (Unix time), or when it seems right."""

    def __init__(self, words: str, retry_after: float | None = None, reset: float | None = None) -> None:
        super().__init__(words)
        self.retry_after = retry_after
        self.reset = reset


class Forge(Protocol):
    """What the pull requests of a campaign need. Every method raises only a `ForgeError`."""

    def access(self, url: str) -> Access:
        """What can be done with the repository."""

    def fork(self, url: str) -> Access:
        """Our fork of the repository, made if there is none."""

    def is_ready(self, fork: Access) -> bool:
        """Whether a new fork can be pushed to: forges copy in the background."""

    def find(self, request: Request) -> PullRequest | None:
        """The pull request of this head branch: the open one, else the newest."""

    def get(self, url: str, number: int) -> PullRequest:
        """A pull request by its number."""

    def create(self, request: Request) -> PullRequest:
        """Make it; where it exists already, the existing one."""

    def complete(self, request: Request, number: int) -> None:
        """Add the labels and ask the reviewers where that is still to be done."""

    def update(self, url: str, number: int, title: str, body: str) -> PullRequest:
        """Give it another title and body."""

    def close(self, url: str, number: int, body: str) -> PullRequest:
        """Close it, with a body that says that we did."""

    def merge(self, url: str, number: int, head: str) -> PullRequest:
        """Merge it if its head is still this commit."""

    def checks(self, url: str, pull_request: PullRequest) -> Checks:
        """What the checks of its head came to."""

    def close_connection(self) -> None:
        """Nothing is asked any more."""
