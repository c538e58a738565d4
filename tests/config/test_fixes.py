"""Goal: each suggested fix, applied to the configuration as it is printed, cures the conflict by itself (R5)."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hedgectl.config.catalogue import catalogue
from hedgectl.config.convert import to_settings
from hedgectl.config.fixes import fixes
from hedgectl.config.instruments import read_instruments
from hedgectl.config.schema import Config
from hedgectl.core.risk.sizing_check import Asked, check
from hedgectl.core.risk.ways import Kind

BTC = read_instruments(None).listed["BTCUSDT"]
FINE = replace(BTC.rules, market_step=D("0.0001"), market_min_qty=D("0.0001"), min_notional=D(5))
SEED = {
    "risk": {"order_notional_usdt_min": D(10), "symbol_notional_usdt_min": ("BTCUSDT=15", "ETHUSDT=20")},
    "demo": {"notional_usdt": D(1)},
}


def merged(tables, more):
    return {name: {**tables.get(name, {}), **more.get(name, {})} for name in {*tables, *more}}


def asked_of(tables, nav, *, rules=FINE, price=D(50_000), posture="GREEN"):
    return Asked(rules, price, to_settings(Config(**tables)), nav, posture)


def applied(tables, fix):
    """The configuration with the lines of a fix pasted in, each into its table."""
    text = "\n".join(each.line.replace("] ", "]\n", 1) for each in fix.settings)
    found: dict[str, dict[str, object]] = {}
    for each in fix.settings:
        table, _, line = each.line.partition("] ")
        found.setdefault(table.removeprefix("["), {}).update(tomllib.loads(line, parse_float=D))
    assert text
    return merged(tables, found)


def one_of(*numbers):
    """One of them, each as likely as the other: amounts of like size meet, which random ones rarely do."""
    return st.sampled_from([D(each) for each in numbers])


@st.composite
def cases(draw):
    """A configuration that the schema takes, a NAV, and a posture."""
    order, yellow = draw(one_of("5", "20", "77.7", "123.6", "400", "1000")), draw(one_of("0", "0.13", "0.5", "1"))
    floor = draw(one_of("1", "15", "33.37", "90", "200"))
    tables = {
        "limits": {
            "order_notional_usdt_max": order,
            "symbol_notional_usdt_max": order + draw(one_of("0", "11.1", "1000")),
            "parts_max": draw(st.sampled_from([1, 20])),
        },
        "risk": {
            "symbol_nav_pct_max": draw(one_of("1.37", "8", "20", "60")),
            "gross_nav_pct_max": draw(one_of("5", "60", "200", "200")),
            "order_notional_usdt_min": draw(one_of("0", "10", "33.33")),
            "symbol_notional_usdt_min": draw(st.sampled_from([(), (f"BTCUSDT={floor}", "ETHUSDT=20")])),
        },
        "tier_core": {
            "symbol_nav_pct_max": draw(one_of("3.3", "8", "60")),
            "gross_nav_pct_max": draw(one_of("7", "100", "200")),
        },
        "belief": {"yellow_notional_share": yellow, "orange_notional_share": yellow * draw(one_of("0", "0.3", "1"))},
        "demo": {"notional_usdt": D(1)},
    }
    step = draw(one_of("0.0001", "0.001", "0.05", "1"))
    rules = replace(
        FINE,
        market_step=step,
        market_min_qty=step,
        market_max_qty=step * draw(st.sampled_from([3, 100_000, 100_000])),
        min_notional=draw(one_of("5", "20", "100")),
    )
    price = draw(one_of("0.07", "0.61", "1", "5", "7.77", "29.5")) / step
    nav = draw(one_of("20", "187.49", "187.5", "412.18", "1000", "1545.01", "9000"))
    return tables, nav, rules, price, draw(st.sampled_from(["GREEN", "GREEN", "YELLOW", "ORANGE"]))


@given(case=cases())
@settings(max_examples=200)
def test_any_one_fix_makes_the_symbol_tradable(case):
    tables, nav, rules, price, posture = case
    told = check(asked_of(tables, nav, rules=rules, price=price, posture=posture))
    for fix in fixes(told):
        cured = applied(tables, fix) if fix.settings else tables
        again = check(asked_of(cured, fix.nav_usdt, rules=rules, price=price, posture=posture))
        assert again.tradable, fix


@given(case=cases())
@settings(max_examples=100)
def test_there_is_a_fix_wherever_the_schema_has_room_for_one(case):
    tables, nav, rules, price, posture = case
    told = check(asked_of(tables, nav, rules=rules, price=price, posture=posture))
    assume(told.quantity / rules.market_max_qty <= 100)
    assert told.tradable or fixes(told)
    assert not (told.tradable and fixes(told))


@given(case=cases(), less=st.decimals(D("0.01"), D(1), places=2))
@settings(max_examples=60)
def test_a_smaller_capital_per_trade_cures_nothing_so_it_is_never_offered(case, less):
    tables, nav, rules, price, posture = case
    told = check(asked_of(tables, nav, rules=rules, price=price, posture=posture))
    order = tables["limits"]["order_notional_usdt_max"]
    lower = merged(tables, {"limits": {"order_notional_usdt_max": max(order * less, D(1))}})
    assert told.tradable or not check(asked_of(lower, nav, rules=rules, price=price, posture=posture)).tradable


def test_the_seeds_case_has_its_three_ways_out():
    lower, raised, margin = fixes(check(asked_of(SEED, D("187.49"))))
    assert (lower.kind, lower.text) == (Kind.LOWER, '[risk] symbol_notional_usdt_min = ["BTCUSDT=10", "ETHUSDT=20"]')
    assert raised.text == "[risk] symbol_nav_pct_max = 8.01  and  [tier_core] symbol_nav_pct_max = 8.01"
    assert (margin.margin_usdt, margin.nav_usdt) == (D("0.01"), D("187.50"))
    assert margin.text == "add 0.01 USDT: NAV 187.5"


def test_a_calmer_posture_is_never_left_less_than_a_graver_one():
    tables = merged(SEED, {"belief": {"yellow_notional_share": D("0.005"), "orange_notional_share": D("0.001")}})
    told = check(asked_of(tables, D(1_000), posture="ORANGE"))
    found = {each.key: each.new for fix in fixes(told) for each in fix.settings if each.key.startswith("belief.")}
    assert found == {"belief.yellow_notional_share": "0.02", "belief.orange_notional_share": "0.02"}


@pytest.mark.parametrize(
    ("posture", "changes", "code"),
    [("RED", {}, "belief.posture"), ("GREEN", {"status": "SETTLING"}, "venue.not_trading")],
)
def test_where_no_size_would_pass_no_fix_is_invented(posture, changes, code):
    told = check(asked_of(SEED, D(10), rules=replace(FINE, **changes), posture=posture))
    assert (told.code, told.nav_needed_usdt, fixes(told)) == (code, None, ())


def test_a_value_that_the_schema_refuses_is_not_suggested():
    tables = merged(SEED, {"risk": {"symbol_notional_usdt_min": ("BTCUSDT=900000000",)}})
    told = check(asked_of(tables, D(1_000)))
    assert {fix.kind for fix in fixes(told)} == {Kind.LOWER}
    assert catalogue()["limits.order_notional_usdt_max"].most < 900_000_000
