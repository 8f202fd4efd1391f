"""What a reviewer sees and says: plans that do the same are one group, and each is approved or rejected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deflask.bulk.campaign import Campaign
from deflask.bulk.journal import Row
from deflask.bulk.model import STOPPED, State


@dataclass(frozen=True, slots=True)
class Group:
    """Repositories whose diffs have one shape, in the order of the list."""

    shape: str
    ids: tuple[int, ...]


def is_reviewable(row: Row) -> bool:
    """Whether a reviewer can still say something about a plan: also where it could not be pushed."""
    if row.state in STOPPED:
        return row.commit is not None and row.pushed is None and row.pull_request is None
    return row.state in (State.PLANNED, State.APPROVED, State.REJECTED)


def groups(campaign: Campaign, states: Iterable[State] = (State.PLANNED,)) -> list[Group]:
    """The repositories that wait for a review, by the shape of their diffs, the largest group first."""
    by_shape: dict[str, list[int]] = {}
    for row in campaign.journal.rows(tuple(states)):
        by_shape.setdefault(row.shape or "", []).append(row.id)
    found = [Group(shape, tuple(ids)) for shape, ids in by_shape.items()]
    return sorted(found, key=lambda group: (-len(group.ids), group.ids[0]))


def approve(campaign: Campaign, ids: Iterable[int]) -> int:
    """Approve plans, and say how many. What can no longer be reviewed stays as it is."""
    return _say(campaign, ids, State.APPROVED, None)


def reject(campaign: Campaign, ids: Iterable[int], reason: str) -> int:
    """Reject plans for a reason that is kept, and say how many."""
    return _say(campaign, ids, State.REJECTED, reason)


def _say(campaign: Campaign, ids: Iterable[int], state: State, detail: str | None) -> int:
    rows = [row for row in map(campaign.journal.row, ids) if is_reviewable(row)]
    for row in rows:
        campaign.journal.record(row.id, state, None, detail)
    return len(rows)


def example(campaign: Campaign, group: Group) -> tuple[Row, bytes]:
    """The first repository of a group, and its diff."""
    row = campaign.journal.row(group.ids[0])
    return row, campaign.diff(row)
