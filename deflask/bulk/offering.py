"""From approved plans to pull requests: a branch is pushed when its turn comes, and opened at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from deflask.bulk.apply import apply, waiting
from deflask.bulk.campaign import Campaign
from deflask.bulk.engines import Engine
from deflask.bulk.forges import Forge
from deflask.bulk.forges.pacing import Pacer
from deflask.bulk.journal import Row
from deflask.bulk.model import State
from deflask.bulk.offers import Did, Offer, Result
from deflask.bulk.opening import branch_of, pull_requests, record
from deflask.bulk.pull_requests import guarded, open_all
from deflask.bulk.push_target import PushTarget, push_target


@dataclass(frozen=True, slots=True)
class Todo:
    """The repositories that have a branch and no pull request, and those that have neither."""

    to_open: tuple[int, ...]
    to_push: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """All of them."""
        return self.to_open + self.to_push


def todo(campaign: Campaign, retry_failed: bool, turns: int | None) -> Todo:
    """What is to be done in so many turns: nothing is pushed whose pull request has to wait for another run."""
    to_open = tuple(row.id for row in campaign.journal.rows([State.PUSHED]) if row.pull_request is None)
    to_push = waiting(campaign, retry_failed)
    left = None if turns is None else max(turns - len(to_open), 0)
    return Todo(to_open, tuple(to_push[:left]))


def offer_all(
    campaign: Campaign,
    engine: Engine,
    forge: Forge,
    offer: Offer,
    pacer: Pacer,
    work: Todo,
    done: Callable[[Row], None],
) -> None:
    """Push and open; `done` is told of each repository. `Halted` where going on makes no sense."""

    def pushed() -> Iterator[int]:
        yield from work.to_open
        for row in apply(campaign, engine, destined(campaign, forge, pacer, work.to_push, done)):
            if row.state is State.PUSHED:
                yield row.id
                continue
            done(row)
            if row.state is State.FAILED:
                pacer.ended(failed=True)

    for row in pull_requests(campaign, lambda rows: open_all(rows, forge, offer, pacer), pushed()):
        done(row)


def destined(
    campaign: Campaign, forge: Forge, pacer: Pacer, ids: Iterable[int], done: Callable[[Row], None]
) -> Iterator[int]:
    """The repositories that can be pushed to, themselves or a fork; of the others `done` is told."""
    for number in ids:
        row = campaign.journal.row(number)
        branch = branch_of(campaign, row)
        found = guarded(lambda each: push_target(forge, each.url, pacer), branch)
        if isinstance(found, PushTarget):
            # Before the push: whoever is killed after it has to know where the branch is.
            if found.pushed_to is not None and row.pushed_to is None:
                campaign.journal.record(row.id, row.state, row.reason, row.detail, pushed_to=found.pushed_to)
            yield number
        else:
            done(record(campaign, found if isinstance(found, Result) else Result(branch, Did.LEFT, found)))
