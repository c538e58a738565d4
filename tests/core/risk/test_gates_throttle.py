"""Throttles: the distance between entries, bursts, repeats, the pause after errors; at the last and the first ms."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedgectl.core.model.order import Side
from hedgectl.core.model.verdict import APPROVED
from hedgectl.core.risk.desk import EntryMark
from hedgectl.core.risk.gates_throttle import not_bursting, not_failing, not_repeating, rested

T0 = 1_767_225_600_000
REST = {"cooldown_ms": 15_000}
BURST = {"burst_max": 3, "burst_window_ms": 60_000}
REPEAT = {"repeat_max": 2, "repeat_window_ms": 60_000}


def mark(ms_ago, symbol="BTCUSDT", side=Side.BUY):
    return EntryMark(T0 - ms_ago, symbol, side, "1 USDT", D(1))


def burst(*ms_ago):
    return {"risk": BURST, "entries": tuple(mark(each, "ETHUSDT") for each in ms_ago)}


def repeat(*marks):
    return {"risk": REPEAT, "entries": marks}


EDGES = [
    (
        rested,
        {"risk": REST, "entered_ms": T0 - 15_000},
        {"risk": REST, "entered_ms": T0 - 14_999},
        ("throttle.cooldown", "1 ms left", "15000 ms"),
        {"entered_ms": T0 - 15_000},
    ),
    (
        not_bursting,
        burst(60_000, 2, 1),
        burst(59_999, 2, 1),
        ("throttle.burst", "4", "3 in 60000 ms"),
        burst(59_999, 1),
    ),
    (
        not_repeating,
        repeat(mark(60_000), mark(1)),
        repeat(mark(59_999), mark(1)),
        ("throttle.repeat", "3", "2 in 60000 ms"),
        repeat(mark(1)),
    ),
    (
        not_failing,
        {"paused_until_ms": T0},
        {"paused_until_ms": T0 + 1},
        ("throttle.errors", "1 ms left", "0"),
        {"paused_until_ms": T0 - 1},
    ),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge[3][0])
def test_a_throttle_refuses_on_one_side_of_its_limit_only(edge, holds_at):
    holds_at(edge)


def test_a_first_entry_has_nothing_to_rest_from(judged):
    assert judged(rested, {"risk": REST, "entered_ms": 0}) is APPROVED


def test_other_symbols_and_the_other_side_are_no_repeat(judged):
    assert judged(not_repeating, repeat(mark(2), mark(1, "ETHUSDT"), mark(1, side=Side.SELL))) is APPROVED


MARKS = st.lists(
    st.tuples(st.integers(0, 120_000), st.sampled_from(("BTCUSDT", "ETHUSDT")), st.sampled_from(Side)), max_size=40
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MARKS, st.integers(1, 6))
def test_both_windows_count_what_a_scan_of_all_marks_counts(stand, marks_at, most):
    marks = tuple(mark(*each) for each in sorted(marks_at, key=lambda each: -each[0]))
    inside = [each for each in marks if each.at_ms > T0 - 60_000]
    mine = [each for each in inside if each.symbol == "BTCUSDT" and each.side is Side.BUY]
    windows = {"burst_max": most, "repeat_max": most, "burst_window_ms": 60_000, "repeat_window_ms": 60_000}
    entry, desk = stand({"risk": windows, "entries": marks})
    assert (not_bursting(entry, desk) is APPROVED) is (len(inside) < most)
    assert (not_repeating(entry, desk) is APPROVED) is (len(mine) < most)
