"""Goal: a breaker tries a dead disk ever more rarely, never too rarely, and forgives at the first success."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgectl.sinks.breaker import CLOSED, HALF_OPEN, OPEN, Breaker, Patience, failed, worked

PATIENCE = Patience(failures_max=3, pause_ms_min=1_000, pause_ms_max=5_000)


def after(failures, now_ms=0):
    breaker = Breaker()
    for _ in range(failures):
        breaker = failed(breaker, PATIENCE, now_ms)
    return breaker


@pytest.mark.parametrize(
    "failures, pause_ms", [(0, 0), (2, 0), (3, 1_000), (4, 2_000), (5, 4_000), (6, 5_000), (9, 5_000)]
)
def test_each_pause_is_twice_the_last_up_to_a_bound(failures, pause_ms):
    assert after(failures).pause_ms == pause_ms


@pytest.mark.parametrize("now_ms, state", [(10, OPEN), (1_009, OPEN), (1_010, HALF_OPEN), (99_999, HALF_OPEN)])
def test_it_is_open_until_its_pause_is_over_then_one_try_decides(now_ms, state):
    assert after(3, now_ms=10).state(now_ms) == state


def test_a_failed_try_opens_it_again_and_a_good_one_forgets_everything():
    again = failed(after(3), PATIENCE, 1_000)
    assert (again.state(2_999), again.state(3_000)) == (OPEN, HALF_OPEN)
    assert worked() == Breaker()
    assert worked().state(0) == CLOSED


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100_000)), max_size=60))
def test_nothing_is_tried_while_open_and_a_try_is_never_further_away_than_the_bound(story):
    breaker, now_ms = Breaker(), 0
    for good, wait_ms in story:
        now_ms += wait_ms
        if breaker.state(now_ms) == OPEN:
            assert 0 < breaker.until_ms - now_ms <= PATIENCE.pause_ms_max
            continue
        breaker = worked() if good else failed(breaker, PATIENCE, now_ms)
        assert (breaker.state(now_ms) == CLOSED) is (breaker.failures < PATIENCE.failures_max)
