"""The rules of the listed symbols are whole and agree with themselves."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.specs import SYMBOLS, spec_of, specs_of

every_symbol = pytest.mark.parametrize("symbol", SYMBOLS)


def test_the_desk_s_symbols_are_listed():
    assert len(SYMBOLS) >= 14
    assert {"BTCUSDT", "ETHUSDT", "SOLUSDT", "METISUSDT", "1000PEPEUSDT"} <= set(SYMBOLS)


@pytest.mark.parametrize(
    ("symbol", "tick", "step", "notional"),
    [("BTCUSDT", "0.10", "0.001", "100"), ("ETHUSDT", "0.01", "0.001", "20"), ("METISUSDT", "0.01", "0.01", "5")],
)
def test_filters_are_the_exchange_s(symbol, tick, step, notional):
    spec = spec_of(symbol)
    assert (spec.tick, spec.step, spec.min_notional) == (Decimal(tick), Decimal(step), Decimal(notional))


@every_symbol
def test_maintenance_margin_is_continuous_at_each_bracket_s_edge(symbol):
    brackets = spec_of(symbol).brackets
    assert brackets[0].cum == 0
    assert brackets[0].notional_floor == 0
    for lower, upper in pairwise(brackets):
        edge = lower.notional_cap
        assert upper.notional_floor == edge
        assert edge * lower.maint_ratio - lower.cum == edge * upper.maint_ratio - upper.cum


@every_symbol
def test_brackets_allow_less_leverage_for_more_and_never_liquidate_at_once(symbol):
    brackets = spec_of(symbol).brackets
    for lower, upper in pairwise(brackets):
        assert upper.leverage < lower.leverage
        assert upper.maint_ratio > lower.maint_ratio
    assert all(b.maint_ratio * b.leverage < 1 for b in brackets)


@every_symbol
def test_prices_and_quantities_fit_their_grids_and_precisions(symbol):
    spec = spec_of(symbol)
    for price in (spec.anchor_price, spec.min_price, spec.max_price):
        assert price % spec.tick == 0
    for qty in (spec.min_qty, spec.max_qty, spec.market_max_qty):
        assert qty % spec.step == 0
    assert spec.market_max_qty <= spec.max_qty
    assert Decimal(1).scaleb(-spec.price_precision) <= spec.tick
    assert Decimal(1).scaleb(-spec.qty_precision) == spec.step.normalize()
    assert spec.min_price < spec.anchor_price * Decimal("0.3")
    assert spec.max_price > spec.anchor_price * 3


def test_each_call_makes_new_rules_so_that_a_change_stays_in_its_run():
    mine = specs_of(["BTCUSDT"])["BTCUSDT"]
    mine.status = "SETTLING"
    assert spec_of("BTCUSDT").status == "TRADING"


def test_an_unlisted_symbol_is_refused_with_the_cure():
    with pytest.raises(FeedError, match=r"no rules known for FOOUSDT; use one of BTCUSDT"):
        spec_of("FOOUSDT")
