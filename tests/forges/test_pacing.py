"""The pace by itself."""

from __future__ import annotations

import pytest

from deflask.bulk.forges import RateLimited, Unavailable
from deflask.bulk.forges.pacing import ALL, Halted, Pace, Pacer, WallClock, waves
from tests.forges.state import TurnedClock


def test_waves_are_read() -> None:
    assert waves("5, 50,all") == (5, 50, ALL)
    assert waves("all") == (ALL,)
    assert waves("7") == (7,)


@pytest.mark.parametrize("text", ["", "0", "-1", "5,,all", "all,5", "five", "1e3", "²"])
def test_what_is_no_wave_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="wave"):
        waves(text)


def test_failures_are_counted_wave_by_wave() -> None:
    pacer = Pacer(Pace(waves=(5, ALL)), TurnedClock())
    for failed in (True, False, False, False, False):
        pacer.ended(failed)
    # One of five was not too many, and the next wave begins at nothing; of it ten are waited for before it is judged.
    for failed in [True] * 3 + [False] * 6:
        pacer.ended(failed)
    with pytest.raises(Halted, match="3 of 10"):
        pacer.ended(False)


def test_a_clock_that_is_set_back_costs_one_interval() -> None:
    clock = TurnedClock()
    pacer = Pacer(Pace(per_hour=60), clock)
    assert pacer.may_begin()
    clock.time -= 1_000_000
    assert pacer.may_begin()
    assert clock.slept == [60]


def test_a_reset_in_the_past_is_tried_at_once() -> None:
    clock, answers = TurnedClock(), iter([RateLimited("slow", reset=5.0), RateLimited("slow", retry_after=-3.0)])

    def call() -> str:
        for error in answers:
            raise error
        return "done"

    assert Pacer(Pace(), clock).read(call) == "done"
    assert clock.slept == [1.0]


def test_unavailable_is_raised_in_the_end() -> None:
    clock = TurnedClock()

    def call() -> None:
        raise Unavailable("gone")

    with pytest.raises(Unavailable):
        Pacer(Pace(), clock).write(call)
    assert clock.slept == [5, 10]


def test_real_time_passes() -> None:
    clock = WallClock()
    before = clock.now()
    clock.sleep(0.01)
    assert clock.now() > before
    assert Pacer(Pace()).may_begin()
