"""Which conditional orders are accepted."""

from __future__ import annotations

import pytest

CLOSE_ALL = {"trigger_price": "98", "close_position": True}


@pytest.mark.parametrize(
    ("side", "kind", "trigger", "accepted"),
    [
        ("BUY", "STOP_MARKET", "100.1", True),
        ("BUY", "STOP_MARKET", "100.0", False),
        ("SELL", "STOP_MARKET", "99.9", True),
        ("SELL", "STOP_MARKET", "100.0", False),
        ("BUY", "TAKE_PROFIT_MARKET", "99.9", True),
        ("BUY", "TAKE_PROFIT_MARKET", "100.0", False),
        ("SELL", "TAKE_PROFIT_MARKET", "100.1", True),
        ("SELL", "TAKE_PROFIT_MARKET", "100.0", False),
    ],
)
def test_immediate_trigger_is_refused(venue, refused, side, kind, trigger, accepted):
    v = venue()
    if accepted:
        assert v.algo(side, kind, qty="1", trigger_price=trigger).status == "NEW"
    else:
        with refused(-2021):
            v.algo(side, kind, qty="1", trigger_price=trigger)


def test_immediate_trigger_looks_at_the_working_type(venue, refused):
    v = venue()
    v.mark("97.0")
    assert v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98").open
    with refused(-2021):
        v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", working_type="MARK_PRICE")


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("LIMIT", {"qty": "1", "trigger_price": "98"}, -1116),
        ("STOP_MARKET", {"qty": "1"}, -1102),
        ("STOP_MARKET", {"trigger_price": "98"}, -1102),
        ("STOP_MARKET", {"qty": "1", "trigger_price": "98", "price": "98"}, -1106),
        ("STOP", {"qty": "1", "trigger_price": "98"}, -1102),
        ("STOP_MARKET", {"qty": "1", "trigger_price": "98", "tif": "DAY"}, -1115),
        ("STOP_MARKET", {"qty": "1", "trigger_price": "98", "working_type": "INDEX"}, -1130),
        ("STOP_MARKET", {"qty": "1", "trigger_price": "98.05"}, -4014),
        ("STOP_MARKET", {"qty": "1", "trigger_price": "98.001"}, -1111),
        ("STOP_MARKET", {"qty": "0.0001", "trigger_price": "98"}, -1111),
        ("STOP_MARKET", {"qty": "501", "trigger_price": "98"}, -4005),
        ("STOP_MARKET", {"qty": "0.01", "trigger_price": "98"}, -4164),
        ("STOP", {"qty": "1", "trigger_price": "98", "price": "90"}, -4184),
        ("STOP_MARKET", {"qty": "1", **CLOSE_ALL}, -4137),
        ("STOP_MARKET", {"reduce_only": True, **CLOSE_ALL}, -1106),
        ("STOP_MARKET", {"reduce_only": False, **CLOSE_ALL}, -4138),
        ("STOP", {"price": "98", **CLOSE_ALL}, -4136),
        ("TRAILING_STOP_MARKET", {"close_position": True, "callback_rate": "1"}, -4136),
        ("TRAILING_STOP_MARKET", {"qty": "1"}, -1102),
        ("TRAILING_STOP_MARKET", {"qty": "1", "callback_rate": "0.05"}, -1130),
        ("TRAILING_STOP_MARKET", {"qty": "1", "callback_rate": "20.1"}, -1130),
        ("TRAILING_STOP_MARKET", {"qty": "1", "callback_rate": "1", "activate_price": "0"}, -4135),
        ("TRAILING_STOP_MARKET", {"qty": "1", "callback_rate": "1", "activate_price": "99"}, -2021),
        ("STOP_MARKET", {"qty": "1", "trigger_price": "98", "tif": "GTE_GTC"}, -4509),
        ("STOP_MARKET", {"qty": "1", "trigger_price": "98", "tif": "GTD", "good_till_ms": 1}, -5040),
    ],
)
def test_parameters_of_a_selling_algo(venue, refused, kind, more, code):
    with refused(code):
        venue().algo("SELL", kind, **more)


def test_stop_limit_too_high_for_its_trigger(venue, refused):
    with refused(-4183):
        venue().algo("BUY", "STOP", qty="1", trigger_price="102", price="110")


@pytest.mark.parametrize(("side", "leg", "code"), [("BUY", "LONG", -1128), ("SELL", "SHORT", -1128)])
def test_close_position_must_close_in_hedge_mode(venue, refused, side, leg, code):
    trigger = "102" if side == "BUY" else "98"
    with refused(code):
        venue(hedge=True).algo(side, "STOP_MARKET", leg, trigger_price=trigger, close_position=True)


@pytest.mark.parametrize(("hedge", "leg", "code"), [(False, "LONG", -4061), (True, None, -4061), (True, "BOTH", -4061)])
def test_mode_table_holds_for_algos(venue, refused, hedge, leg, code):
    with refused(code):
        venue(hedge=hedge).algo("SELL", "STOP_MARKET", leg, qty="1", trigger_price="98")


def test_reduce_only_in_hedge_mode(venue, refused):
    with refused(-1106):
        venue(hedge=True).algo("SELL", "STOP_MARKET", "LONG", qty="1", trigger_price="98", reduce_only=True)


@pytest.mark.parametrize(("hedge", "leg"), [(False, None), (True, "LONG")])
def test_one_close_position_stop_and_one_take_profit_per_direction(venue, refused, hedge, leg):
    v = venue(hedge=hedge)
    first = v.algo("SELL", "STOP_MARKET", leg, **CLOSE_ALL)
    with refused(-4130):
        v.algo("SELL", "STOP_MARKET", leg, trigger_price="97", close_position=True)
    v.algo("SELL", "TAKE_PROFIT_MARKET", leg, trigger_price="105", close_position=True)
    v.algo("BUY", "STOP_MARKET", "SHORT" if hedge else None, trigger_price="105", close_position=True)
    v.algo("SELL", "STOP_MARKET", leg, qty="1", trigger_price="97")
    v.exchange.cancel_algo(first.algo_id)
    assert v.algo("SELL", "STOP_MARKET", leg, trigger_price="97", close_position=True).open


def test_no_check_for_position_or_margin_at_placement(venue):
    v = venue(balance="1")
    assert v.algo("SELL", "STOP_MARKET", qty="400", trigger_price="98", reduce_only=True).open
    assert v.algo("BUY", "STOP_MARKET", qty="400", trigger_price="102").open


def test_algo_ids_are_their_own_namespace(venue, refused):
    v = venue()
    v.limit("BUY", "1", "99.0", client_id="same")
    v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", client_id="same")
    with refused(-4116):
        v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="97", client_id="same")
    assert [o.client_id for o in v.exchange.open_orders()] == ["same"]
    assert len(v.exchange.open_algos()) == 1


def test_two_hundred_open_algos_over_all_symbols(venue, refused):
    v = venue()
    for number in range(200):
        v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", client_id=f"a{number}")
    with refused(-4045):
        v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98")


def test_trailing_activation_must_lie_ahead(venue):
    v = venue()
    assert v.algo("SELL", "TRAILING_STOP_MARKET", qty="1", callback_rate="1", activate_price="101").open
    assert v.algo("BUY", "TRAILING_STOP_MARKET", qty="1", callback_rate="1", activate_price="99").open
