"""The rate budget: entries never spend the reserve, protection is never refused, the exchange's refusals are heeded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgectl.core.model.order import Lane
from hedgectl.core.model.reply import Reply
from hedgectl.core.model.verdict import Refused
from hedgectl.core.orders.lanes import Budget

T0 = 1_767_225_600_000  # the start of a minute
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), st.sampled_from(Lane), st.integers(0, 60), st.integers(0, 5)),
        st.tuples(st.just("stated"), st.integers(0, 3000), st.integers(0, 400), st.integers(0, 1500)),
        st.tuples(st.just("refused"), st.sampled_from([418, 429]), st.integers(0, 300), st.just(0)),
        st.tuples(st.just("pass"), st.integers(-2000, 70_000), st.just(0), st.just(0)),
    ),
    max_size=60,
)


def said(status=200, **headers):
    return Reply(status, "", tuple((name.replace("_", "-"), str(value)) for name, value in headers.items()))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(STEPS)
def test_protection_is_always_granted_and_no_other_lane_passes_its_share(steps):
    budget, now = Budget(), T0
    for what, first, second, third in steps:
        if what == "grant":
            verdict = budget.grant(first, second, third, now)
            if first is Lane.PROTECT:
                assert verdict.approved
            elif verdict.approved:
                share = budget.shares.of(first)
                assert not second or budget.weight.used <= 2400 * share
                assert not third or budget.orders_10s.used <= 300 * share
                assert not third or budget.orders_1m.used <= 1200 * share
                assert now >= (budget.entries_after_ms if first is Lane.ENTRY else budget.reads_after_ms)
        elif what == "stated":
            budget.seen(said(x_mbx_used_weight_1m=first, x_mbx_order_count_10s=second, x_mbx_order_count_1m=third), now)
        elif what == "refused":
            budget.seen(said(first, retry_after=second), now)
        else:
            now += first


def spend(budget, lane, now, orders=1):
    count = 0
    while budget.grant(lane, 0, orders, now).approved:
        count += 1
        assert count < 10_000
    return count


def test_entries_stop_at_their_share_and_the_reserve_is_there_for_the_others():
    budget = Budget()
    assert spend(budget, Lane.ENTRY, T0) == 240
    assert spend(budget, Lane.RECONCILE, T0) == 30
    assert all(budget.grant(Lane.PROTECT, 1, 1, T0).approved for _ in range(100))


def test_a_refusal_names_the_window_the_number_and_the_limit():
    budget = Budget()
    spend(budget, Lane.ENTRY, T0)
    refusal = budget.grant(Lane.ENTRY, 0, 1, T0)
    assert refusal == Refused("lane.rate_budget", "241", "240", "orders/10s: wait for the next window")


def test_a_new_window_starts_at_0_and_the_minute_still_holds():
    budget = Budget()
    spent = [spend(budget, Lane.ENTRY, T0 + step * 10_000) for step in range(7)]
    assert spent == [240, 240, 240, 240, 0, 0, 240]


def test_the_exchanges_count_includes_what_others_spent():
    budget = Budget()
    budget.seen(said(x_mbx_order_count_10s=239), T0)
    assert spend(budget, Lane.ENTRY, T0) == 1


def test_what_was_granted_counts_before_the_exchange_says_so():
    budget = Budget()
    for _ in range(100):
        budget.grant(Lane.ENTRY, 0, 1, T0)
    budget.seen(said(x_mbx_order_count_10s=3), T0)
    assert budget.orders_10s.used == 100


def test_a_used_up_minute_of_weight_stops_entries_but_not_protection():
    budget = Budget()
    budget.weighed(1920, T0)
    assert not budget.grant(Lane.ENTRY, 0, 1, T0).approved
    assert budget.grant(Lane.RECONCILE, 5, 0, T0).approved
    assert budget.grant(Lane.PROTECT, 0, 1, T0).approved


def test_weight_0_means_not_reported():
    budget = Budget()
    budget.weighed(50, T0)
    budget.weighed(0, T0)
    assert budget.weight.used == 50


@pytest.mark.parametrize(
    "status, headers, seconds",
    [(429, {"retry_after": 7}, 7), (418, {"retry_after": 130}, 130), (429, {}, 60), (418, {}, 120)],
)
def test_429_and_418_stop_entries_and_reads_until_retry_after(status, headers, seconds):
    budget = Budget()
    budget.seen(said(status, **headers), T0)
    for lane in (Lane.ENTRY, Lane.RECONCILE):
        assert budget.grant(lane, 1, 0, T0 + seconds * 1000 - 1).code == "lane.rate_stop"
        assert budget.grant(lane, 1, 0, T0 + seconds * 1000).approved
    assert budget.grant(Lane.PROTECT, 1, 1, T0).approved


def test_a_later_shorter_retry_after_does_not_end_a_longer_one():
    budget = Budget()
    budget.seen(said(418, retry_after=130), T0)
    budget.seen(said(429, retry_after=1), T0)
    assert not budget.grant(Lane.ENTRY, 0, 1, T0 + 100_000).approved


def test_limits_come_from_the_exchange_and_0_changes_nothing():
    budget = Budget()
    budget.limits(1000, 0, 50)
    assert (budget.weight.limit, budget.orders_10s.limit, budget.orders_1m.limit) == (1000, 300, 50)
    assert spend(budget, Lane.ENTRY, T0) == 40


def test_a_clock_that_steps_back_frees_nothing():
    budget = Budget()
    spend(budget, Lane.ENTRY, T0 + 60_000)
    assert spend(budget, Lane.ENTRY, T0 + 59_999) == 0
