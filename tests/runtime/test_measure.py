"""Wrongness, naked and time to repair: exact figures for ledgers made by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.runtime.measure import measure
from hedgectl.sim.ledger import CoverPoint, Ledger, PositionPoint

KEY = ("BTCUSDT", "LONG")


def ledger(*points: tuple[int, str, str], covers: tuple[tuple[int, bool], ...] = (), qty: str = "0") -> Ledger:
    made = Ledger()
    for at, quantity, mark in points:
        made.positions[KEY].append(PositionPoint(at, D(quantity), D(mark), D(mark)))
    for at, resting in covers:
        made.covers[KEY].append(CoverPoint(at, 1, resting, "SELL", "STOP_MARKET", D(qty), D(90), False))
    return made


def test_a_belief_that_is_late_costs_the_difference_times_the_time():
    truth = ledger((1_000, "2", "100"))
    judged = measure(truth, {KEY: [(1_500, D(2))]}, 10_000)
    assert judged.wrong_usd_s == pytest.approx(2 * 100 * 0.5)
    assert judged.repairs_ms == (500,)


def test_a_belief_that_never_comes_costs_until_the_end():
    judged = measure(ledger((1_000, "2", "100")), {}, 11_000)
    assert judged.wrong_usd_s == pytest.approx(2 * 100 * 10)
    assert judged.repairs_ms == (10_000,)


def test_belief_ahead_of_truth_counts_too_once_there_is_a_price():
    truth = ledger((1_000, "2", "100"), (5_000, "0", "100"))
    judged = measure(truth, {KEY: [(1_000, D(2)), (4_000, D(0))]}, 9_000)
    assert judged.wrong_usd_s == pytest.approx(200)
    assert judged.repairs_ms == (1_000,)


def test_agreement_is_free():
    judged = measure(ledger((1_000, "2", "100")), {KEY: [(1_000, D(2))]}, 9_000)
    assert (judged.wrong_usd_s, judged.repairs_ms, judged.repair_p50_p99_max) == (0.0, (), None)


def test_naked_is_what_no_resting_stop_would_close():
    truth = ledger((1_000, "2", "100"), (9_000, "0", "100"), covers=((3_000, True), (8_000, False)))
    judged = measure(truth, {}, 20_000)
    assert judged.naked_usd_s == pytest.approx(2 * 100 * (2 + 1))


def test_a_sized_stop_covers_only_its_size():
    truth = ledger((1_000, "2", "100"), covers=((1_000, True),), qty="0.5")
    assert measure(truth, {}, 2_000).naked_usd_s == pytest.approx(1.5 * 100)


def test_a_stop_of_the_wrong_side_covers_nothing():
    truth = ledger((1_000, "-2", "100"), covers=((1_000, True),))
    assert measure(truth, {}, 2_000).naked_usd_s == pytest.approx(200)


def test_the_percentiles_are_of_all_differences():
    points, beliefs = [], []
    for number in range(100):
        at = 10_000 * (number + 1)
        points.append((at, str(number + 1), "1"))
        beliefs.append((at + number + 1, D(number + 1)))
    judged = measure(ledger(*points), {KEY: beliefs}, 2_000_000)
    assert judged.repair_p50_p99_max == (51, 99, 100)
