"""Where branches that were pushed become pull requests: what a forge does is written down, one repository at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from deflask.bulk.campaign import Campaign
from deflask.bulk.journal import Row
from deflask.bulk.model import State
from deflask.bulk.reasons import Reason

HAVING_BRANCH = (State.PUSHED, State.OPENED)
"""The states in which a repository has a branch of ours that a pull request is, or can be, about."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a forge has done about a repository; `pull_request` is the address, None where there is none."""

    row: Row
    state: State
    pull_request: str | None = None
    reason: Reason | None = None
    detail: str | None = None


Act = Callable[[Iterable[Row]], Iterator[Result]]
"""Asks a forge about each of some repositories, and tells what came of it as soon as it is known."""


def pull_requests(campaign: Campaign, act: Act, ids: Iterable[int] | None = None) -> Iterator[Row]:
    """Have a forge act on the repositories that have a branch of ours, or on some of them; each as it is done.

    A row says what a pull request is made of: `campaign.options.branch`, which is at `pushed`, into `base`; what was
    found is in `campaign.journal.document`.
    """
    chosen = campaign.journal.ids(HAVING_BRANCH) if ids is None else ids
    for result in act(campaign.journal.row(number) for number in chosen):
        kept = {"pull_request": result.pull_request} if result.pull_request is not None else {}
        campaign.journal.record(result.row.id, result.state, result.reason, result.detail, **kept)
        yield campaign.journal.row(result.row.id)
