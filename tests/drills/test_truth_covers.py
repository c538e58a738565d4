"""A stop that rests is cover, whoever placed it or remembers it; its child belongs to its own position (L3, X4).

What is found at the start counts like what was seen being placed: a second one is never sent beside it.
"""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Leg, Purpose, Side
from hedgectl.drill.life import kill
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.model import NewAlgo, NewOrder

SYMBOL = "ETHUSDT"
MODES = pytest.mark.parametrize("mode", ("hedge", "one-way"))
SIDES = pytest.mark.parametrize("leg", (Leg.LONG, Leg.SHORT))
STREAMS = pytest.mark.parametrize("stream", ("heard", "mute"))


def wire_leg(mode, leg):
    return leg.value if mode == "hedge" else "BOTH"


def opening(leg):
    return "BUY" if leg is Leg.LONG else "SELL"


def closing(leg):
    return "SELL" if leg is Leg.LONG else "BUY"


def prepared(life, *purposes):
    return [event.order for event in life.events("order.prepared") if event.order.purpose in purposes]


def covers(life):
    return {key: (each.client_id, each.ours) for key, each in life.state.durable.covers.items()}


def believed(life):
    return {key: each.quantity for key, each in life.state.durable.positions.items()}


@MODES
@SIDES
@pytest.mark.parametrize("trace", ("trade", "no trade"))
def test_a_stop_that_a_person_placed_before_the_start_is_cover_and_no_second_one_is_sent(live, mode, leg, trace):
    placed = []

    def before(place):
        hands, quote = place.box.exchange.hands, place.box.exchange.quote(SYMBOL)
        place.box.advance(place.box.exchange.now_ms + 1)
        if trace == "trade":
            hands.place_manual(NewOrder(SYMBOL, opening(leg), "MARKET", wire_leg(mode, leg), qty=D(1)))
        else:
            quantity = D(1) if leg is Leg.LONG else D(-1)
            hands.set_position(SYMBOL, wire_leg(mode, leg), quantity, quote.bid)
        trigger = (quote.bid * (D("0.95") if leg is Leg.LONG else D("1.05"))).quantize(D("0.01"))
        stop = NewAlgo(
            SYMBOL, closing(leg), "STOP_MARKET", wire_leg(mode, leg), close_position=True, trigger_price=trigger
        )
        placed.append(hands.place_manual_algo(stop))

    life = live(mode=mode, seconds=60, place=before)
    key = f"{SYMBOL}|{wire_leg(mode, leg)}"
    assert believed(life) == {key: D(1) if leg is Leg.LONG else D(-1)}
    assert covers(life) == {key: (placed[0].client_id, False)}
    assert not life.events("order.prepared", "cover.lost", "cancel.sent")
    assert life.exchange.open_algos(SYMBOL) == placed


@MODES
@SIDES
def test_a_stop_of_a_life_whose_journal_is_gone_is_cover_and_no_second_one_is_sent(live, mode, leg):
    first = []

    async def story(trader):
        if first:
            await trader.clock.sleep_ms(60_000)
            return
        await trader.clock.sleep_ms(5_000)
        now_ms = trader.exchange.now_ms()
        wish = Entry("in", SYMBOL, Side(opening(leg)), now_ms, notional_usdt=D(150))
        trader.executor.offer(IntentReceived(wish))
        await trader.clock.sleep_ms(10_000)
        first.append({key: each.client_id for key, each in trader.state.durable.covers.items()})
        first.append({key: each.quantity for key, each in trader.state.durable.positions.items()})
        kill(trader)
        for each in trader.job.folder.iterdir():
            each.unlink()

    life = live(mode=mode, seconds=70, story=story)
    assert len(life.traders) == 2
    assert len(life.events("run.started")) == 1, "the first life left no trace"
    assert believed(life) == first[1] != {}
    assert covers(life) == {key: (name, True) for key, name in first[0].items()}
    assert len(first[0]) == 1
    assert not life.events("order.prepared", "cover.lost", "cancel.sent")
    assert len(life.exchange.open_algos(SYMBOL)) == 1


def offer(trader, name, side):
    wish = Entry(name, SYMBOL, Side(side), trader.exchange.now_ms(), notional_usdt=D(150))
    trader.executor.offer(IntentReceived(wish))


def stopped_and_reversed(live, leg, stream):
    """One-way: a stop closes the position, and a wish in the other direction reverses it before anybody has looked.
    Returns the life and the stop."""
    profile = FaultProfile({"event_missing": 1.0})
    profile.on_streams = False
    stops = []

    async def story(trader):
        exchange, clock = trader.place.box.exchange, trader.clock
        await clock.sleep_ms(5_000)
        offer(trader, "first", opening(leg))
        await clock.sleep_ms(12_000)
        (stop,) = exchange.open_algos(SYMBOL)
        stops.append(stop)
        profile.on_streams = stream == "mute"
        past = (stop.trigger_price * (D("0.999") if leg is Leg.LONG else D("1.001"))).quantize(D("0.01"))
        exchange.hands.set_touch(SYMBOL, past, past + D("0.01"))
        trader.place.box.advance(clock.wall_ms() + 50)
        assert stop.status == "FINISHED"
        offer(trader, "second", closing(leg))
        await clock.sleep_ms(30_000)
        profile.on_streams = False

    life = live(mode="one-way", seconds=60, faults=profile, story=story)
    return life, stops[0]


@SIDES
@STREAMS
def test_after_a_triggered_stop_the_reversed_position_is_its_own_and_gets_its_own_cover(live, leg, stream):
    life, stop = stopped_and_reversed(live, leg, stream)
    first, second = prepared(life, Purpose.COVER)
    assert (first.client_id, first.intent_id) == (stop.client_id, "first")
    assert (second.intent_id, second.side) == ("second", Side(opening(leg)))
    assert covers(life) == {f"{SYMBOL}|BOTH": (second.client_id, True)}
    (there,) = life.exchange.positions(SYMBOL)
    assert believed(life) == {f"{SYMBOL}|BOTH": there.qty}
    assert there.qty * (1 if leg is Leg.LONG else -1) < 0
    assert not life.events("position.corrected")


@SIDES
@STREAMS
def test_the_fill_of_a_triggered_stop_is_its_parents(live, leg, stream):
    life, stop = stopped_and_reversed(live, leg, stream)
    (child,) = [event for event in life.events("order.filled") if event.trade.order_id == stop.actual_order_id]
    assert (child.client_id, child.purpose, child.intent_id) == (stop.client_id, Purpose.COVER, "first")
