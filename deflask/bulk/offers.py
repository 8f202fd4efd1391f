"""What the journal and the pull requests tell each other: rows, how they are offered, and what became of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Protocol

from deflask.bulk.forges import PullRequest, Request
from deflask.bulk.forges.body import PullRequestText
from deflask.bulk.reasons import Reason


class Row(Protocol):
    """What the journal knows of a repository whose branch is pushed."""

    @property
    def id(self) -> int:
        """Its number in the journal."""

    @property
    def name(self) -> str:
        """As it is shown."""

    @property
    def url(self) -> str:
        """The repository that is to be changed."""

    @property
    def pushed_to(self) -> str | None:
        """The fork that the branch was pushed to; None: the repository itself."""

    @property
    def branch(self) -> str:
        """Ours, without `refs/heads/`."""

    @property
    def base(self) -> str:
        """The branch that it is to be merged into."""

    @property
    def commit(self) -> str:
        """What we pushed."""

    @property
    def findings(self) -> str:
        """What `body.described` made of them."""

    @property
    def pull_request(self) -> str | None:
        """The address of the one that is recorded."""


@dataclass(frozen=True, slots=True)
class Offer:
    """How pull requests are made."""

    text: PullRequestText = field(default_factory=PullRequestText)
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    draft: bool = False
    variable: str = "FLASK_DEBUG"

    def request(self, row: Row) -> Request:
        """The pull request of a row."""
        title, body = self.text.filled(row.name, row.findings, self.variable)
        return Request(
            row.url, row.branch, row.base, title, body, self.labels, self.reviewers, self.draft, row.pushed_to
        )


class Did(str, enum.Enum):
    """What a call did about a row."""

    DONE = "done"
    UNCHANGED = "unchanged"
    LEFT = "left"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row, for the journal; `words` are the forge's own, `note` is what did not work besides."""

    row: Row
    did: Did
    reason: Reason | None = None
    pull_request: PullRequest | None = None
    words: str = ""
    note: str = ""
