"""How fast a forge is asked: so many an hour, in waves, and as slowly as the forge itself wants it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from deflask.bulk.forges import RateLimited, Unavailable

Answer = TypeVar("Answer")
ALL = None
"""The size of a wave that takes whatever is left."""

_HOUR = 3600.0
_BETWEEN_WRITES = 1.0
"""What GitHub asks for: at least a second between requests that change something."""
_FIRST_BACKOFF = 60.0
_FIRST_RETRY = 5.0
_RATE_LIMITS_IN_A_ROW = 6
_TRIES_OF_THE_UNAVAILABLE = 3
_LONGEST = 2 * _HOUR
"""GitHub's budget is new every hour; who asks for more than this is not waited for."""
_ENOUGH_TO_JUDGE = 10


class Clock(Protocol):
    """Time, which tests turn by hand."""

    def now(self) -> float:
        """Unix time."""

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""


class WallClock:
    """Real time."""

    def now(self) -> float:
        """Unix time."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        time.sleep(seconds)


class Halted(Exception):
    """The run ended before its rows did; the rows that had no turn are as they were."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What the user wants: pull requests per hour, at most in this run, in waves; and when to stop."""

    per_hour: float | None = None
    limit: int | None = None
    waves: tuple[int | None, ...] = (ALL,)
    failure_share: float = 0.2


def waves(text: str) -> tuple[int | None, ...]:
    """The waves that `5,50,all` describes; `all` can only be the last."""
    sizes: list[int | None] = []
    for word in (part.strip() for part in text.split(",")):
        if sizes and sizes[-1] is ALL:
            raise ValueError("`all` is the last wave")
        if word != "all" and not (word.isascii() and word.isdigit() and int(word) > 0):
            raise ValueError(
                f"{word!r} is no wave: a wave is a number above 0, and `all` may be the last, as in 5,50,all"
            )
        sizes.append(ALL if word == "all" else int(word))
    return tuple(sizes)


def _nothing(_seconds: float, _why: str) -> None:
    """Nobody wants to know."""


class Pacer:
    """Lets calls through at their pace. `waiting` is told how long it waits, and why, before it does."""

    def __init__(
        self, pace: Pace | None = None, clock: Clock | None = None, waiting: Callable[[float, str], None] = _nothing
    ) -> None:
        self._pace = pace = pace or Pace()
        self._clock = clock or WallClock()
        self._waiting = waiting
        self._breaker = _Breaker(pace.waves, pace.failure_share)
        self._begun = 0
        self._due = float("-inf")
        self._written = float("-inf")

    @property
    def turns(self) -> int | None:
        """How many pull requests this run may open at most; None where nothing is said."""
        bounds = [bound for bound in (self._pace.limit, self._breaker.turns) if bound is not None]
        return min(bounds, default=None)

    def may_begin(self) -> bool:
        """Wait for the turn of one more pull request; False if this run has had all its turns."""
        if self._begun == self._pace.limit or self._breaker.is_over:
            return False
        if self._pace.per_hour is not None:
            interval = _HOUR / self._pace.per_hour
            # Evenly spread instead of all at the beginning of an hour: that is kinder to the builds that start, and a
            # run that is interrupted and taken up again needs to remember nothing. A clock that was set back costs one
            # interval at most.
            self._wait(min(self._due - self._clock.now(), interval), f"{self._pace.per_hour:g} an hour")
            self._due = self._clock.now() + interval
        self._begun += 1
        return True

    def ended(self, failed: bool) -> None:
        """Count what became of a turn; `Halted` if too many of a wave have failed."""
        self._breaker.count(failed)

    def read(self, call: Callable[[], Answer]) -> Answer:
        """Make a call, again and again while the forge says later. `Halted` if it says so for too long."""
        backoff, retry, limited = _FIRST_BACKOFF, _FIRST_RETRY, 0
        for_nothing = 0
        while True:
            try:
                return call()
            except RateLimited as error:
                limited += 1
                seconds = self._asked_for(error)
                seconds, backoff = (backoff, backoff * 2) if seconds is None else (seconds, backoff)
                if limited == _RATE_LIMITS_IN_A_ROW or seconds > _LONGEST:
                    raise Halted(f"the forge's rate limit: {error.words}") from None
                self._wait(seconds, f"the forge's rate limit: {error.words}")
            except Unavailable as error:
                for_nothing += 1
                if for_nothing == _TRIES_OF_THE_UNAVAILABLE:
                    raise
                self._wait(retry, f"the forge does not answer: {error.words}")
                retry *= 2

    def write(self, call: Callable[[], Answer]) -> Answer:
        """The same for a call that changes something."""

        def spaced() -> Answer:
            self._wait(min(self._written + _BETWEEN_WRITES - self._clock.now(), _BETWEEN_WRITES), "")
            try:
                return call()
            finally:
                self._written = self._clock.now()

        return self.read(spaced)

    def pause(self, seconds: float, why: str) -> None:
        """Wait for something that is not a limit."""
        self._wait(seconds, why)

    def _asked_for(self, error: RateLimited) -> float | None:
        if error.retry_after is not None:
            return max(error.retry_after, 0.0)
        if error.reset is not None:
            # A second more, because nobody knows when in its second the budget is new.
            return max(error.reset - self._clock.now(), 0.0) + 1.0
        return None

    def _wait(self, seconds: float, why: str) -> None:
        if seconds > 0:
            if why:
                self._waiting(seconds, why)
            self._clock.sleep(seconds)


class _Breaker:
    """Counts a wave's failures, and begins the next wave when one is through."""

    def __init__(self, sizes: Sequence[int | None], share: float) -> None:
        self._sizes = list(sizes)
        self._share = share
        self._done = self._failed = 0

    @property
    def is_over(self) -> bool:
        return not self._sizes

    @property
    def turns(self) -> int | None:
        sizes = [size for size in self._sizes if size is not ALL]
        return sum(sizes) if len(sizes) == len(self._sizes) else None

    def count(self, failed: bool) -> None:
        if self.is_over:
            return
        size = self._sizes[0]
        self._done += 1
        self._failed += failed
        enough = _ENOUGH_TO_JUDGE if size is ALL else min(size, _ENOUGH_TO_JUDGE)
        if self._done >= enough and self._failed > self._share * self._done:
            raise Halted(f"{self._failed} of {self._done} pull requests of this wave failed")
        if self._done == size:
            del self._sizes[0]
            self._done = self._failed = 0
