"""Gates on NAV: known, fresh, above nothing; the loss of a day and from the highest; and what NAV is made of (R3)."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.model.evidence import Holding, Quote, Wallet
from hedgectl.core.risk.gates_loss import day_not_lost, nav_known, not_drawn_down
from hedgectl.core.risk.nav import Nav, portfolio_nav

T0 = 1_767_225_600_000


def nav(usdt="1000", age_ms=0):
    return {"nav": Nav(D(usdt), age_ms, ())}


def since(usdt, day="0", peak="0"):
    return {**nav(usdt), "day_nav_usdt": D(day), "peak_nav_usdt": D(peak)}


EDGES = [
    (nav_known, nav(), {"nav": None}, ("nav.unknown", "unread", "read"), nav()),
    (
        nav_known,
        nav(age_ms=60_000),
        nav(age_ms=60_001),
        ("nav.stale", "60001 ms", "60000 ms"),
        nav(age_ms=0),
    ),
    (nav_known, nav("0.01"), nav("0"), ("nav.empty", "0.00 USDT", "above 0"), nav("100")),
    (nav_known, nav("0.01"), nav("-5"), ("nav.empty", "-5.00 USDT", "above 0"), nav("100")),
    (
        day_not_lost,
        since("950.01", day="1000"),
        since("950", day="1000"),
        ("risk.daily_loss", "5.00 % of 1000.00 USDT", "5.00 %"),
        since("950", day="950"),
    ),
    (
        not_drawn_down,
        since("800.01", peak="1000"),
        since("800", peak="1000"),
        ("risk.drawdown", "20.00 % of 1000.00 USDT", "20.00 %"),
        {"risk": {"drawdown_share": D("0.21")}},
    ),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge[3][0]} {edge[3][1]}")
def test_a_gate_on_nav_refuses_on_one_side_of_its_limit_only(edge, holds_at):
    holds_at(edge)


def wallet(*others, multi=False, at_ms=T0):
    return Wallet(D(900), D(100), D(1_000), D(500), at_ms, tuple(Holding(*each) for each in others), multi)


def test_before_the_account_was_read_nobody_knows():
    assert portfolio_nav(None, {}, T0) is None


def test_other_assets_count_at_the_bid_with_the_age_of_their_price():
    quotes = {"BNBUSDT": Quote("BNBUSDT", D(600), D(601), D(600), T0 - 4_000)}
    found = portfolio_nav(wallet(("BNB", D(2)), at_ms=T0 - 1_000), quotes, T0)
    assert (found.usdt, found.age_ms, found.unpriced) == (D(2_200), 4_000, ())
    assert [(part.asset, part.usdt, part.age_ms) for part in found.parts] == [
        ("USDT", D(1_000), 1_000),
        ("BNB", D(1_200), 4_000),
    ]


def test_an_asset_that_nobody_prices_is_named_and_not_counted():
    found = portfolio_nav(wallet(("FOO", D(2))), {}, T0)
    assert (found.usdt, found.age_ms, found.unpriced) == (D(1_000), 0, ("FOO",))


def test_in_multi_assets_mode_the_totals_hold_the_others_already():
    quotes = {"BNBUSDT": Quote("BNBUSDT", D(600), D(601), D(600), T0)}
    found = portfolio_nav(wallet(("BNB", D(2)), multi=True), quotes, T0)
    assert found.usdt == D(1_000)
    assert [part.asset for part in found.parts] == ["USDT", "BNB"]


@pytest.mark.parametrize("days", [-1, 1])
def test_what_another_day_stamped_is_a_day_old_whichever_way_the_clock_was_wrong(days):
    at_ms = T0 + days * 86_400_000
    assert portfolio_nav(wallet(at_ms=at_ms), {}, T0).age_ms == 86_400_000
    quotes = {"BNBUSDT": Quote("BNBUSDT", D(600), D(601), D(600), at_ms)}
    assert portfolio_nav(wallet(("BNB", D(2))), quotes, T0).age_ms == 86_400_000
