"""The pull requests of a campaign: opened, brought up to date, merged and closed, one row after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from deflask.bulk.forges import (
    Archived,
    Checks,
    Conflict,
    Forge,
    ForgeError,
    NotFound,
    PullRequest,
    Refused,
    Request,
    State,
    Unauthorized,
    Unavailable,
)
from deflask.bulk.forges.pacing import Halted, Pacer
from deflask.bulk.offers import Did, Offer, Result, Row
from deflask.bulk.reasons import Reason

Answer = TypeVar("Answer")
_REASONS: dict[type[ForgeError], Reason] = {
    NotFound: Reason.NOT_FOUND,
    Archived: Reason.ARCHIVED,
    Conflict: Reason.CONFLICT,
    Unavailable: Reason.UNAVAILABLE,
}
_UNREADY = {Checks.PENDING: Reason.CHECKS_PENDING, Checks.FAILED: Reason.CHECKS_FAILED}


def open_all(rows: Iterable[Row], forge: Forge, offer: Offer, pacer: Pacer) -> Iterator[Result]:
    """Open what is not open. What a person closed stays closed, also where our journal knows nothing of it.

    Ends where the pace's limit or last wave does. `Halted` where going on makes no sense.
    """

    def existing(row: Row) -> Result | None:
        return _existing(row, forge, offer, pacer)

    def made(row: Row) -> Result:
        return _made(offer.request(row), row, forge, pacer)

    for row in rows:
        result = guarded(existing, row)
        if result is not None:
            yield result
            continue
        if not pacer.may_begin():
            return
        result = guarded(made, row)
        # First the row is told, so that it is recorded also where it is the one that stops the run.
        yield result
        pacer.ended(result.did is Did.FAILED)


def update_all(rows: Iterable[Row], forge: Forge, offer: Offer, pacer: Pacer) -> Iterator[Result]:
    """Look at each pull request, and give it the title and body that it would get now."""

    def updated(row: Row, there: PullRequest) -> Result:
        wanted = offer.request(row)
        if (there.title, there.body.split()) == (wanted.title, wanted.body.split()):
            return Result(row, Did.UNCHANGED, None, there)
        now = pacer.write(lambda: forge.update(row.url, there.number, wanted.title, wanted.body))
        return Result(row, Did.DONE, None, now)

    return _each_open(rows, forge, pacer, updated)


def merge_all(rows: Iterable[Row], forge: Forge, pacer: Pacer) -> Iterator[Result]:
    """Merge what passes its checks, or has none, and is still the commit that we pushed."""

    def merged(row: Row, there: PullRequest) -> Result:
        if there.draft:
            return Result(row, Did.LEFT, Reason.DRAFT, there)
        checks = pacer.read(lambda: forge.checks(row.url, there))
        if checks in _UNREADY:
            return Result(row, Did.LEFT, _UNREADY[checks], there)
        return Result(row, Did.DONE, None, pacer.write(lambda: forge.merge(row.url, there.number, row.commit)))

    return _each_open(rows, forge, pacer, merged)


def close_all(rows: Iterable[Row], forge: Forge, pacer: Pacer) -> Iterator[Result]:
    """Close what is open and has no commit of a person."""

    def closed(row: Row, there: PullRequest) -> Result:
        return Result(row, Did.DONE, None, pacer.write(lambda: forge.close(row.url, there.number, there.body)))

    return _each_open(rows, forge, pacer, closed)


def _each_open(
    rows: Iterable[Row], forge: Forge, pacer: Pacer, act: Callable[[Row, PullRequest], Result]
) -> Iterator[Result]:
    def acted(row: Row) -> Result:
        if row.pull_request is None:
            return Result(row, Did.LEFT, Reason.NO_PULL_REQUEST)
        number = _number(row.pull_request)
        there = pacer.read(lambda: forge.get(row.url, number))
        if there.state is not State.OPEN:
            return _ended(row, there)
        if there.head != row.commit:
            return Result(row, Did.LEFT, Reason.BRANCH_MODIFIED, there)
        return act(row, there)

    for row in rows:
        yield guarded(acted, row)


def _existing(row: Row, forge: Forge, offer: Offer, pacer: Pacer) -> Result | None:
    """The pull request that is there; None if one is to be made."""
    request = offer.request(row)
    known = row.pull_request
    there = pacer.read(lambda: forge.find(request) if known is None else forge.get(row.url, _number(known)))
    if there is None or (there.state is State.CLOSED and not there.closed_by_person):
        return None
    if there.state is not State.OPEN:
        return _ended(row, there)
    # One that the journal does not know may come from a run that ended between the making and what comes after it.
    note = _completed(request, there, forge, pacer) if known is None else ""
    return Result(row, Did.UNCHANGED, None, there, note=note)


def _made(request: Request, row: Row, forge: Forge, pacer: Pacer) -> Result:
    made = pacer.write(lambda: forge.create(request))
    return Result(row, Did.DONE, None, made, note=_completed(request, made, forge, pacer))


def _completed(request: Request, there: PullRequest, forge: Forge, pacer: Pacer) -> str:
    """What did not work of labels and reviewers: the pull request is there all the same."""
    try:
        pacer.write(lambda: forge.complete(request, there.number))
    except ForgeError as error:
        return f"labels or reviewers: {error.words}"
    return ""


def _ended(row: Row, there: PullRequest) -> Result:
    if there.state is State.MERGED:
        return Result(row, Did.LEFT, Reason.MERGED, there)
    return Result(row, Did.LEFT, Reason.CLOSED_BY_PERSON if there.closed_by_person else Reason.CLOSED, there)


def _number(address: str) -> int:
    """The number at the end of a pull request's address."""
    number = address.rstrip("/").rpartition("/")[2]
    if not (number.isascii() and number.isdigit()):
        raise Refused("what is recorded is no pull request")
    return int(number)


def guarded(act: Callable[[Row], Answer], row: Row) -> Answer | Result:
    """A row's failure is its result; what would fail every row stops the run."""
    try:
        return act(row)
    except Unauthorized as error:
        raise Halted(f"the token is not taken: {error.words}") from None
    except ForgeError as error:
        left = isinstance(error, Archived)
        reason = _REASONS.get(type(error), Reason.REFUSED)
        return Result(row, Did.LEFT if left else Did.FAILED, reason, words=error.words)
