"""When margin runs out."""

from __future__ import annotations

from decimal import Decimal as D

import pytest


@pytest.fixture
def endangered(venue):
    """Long 10 BTC at 100.1 on 100 USDT: maintenance is 4 USDT, margin is gone near 90.4."""

    def make(**more):
        v = venue(balance="100", **more)
        v.market("BUY", "10")
        v.events.clear()
        return v

    return make


def fall(v, price):
    v.touch(price, str(D(price) + D("0.1")))
    v.mark(price)


def test_margin_call_comes_once_and_again_after_calm(endangered):
    v = endangered()
    fall(v, "90.6")
    fall(v, "90.7")
    assert v.names().count("MARGIN_CALL") == 1
    call = next(e for e in v.events if e["e"] == "MARGIN_CALL")
    assert (call["p"][0]["s"], call["p"][0]["mt"], call["p"][0]["pa"]) == ("BTCUSDT", "CROSSED", "10.000")
    fall(v, "99.0")
    fall(v, "90.6")
    assert v.names().count("MARGIN_CALL") == 2


def test_liquidation_cancels_refuses_and_closes(endangered, refused):
    v = endangered()
    resting = v.limit("SELL", "1", "120.0", reduce_only=True)
    cover = v.algo("SELL", "STOP_MARKET", trigger_price="50", close_position=True)
    fall(v, "90.0")
    assert (resting.status, resting.expire_reason) == ("EXPIRED", 5)
    assert cover.status == "EXPIRED"
    with refused(-2023):
        v.market("SELL", "1", reduce_only=True)
    v.wait(500)
    assert v.qty() == 0
    closing = v.exchange.all_orders("BTCUSDT")[-1]
    assert closing.client_id.startswith("autoclose-")
    assert "ORDER:CALCULATED:FILLED" in v.names()
    assert "TRADE_LITE" not in v.names()
    assert v.exchange.income(kind="INSURANCE_CLEAR")


def test_liquidation_price_is_where_it_happens(endangered):
    v = endangered()
    (leg,) = [p for p in v.exchange.positions("BTCUSDT") if p.qty]
    price = v.exchange.liquidation_price(leg).quantize(D("0.01"))
    v.mark(str(price + D("0.05")))
    assert not v.exchange.world.liquidating
    v.mark(str(price - D("0.05")))
    assert v.exchange.world.liquidating


def test_short_is_liquidated_above(venue):
    v = venue(balance="100")
    v.market("SELL", "10")
    (leg,) = [p for p in v.exchange.positions("BTCUSDT") if p.qty]
    assert v.exchange.liquidation_price(leg) > D("109")
    v.mark("109.7")
    v.touch("109.7", "109.8")
    v.wait(500)
    assert v.qty() == 0


def test_wallet_never_stays_below_zero(endangered):
    v = endangered()
    fall(v, "80.0")
    v.wait(500)
    assert v.exchange.summary().wallet == 0
    assert v.exchange.income(kind="INSURANCE_CLEAR")[-1].amount > 0


def test_isolated_leg_goes_alone(venue):
    v = venue(balance="1000")
    v.exchange.set_margin_type("BTCUSDT", isolated=True)
    v.market("BUY", "10")
    fall(v, "95.3")
    assert v.qty() == 0
    assert not v.exchange.world.liquidating
    assert v.exchange.summary().wallet > 900


def test_a_flat_account_is_never_in_danger(venue):
    v = venue(balance="1")
    fall(v, "10.0")
    assert v.names()[-1:] != ["MARGIN_CALL"]
