"""The life of conditional orders: trigger, child, finish, reject, expire, trail."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

OPEN = {"LONG": "BUY", "SHORT": "SELL"}
CLOSE = {"LONG": "SELL", "SHORT": "BUY"}
CASES = [(hedge, direction) for hedge in (False, True) for direction in ("LONG", "SHORT")]
#   direction -> (trigger, touch that reaches it)
STOP = {"LONG": ("98.0", ("97.9", "98.0")), "SHORT": ("102.0", ("102.0", "102.1"))}
PROFIT = {"LONG": ("102.0", ("102.0", "102.1")), "SHORT": ("98.0", ("97.9", "98.0"))}


def leg_name(hedge, direction):
    return direction if hedge else None


def held(v, hedge, direction):
    return v.qty(direction if hedge else "BOTH")


@pytest.mark.parametrize(("hedge", "direction"), CASES)
@pytest.mark.parametrize("kind", ["STOP_MARKET", "TAKE_PROFIT_MARKET"])
def test_close_position_closes_what_is_there_at_trigger(venue, hedge, direction, kind):
    v = venue(hedge=hedge)
    leg = leg_name(hedge, direction)
    trigger, touch = (STOP if kind == "STOP_MARKET" else PROFIT)[direction]
    v.market(OPEN[direction], "1", leg)
    algo = v.algo(CLOSE[direction], kind, leg, trigger_price=trigger, close_position=True, client_id="cover")
    v.market(OPEN[direction], "2", leg)
    v.touch(*touch)
    assert algo.status == "TRIGGERING"
    assert abs(held(v, hedge, direction)) == 3
    v.wait(11)
    assert held(v, hedge, direction) == 0
    assert (algo.status, algo.actual_qty, algo.actual_type) == ("FINISHED", 3, "MARKET")
    child = v.exchange.order("BTCUSDT", order_id=algo.actual_order_id)
    assert (child.client_id, child.status, child.algo_id) == ("cover", "FILLED", algo.algo_id)
    assert v.exchange.open_algos() == []


@pytest.mark.parametrize(("hedge", "direction"), CASES)
@pytest.mark.parametrize("kind", ["STOP_MARKET", "TAKE_PROFIT_MARKET", "STOP", "TAKE_PROFIT"])
def test_every_kind_opens_a_position(venue, hedge, direction, kind):
    v = venue(hedge=hedge)
    side = OPEN[direction]
    # A buying stop triggers above, like the stop of a short position; a buying take profit below.
    trigger, touch = (STOP if "STOP" in kind else PROFIT)["SHORT" if direction == "LONG" else "LONG"]
    price = {"price": trigger} if "MARKET" not in kind else {}
    algo = v.algo(side, kind, leg_name(hedge, direction), qty="1", trigger_price=trigger, **price)
    v.touch(*touch)
    v.wait(11)
    if "MARKET" not in kind:
        assert algo.actual_type == "LIMIT"
        v.touch("101.9", "102.0") if trigger == "102.0" else v.touch("98.0", "98.1")
    assert abs(held(v, hedge, direction)) == 1
    assert algo.status == "FINISHED"


@pytest.mark.parametrize(("hedge", "direction"), CASES)
def test_trailing_stop_follows_and_closes(venue, hedge, direction):
    v = venue(hedge=hedge)
    leg, up = leg_name(hedge, direction), direction == "LONG"
    v.market(OPEN[direction], "1", leg)
    more = {} if hedge else {"reduce_only": True}
    algo = v.algo(CLOSE[direction], "TRAILING_STOP_MARKET", leg, qty="1", callback_rate="1", **more)
    assert algo.activated
    for touch in [("101.9", "102.0"), ("103.9", "104.0")] if up else [("98.0", "98.1"), ("96.0", "96.1")]:
        v.touch(*touch)
    assert algo.extreme == (D("103.9") if up else D("96.1"))
    v.touch(*(("103.0", "103.1") if up else ("96.9", "97.0")))
    assert algo.status == "NEW"
    v.touch(*(("102.7", "102.8") if up else ("97.1", "97.2")))
    v.wait(11)
    assert algo.status == "FINISHED"
    assert held(v, hedge, direction) == 0


def test_trailing_stop_waits_for_its_activation(venue):
    v = venue()
    v.market("BUY", "1")
    algo = v.algo("SELL", "TRAILING_STOP_MARKET", qty="1", callback_rate="1", activate_price="101", reduce_only=True)
    v.touch("95.0", "95.1")
    assert (algo.status, algo.activated) == ("NEW", False)
    v.touch("101.0", "101.1")
    assert algo.activated
    told = [e["o"]["ia"] for e in v.events if e["e"] == "ALGO_UPDATE"]
    assert told == [False, True]


def test_mark_price_triggers_when_asked_to(venue):
    v = venue()
    by_mark = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", working_type="MARK_PRICE")
    by_last = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98")
    v.mark("97.0")
    assert (by_mark.status, by_last.status) == ("TRIGGERING", "NEW")


def test_a_single_print_triggers(venue):
    v = venue()
    algo = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98")
    v.print("97.5", "0.001", seller=True)
    assert algo.status == "TRIGGERING"


def test_price_protect_waits_while_mark_and_last_disagree(venue):
    v = venue()
    algo = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", price_protect=True)
    v.touch("90.0", "90.1")
    assert algo.status == "NEW"
    v.mark("91.0")
    assert algo.status == "TRIGGERING"


def test_cancel_in_the_triggering_gap(venue, refused):
    v = venue()
    algo = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98")
    v.touch("97.9", "98.0")
    with refused(-4117):
        v.exchange.cancel_algo(algo.algo_id)
    v.wait(11)
    with refused(-2011):
        v.exchange.cancel_algo(algo.algo_id)


def test_cancel_and_unknown_ids(venue, refused):
    v = venue()
    algo = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", client_id="mine")
    assert v.exchange.cancel_algo(client_id="mine").status == "CANCELED"
    assert v.exchange.algo(algo.algo_id) is algo
    with refused(-2011):
        v.exchange.cancel_algo(client_id="mine")
    with refused(-2013):
        v.exchange.algo(client_id="other")


def test_reduce_only_without_position_is_rejected_at_trigger(venue):
    v = venue()
    algo = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", reduce_only=True)
    v.touch("97.9", "98.0")
    v.wait(11)
    assert (algo.status, algo.reject_reason) == ("REJECTED", "Reduce Only reject")
    assert v.events[-1]["o"]["rm"] == "Reduce Only reject"
    assert v.exchange.all_orders("BTCUSDT") == []


def test_margin_is_checked_at_trigger(venue):
    v = venue(balance="10")
    algo = v.algo("BUY", "STOP_MARKET", qty="100", trigger_price="102")
    v.touch("102.0", "102.1")
    v.wait(11)
    assert (algo.status, algo.reject_reason) == ("REJECTED", "Margin is insufficient.")


@pytest.mark.parametrize("oversized_shrinks", [False, True])
def test_oversized_hedge_stop_is_cover_only_by_switch(venue, oversized_shrinks):
    v = venue(hedge=True, hedge_oversized_close_shrinks=oversized_shrinks)
    v.market("BUY", "1", "LONG")
    algo = v.algo("SELL", "STOP_MARKET", "LONG", qty="2", trigger_price="98")
    v.touch("97.9", "98.0")
    v.wait(11)
    assert algo.status == ("FINISHED" if oversized_shrinks else "REJECTED")
    assert v.qty("LONG") == (0 if oversized_shrinks else 1)


@pytest.mark.parametrize(("hedge", "direction"), CASES)
def test_cover_expires_with_the_position_and_other_algos_stay(venue, hedge, direction):
    v = venue(hedge=hedge)
    leg, side = leg_name(hedge, direction), CLOSE[direction]
    trigger = STOP[direction][0]
    v.market(OPEN[direction], "1", leg)
    base = v.algo(side, "STOP_MARKET", leg, trigger_price=trigger, close_position=True)
    linked = v.algo(side, "STOP_MARKET", leg, qty="1", trigger_price=trigger, tif="GTE_GTC")
    sized = v.algo(side, "STOP_MARKET", leg, qty="1", trigger_price=trigger)
    v.market(side, "0.4", leg)
    assert base.open
    v.market(side, "0.6", leg)
    assert (base.status, linked.status, sized.status) == ("EXPIRED", "EXPIRED", "NEW")
    assert v.names()[-2:] == ["ALGO:EXPIRED", "ALGO:EXPIRED"]


def test_flip_expires_the_cover_of_the_old_direction(venue):
    v = venue()
    v.market("BUY", "1")
    base = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    other = v.algo("BUY", "STOP_MARKET", trigger_price="102", close_position=True)
    v.market("SELL", "3")
    assert (base.status, other.status) == ("EXPIRED", "NEW")


def test_limit_child_finishes_when_it_is_cancelled(venue):
    v = venue()
    algo = v.algo("BUY", "STOP", qty="1", trigger_price="102", price="101.0")
    v.touch("102.0", "102.1")
    v.wait(11)
    assert (algo.status, v.exchange.open_algos()) == ("TRIGGERED", [])
    v.exchange.cancel("BTCUSDT", order_id=algo.actual_order_id)
    assert (algo.status, algo.actual_qty) == ("FINISHED", 0)


def test_child_has_its_own_client_id_by_switch(venue):
    v = venue(child_client_id_is_algos=False)
    algo = v.algo("BUY", "STOP_MARKET", qty="1", trigger_price="102", client_id="mine")
    v.touch("102.0", "102.1")
    v.wait(11)
    assert v.exchange.order("BTCUSDT", order_id=algo.actual_order_id).client_id != "mine"


def test_gtd_algo_expires(venue):
    v = venue()
    algo = v.algo(
        "SELL", "STOP_MARKET", qty="1", trigger_price="98", tif="GTD", good_till_ms=v.exchange.now_ms + 700_000
    )
    v.wait(700_000)
    assert algo.status == "EXPIRED"


def test_order_cancel_all_leaves_algos_alone_unless_switched(venue):
    for switched in (False, True):
        v = venue(cancel_all_touches_algo=switched)
        v.limit("BUY", "1", "99.0")
        v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98")
        v.exchange.cancel_all("BTCUSDT")
        assert v.exchange.open_orders() == []
        assert len(v.exchange.open_algos("BTCUSDT")) == (0 if switched else 1)
        v.exchange.cancel_all_algo("BTCUSDT")
        assert v.exchange.open_algos() == []


def test_events_of_a_triggered_stop_in_order(venue):
    v = venue()
    v.market("BUY", "1")
    v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.events.clear()
    v.touch("97.9", "98.0")
    v.wait(11)
    assert v.names() == [
        "ALGO:TRIGGERING",
        "ALGO:TRIGGERED",
        "ORDER:NEW:NEW",
        "TRADE_LITE",
        "ACCOUNT:ORDER",
        "ORDER:TRADE:FILLED",
        "ALGO:FINISHED",
    ]
    first, triggered, finished = (e["o"] for e in v.events if e["e"] == "ALGO_UPDATE")
    assert "ap" not in first
    assert triggered["ai"] == finished["ai"] != ""
    assert finished["aq"] == "1.000"
    assert D(finished["ap"]) == D("97.9")


def test_own_trade_triggers_too(venue):
    v = venue()
    v.touch("99.0", "101.0")
    algo = v.algo("BUY", "STOP_MARKET", qty="1", trigger_price="101.0")
    v.market("BUY", "1")
    assert algo.status == "TRIGGERING"


def test_close_position_passes_a_strict_closing_budget(venue):
    v = venue(closing_budget_strict=True)
    v.market("BUY", "1")
    take_profit = v.limit("SELL", "1", "105.0", reduce_only=True)
    algo = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.touch("97.9", "98.0")
    v.wait(11)
    assert (algo.status, v.qty(), take_profit.expire_reason) == ("FINISHED", 0, 4)


def test_sized_stop_does_not_pass_a_strict_closing_budget(venue):
    v = venue(closing_budget_strict=True)
    v.market("BUY", "1")
    v.limit("SELL", "1", "105.0", reduce_only=True)
    algo = v.algo("SELL", "STOP_MARKET", qty="1", trigger_price="98", reduce_only=True)
    v.touch("97.9", "98.0")
    v.wait(11)
    assert (algo.status, v.qty()) == ("REJECTED", 1)


def test_mode_flip_between_placement_and_trigger_rejects(venue):
    v = venue()
    algo = v.algo("BUY", "STOP_MARKET", qty="1", trigger_price="102")
    v.exchange.world.hedge = True
    v.touch("102.0", "102.1")
    v.wait(11)
    assert algo.status == "REJECTED"
