"""Goal: the floor that decides, the cap that binds and the NAV that works are named, to the cent (R4, R5)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.model.instrument import Instrument
from hedgectl.core.risk.caps import nav_for
from hedgectl.core.risk.sizing_check import Asked, check
from hedgectl.core.settings import RiskLimits, Settings, Tier

BTC = Instrument(
    "BTCUSDT", "TRADING", D("0.10"), D("0.001"), D("0.001"), D("1000"), D("0.001"), D("0.001"), D("120"),
    D("1"), D("1000000"), D("100"), D("1.05"), D("0.95"),
)  # fmt: skip
FINE = replace(BTC, market_step=D("0.0001"), market_min_qty=D("0.0001"), min_notional=D(5))
DESK = RiskLimits(symbol_share=D("0.08"), gross_share=D(2))


def asked(rules=BTC, price="61800.30", nav="400", **changes):
    limits = {name: changes.pop(name) for name in list(changes) if name in RiskLimits.__slots__}
    made = Settings(symbols=("BTCUSDT",), risk=replace(DESK, **limits), **changes)
    return Asked(rules, D(price), made, D(nav))


def test_the_exchanges_minimum_after_rounding_decides_not_the_minimum_itself():
    told = check(asked())
    assert (told.quantity, told.floor_usdt) == (D("0.002"), D("123.60060"))
    assert (told.floor.key, told.code, told.cap.usdt) == ("exchange minimum", "sizer_cap", 32)
    assert told.nav_needed_usdt == D("1545.01")


@pytest.mark.parametrize(
    ("changes", "key", "usdt"),
    [
        ({}, "exchange minimum", "5"),
        ({"order_floor_usdt": D(10)}, "risk.order_notional_usdt_min", "10"),
        (
            {"order_floor_usdt": D(10), "symbol_floors_usdt": (("BTCUSDT", D(15)),)},
            "risk.symbol_notional_usdt_min",
            "15",
        ),
        (
            {"order_floor_usdt": D(20), "symbol_floors_usdt": (("BTCUSDT", D(15)),)},
            "risk.order_notional_usdt_min",
            "20",
        ),
        ({"symbol_floors_usdt": (("ETHUSDT", D(15)),)}, "exchange minimum", "5"),
        ({"order_floor_usdt": D("0.01")}, "exchange minimum", "5"),
        ({"rules": replace(FINE, market_min_qty=D("0.0007"))}, "exchange minimum quantity", "35"),
    ],
)
def test_the_floor_that_decides_is_named(changes, key, usdt):
    told = check(asked(**{"rules": FINE, "price": "50000"} | changes))
    assert (told.floor.key, told.floor_usdt) == (key, D(usdt))


@pytest.mark.parametrize(
    ("changes", "key", "needed"),
    [
        ({}, "risk.symbol_nav_pct_max", "1545.01"),
        ({"gross_share": D("0.05")}, "risk.gross_nav_pct_max", "2472.02"),
        (
            {"tiers": (Tier("core", ("BTCUSDT",), D("0.02"), D(2), 5),)},
            "tier_core.symbol_nav_pct_max",
            "6180.03",
        ),
        ({"tiers": (Tier("core", ("BTCUSDT",), D(1), D("0.04"), 5),)}, "tier_core.gross_nav_pct_max", "3090.02"),
        ({"order_notional_usdt_max": D(20)}, "limits.order_notional_usdt_max", None),
        ({"symbol_notional_usdt_max": D(30)}, "limits.symbol_notional_usdt_max", None),
        ({"rules": replace(BTC, market_max_qty=D("0.00002"))}, "limits.parts_max", None),
    ],
)
def test_the_cap_that_binds_is_named_with_the_nav_that_helps_if_any_does(changes, key, needed):
    told = check(asked(**changes))
    assert told.cap.key == key
    assert told.nav_needed_usdt == (needed and D(needed))


def test_a_symbol_without_a_tier_is_no_question_of_size():
    told = check(asked(nav="90000", tiers=(Tier("core", ("ETHUSDT",), D(1), D(1), 5),)))
    assert (told.code, told.barred) == ("risk.no_tier", True)


@pytest.mark.parametrize("share", ["0.08", "0.07", "0.03", "0.0333", "2"])
def test_the_nav_is_the_least_in_cents_that_suffices(share):
    nav = nav_for(D("123.6006"), D(share))
    assert nav * D(share) >= D("123.6006") > (nav - D("0.01")) * D(share)
    assert nav == nav.quantize(D("0.01"))


def test_a_quotient_that_rounds_down_to_a_cent_does_not_lose_the_rest():
    tiny = D("15.0000000000000000000000000001")
    assert nav_for(tiny, D(1)) * 1 >= tiny
