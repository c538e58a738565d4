"""Belief: debt by the requirement's formula, a posture with hysteresis, knobs that never loosen with doubt (L4)."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgectl.core.belief.debt import NO_DEBT, Debt, Mismatch, debt_of, score_of
from hedgectl.core.belief.knobs import GuardKnobs, knobs_of, strictest
from hedgectl.core.belief.posture import Held, Posture, hold, step_of
from hedgectl.core.settings import BeliefLimits

LIMITS = BeliefLimits()
MAX = D(1000)


def debt(score: float, growth: float = 0.0) -> Debt:
    return Debt(0.0, 0, 0, score, growth)


def test_the_oldest_mismatch_the_symbols_and_the_streak_make_the_score():
    open_ = [Mismatch("drift", "BTCUSDT", 10_000, 30_000), Mismatch("naked", "ETHUSDT", 25_000, 30_000)]
    owed = debt_of(open_, 3, [], 40_000, LIMITS)
    assert (owed.debt_s, owed.symbols, owed.streak) == (30.0, 2, 3)
    assert owed.score == pytest.approx(1.0 + 2 * 0.25 + 3 * 0.15)


def test_nothing_open_owes_nothing():
    assert debt_of([], 0, [], 5, LIMITS) == NO_DEBT


def test_a_rise_must_persist_except_red_and_bursts():
    held = hold(Held(), debt(0.6), 1_000, LIMITS)
    assert held.posture is Posture.GREEN
    assert hold(held, debt(0.6), 5_999, LIMITS).posture is Posture.GREEN
    assert hold(held, debt(0.6), 6_000, LIMITS).posture is Posture.YELLOW
    assert hold(Held(), debt(3.0), 1_000, LIMITS).posture is Posture.RED
    assert hold(Held(), debt(0.1, growth=4.0), 1_000, LIMITS).posture is Posture.ORANGE


def test_a_rise_that_is_interrupted_starts_anew():
    held = hold(Held(), debt(0.6), 1_000, LIMITS)
    held = hold(held, debt(0.1), 3_000, LIMITS)
    held = hold(held, debt(0.6), 5_000, LIMITS)
    assert hold(held, debt(0.6), 9_999, LIMITS).posture is Posture.GREEN


def test_a_fall_needs_the_lower_threshold_held_and_goes_one_step():
    red = Held(Posture.RED, 0)
    assert hold(red, debt(2.5), 60_000, LIMITS).below_ms == 0  # under RED's entry, not under its exit
    held = hold(red, debt(0.0), 60_000, LIMITS)
    assert hold(held, debt(0.0), 89_999, LIMITS).posture is Posture.RED
    held = hold(held, debt(0.0), 90_000, LIMITS)
    assert held.posture is Posture.ORANGE
    assert hold(held, debt(0.0), 119_999, LIMITS).posture is Posture.ORANGE


def test_red_takes_no_entries_and_green_takes_all():
    assert not knobs_of(Posture.RED, NO_DEBT, MAX, LIMITS).allow_entries
    green = knobs_of(Posture.GREEN, NO_DEBT, MAX, LIMITS)
    assert (green.allow_entries, green.max_notional_usdt, green.entry_cooldown_seconds) == (True, MAX, 0)


def test_debt_restrains_before_the_posture_follows():
    assert knobs_of(Posture.GREEN, debt(1.6), MAX, LIMITS).mode is Posture.ORANGE


scores = st.floats(0, 10, allow_nan=False)
postures = st.sampled_from(list(Posture))


def no_looser(worse: GuardKnobs, calmer: GuardKnobs) -> bool:
    return (
        worse.allow_entries <= calmer.allow_entries
        and worse.max_notional_usdt <= calmer.max_notional_usdt
        and worse.max_leverage <= calmer.max_leverage
        and worse.min_entry_conf >= calmer.min_entry_conf
        and worse.entry_cooldown_seconds >= calmer.entry_cooldown_seconds
        and worse.max_open_orders_per_symbol <= calmer.max_open_orders_per_symbol
    )


@given(scores, scores, scores, scores, postures, postures)
def test_less_certainty_never_allows_more(score, more, growth, faster, held, other):
    calmer = knobs_of(held, debt(score, growth), MAX, LIMITS)
    assert no_looser(knobs_of(held, debt(score + more, growth), MAX, LIMITS), calmer)
    assert no_looser(knobs_of(held, debt(score, growth + faster), MAX, LIMITS), calmer)
    if other.rank >= held.rank:
        assert no_looser(knobs_of(other, debt(score, growth), MAX, LIMITS), calmer)


counts = st.integers(0, 99)


@given(st.floats(0, 1e4), st.floats(0, 1e4), counts, counts, counts, counts)
def test_the_score_never_falls_with_a_component(seconds, longer, symbols, more, streak, further):
    base = score_of(seconds, symbols, streak, LIMITS)
    assert score_of(seconds + longer, symbols, streak, LIMITS) >= base
    assert score_of(seconds, symbols + more, streak, LIMITS) >= base
    assert score_of(seconds, symbols, streak + further, LIMITS) >= base


@given(postures, scores, postures, scores)
def test_account_and_symbol_together_are_as_strict_as_the_stricter(first, score, second, other):
    one, two = knobs_of(first, debt(score), MAX, LIMITS), knobs_of(second, debt(other), MAX, LIMITS)
    both = strictest(one, two)
    assert no_looser(both, one)
    assert no_looser(both, two)
    assert {field.name for field in fields(GuardKnobs)} == set(GuardKnobs.__slots__)


def test_steps_tighten_in_order():
    steps = [step_of(posture, LIMITS) for posture in Posture]
    for calmer, worse in pairwise(steps):
        assert worse.up > calmer.up
        assert worse.down <= worse.up
        assert worse.notional_share <= calmer.notional_share
        assert worse.confidence_min >= calmer.confidence_min
