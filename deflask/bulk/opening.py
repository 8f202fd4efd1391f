"""Where branches that were pushed become pull requests: what a forge does is written down, one repository at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from deflask.bulk import offers
from deflask.bulk.campaign import Campaign
from deflask.bulk.forges import State as Condition
from deflask.bulk.forges.body import described
from deflask.bulk.journal import Row
from deflask.bulk.model import STOPPED, State
from deflask.bulk.offers import Did, Result
from deflask.bulk.reasons import SKIPPING

Act = Callable[[Iterable[offers.Row]], Iterator[Result]]
"""Asks a forge about each of some repositories, and tells what came of it as soon as it is known."""

_STATES = {Condition.OPEN: State.OPENED, Condition.MERGED: State.MERGED, Condition.CLOSED: State.CLOSED}


@dataclass(frozen=True, slots=True)
class Branch:
    """A repository of the journal as pull requests see it."""

    id: int
    name: str
    url: str
    pushed_to: str | None
    branch: str
    base: str
    commit: str
    findings: str
    pull_request: str | None


def branch_of(campaign: Campaign, row: Row) -> Branch:
    """A repository that has a branch of ours, or is to have one."""
    document = campaign.journal.document(row.id) or {}
    return Branch(
        row.id,
        row.name,
        row.target.url,
        row.pushed_to,
        campaign.options.branch,
        row.base or "",
        row.pushed or "",
        described(document.get("findings", []), campaign.options.unsafe_fixes),
        row.pull_request,
    )


def having_branch(campaign: Campaign) -> list[int]:
    """The repositories that have a branch of ours, of which a pull request may tell; what failed may not fail again."""
    rows = campaign.journal.rows([State.PUSHED, State.OPENED, *STOPPED])
    return [row.id for row in rows if row.state not in STOPPED or row.pull_request is not None]


def pull_requests(campaign: Campaign, act: Act, ids: Iterable[int]) -> Iterator[Row]:
    """Have a forge act on repositories that have a branch of ours; each as it is done."""
    for result in act(branch_of(campaign, campaign.journal.row(number)) for number in ids):
        yield record(campaign, result)


def record(campaign: Campaign, result: Result) -> Row:
    """Write down what a forge has done about a repository."""
    row = campaign.journal.row(result.row.id)
    kept = {"pull_request": result.pull_request.url} if result.pull_request is not None else {}
    detail = "; ".join(said for said in (result.words, result.note) if said) or None
    campaign.journal.record(row.id, _state(row, result), result.reason, detail, **kept)
    return campaign.journal.row(row.id)


def _state(row: Row, result: Result) -> State:
    if result.pull_request is not None:
        return _STATES[result.pull_request.state]
    if result.did is Did.FAILED:
        return State.FAILED
    return State.SKIPPED if result.reason in SKIPPING else row.state
