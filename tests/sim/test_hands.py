"""What people and the exchange do without the client."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.sim.model import NewAlgo, NewOrder

SYMBOL = "BTCUSDT"


def test_position_set_by_hand_is_silent_but_in_the_ledger(venue):
    v = venue()
    v.exchange.hands.set_position(SYMBOL, "BOTH", D(-2), D(101))
    assert v.events == []
    (leg,) = v.exchange.positions(SYMBOL)
    assert (leg.qty, leg.entry_price) == (-2, 101)
    assert [e.kind for e in v.exchange.ledger][-2:] == ["manual", "position"]
    cover = v.algo("BUY", "STOP_MARKET", trigger_price="105", close_position=True)
    v.exchange.hands.set_position(SYMBOL, "BOTH", D(0), D(0))
    assert cover.status == "EXPIRED"


def test_manual_orders_have_foreign_ids(venue):
    v = venue()
    order = v.exchange.hands.place_manual(NewOrder(SYMBOL, "BUY", "MARKET", qty=D(1)))
    algo = v.exchange.hands.place_manual_algo(
        NewAlgo(SYMBOL, "SELL", "STOP_MARKET", trigger_price=D(98), close_position=True)
    )
    assert order.client_id.startswith("web_")
    assert algo.client_id.startswith("web_")
    assert v.exchange.ledger.of("order")[-1].body["origin"] == "manual"
    v.exchange.hands.cancel_manual(SYMBOL, algo_id=algo.algo_id)
    assert algo.status == "CANCELED"


def test_mode_flip_by_hand_leaves_a_clean_account(venue, refused):
    v = venue()
    v.market("BUY", "1")
    v.limit("BUY", "1", "99.0")
    v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.exchange.hands.flip_mode()
    assert v.exchange.hedge
    assert (v.qty(), v.exchange.open_orders(), v.exchange.open_algos()) == (0, [], [])
    with refused(-4061):
        v.market("BUY", "1")


def test_vanished_algo_leaves_no_trace_but_the_ledgers(venue, refused):
    v = venue()
    v.exchange.hands.vanish_next_algo(1_000)
    algo = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True, client_id="cover")
    told = len(v.events)
    v.wait(999)
    assert v.exchange.algo(client_id="cover") is algo
    v.wait(1)
    with refused(-2013):
        v.exchange.algo(client_id="cover")
    assert v.exchange.open_algos() == v.exchange.all_algos(SYMBOL) == []
    assert len(v.events) == told
    assert [p.resting for p in v.exchange.ledger.covers[SYMBOL, "BOTH"]] == [True, False]
    assert v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True, client_id="cover").open


def test_vanish_one_that_rests(venue, refused):
    v = venue()
    algo = v.algo("SELL", "STOP_MARKET", trigger_price="98", close_position=True)
    v.exchange.hands.vanish_algo(algo.algo_id)
    v.touch("97.0", "97.1")
    v.wait(100)
    assert v.exchange.all_orders(SYMBOL) == []
    with refused(-2013):
        v.exchange.hands.vanish_algo(1)


def test_filters_change_at_any_time(venue, refused):
    v = venue()
    v.exchange.hands.change_filters(SYMBOL, tick=D("0.5"))
    with refused(-4014):
        v.limit("BUY", "1", "99.1")
    with pytest.raises(KeyError):
        v.exchange.hands.change_filters(SYMBOL, colour=1)


def test_delisting_expires_settles_and_refuses(venue, refused):
    v = venue()
    v.market("BUY", "1")
    order = v.limit("BUY", "1", "99.0")
    v.exchange.hands.delist(SYMBOL)
    assert (order.status, order.expire_reason) == ("EXPIRED", 7)
    assert v.qty() == 0
    assert v.exchange.all_orders(SYMBOL)[-1].client_id.startswith("settlement_autoclose-")
    with refused(-4141):
        v.market("BUY", "1")


def test_reduce_only_phase_of_a_symbol(venue, refused):
    v = venue()
    v.market("BUY", "1")
    v.exchange.hands.delist(SYMBOL, "PRE_DELIVERING")
    with refused(-4140):
        v.market("BUY", "1")
    assert v.market("SELL", "1", reduce_only=True).status == "FILLED"


@pytest.mark.parametrize(
    ("state", "code", "closes"),
    [
        ("invalid", -1109, False),
        ("inactive", -4109, False),
        ("locked", -4088, False),
        ("liquidation", -2023, False),
        ("cooling_off", -4192, True),
        ("reduce_only", -4087, True),
        ("large_position", -4401, True),
        ("region", -4402, True),
    ],
)
def test_states_of_the_account(venue, refused, state, code, closes):
    v = venue()
    v.market("BUY", "1")
    setattr(v.exchange.hands.restrictions, state, True)
    with refused(code):
        v.market("BUY", "1")
    if closes:
        assert v.market("SELL", "0.5", reduce_only=True).status == "FILLED"
    else:
        with refused(code):
            v.market("SELL", "0.5", reduce_only=True)
    v.exchange.hands.heal()
    assert v.market("BUY", "1").status == "FILLED"


def test_reduce_only_mode_and_lock(venue, refused):
    v = venue()
    hands = v.exchange.hands
    hands.reduce_only_mode(SYMBOL)
    with refused(-4400):
        v.market("BUY", "1")
    hands.reduce_only_mode(SYMBOL, on=False)
    hands.reduce_only_mode()
    with refused(-4087):
        v.market("BUY", "1")
    hands.reduce_only_mode(on=False)
    hands.lock()
    with refused(-4088):
        v.market("BUY", "1")


def test_wallet_moves_by_transfer(venue):
    v = venue()
    v.exchange.hands.set_wallet(D(500))
    assert v.exchange.summary().wallet == 500
    assert v.exchange.income(kind="TRANSFER")[0].amount == -99_500
    assert v.names() == ["ACCOUNT:TRANSFER"]
