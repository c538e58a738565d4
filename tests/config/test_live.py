"""Goal: real money begins small, for entries only, until a person lifts it; and never loosens what is tighter (R8)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.config.convert import staged, to_settings
from hedgectl.config.sources import load


def config(environment="live", **keys):
    told = {name.replace("__", "."): each for name, each in keys.items()}
    return load({"run.environment": environment} | told, {}).config


def test_real_money_begins_small(folder):
    settings, ordinary = to_settings(config()), to_settings(config(live__staged="off"))
    assert (settings.order_notional_usdt_max, settings.symbol_notional_usdt_max) == (D(50), D(50))
    assert settings.risk.leverage_max == 2
    belief = settings.belief
    assert [step.open_orders_max for step in (belief.green, belief.yellow, belief.orange, belief.red)] == [1, 1, 1, 0]
    assert ordinary == to_settings(config("sim"))
    untouched = replace(
        settings,
        order_notional_usdt_max=ordinary.order_notional_usdt_max,
        symbol_notional_usdt_max=ordinary.symbol_notional_usdt_max,
        belief=ordinary.belief,
        risk=replace(settings.risk, leverage_max=ordinary.risk.leverage_max),
    )
    assert untouched == ordinary


@pytest.mark.parametrize("environment", ["sim", "demo"])
def test_it_holds_for_real_money_only(folder, environment):
    there = config(environment)
    assert staged(there) == ""
    assert to_settings(there) == to_settings(config(live__staged="off"))


def test_it_never_loosens_what_is_tighter(folder):
    tight = {
        "demo__notional_usdt": "10", "limits__order_notional_usdt_max": "20", "limits__symbol_notional_usdt_max": "30",
        "risk__leverage_max": 1, "belief__orange_open_orders_max": 0,
    }  # fmt: skip
    settings = to_settings(config(**tight, live__staged_open_orders_max=3))
    assert (settings.order_notional_usdt_max, settings.symbol_notional_usdt_max) == (D(20), D(30))
    assert settings.risk.leverage_max == 1
    assert (settings.belief.green.open_orders_max, settings.belief.orange.open_orders_max) == (3, 0)


def test_it_says_what_it_is(folder):
    words = "first-live profile: at most 50 USDT an order and symbol, leverage 2, 1 working entry a symbol"
    assert staged(config()) == words
    assert staged(config(live__staged_open_orders_max=4)).endswith("4 working entries a symbol")
    assert staged(config(live__staged="off")) == ""
