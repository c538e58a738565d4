"""What people do on the account is recognised as theirs: their fills first, nothing invented, nothing undone (E6, B1).

And a truth that is agreed stays quiet: the second pass over it does nothing (reliability I17).
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Leg, Purpose, Side
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.model import NewAlgo, NewOrder

SYMBOL = "ETHUSDT"
CYCLES, CYCLE_MS = 5, 10_000
LEVERAGES = "GET /fapi/v1/symbolConfig"
LOOK = ("/fapi/v3/positionRisk", "/fapi/v1/openOrders", "/fapi/v1/openAlgoOrders", "/fapi/v3/account",
        "/fapi/v1/accountConfig")  # fmt: skip
MARKET = {"/fapi/v1/ticker/bookTicker", "/fapi/v1/premiumIndex"}
WAYS = pytest.mark.parametrize("mode, leg", (("hedge", Leg.LONG), ("hedge", Leg.SHORT), ("one-way", Leg.SHORT)))
STREAMS = pytest.mark.parametrize("stream", ("heard", "mute"))


class World:
    """One account in one mode, in the hands of a person: `mute` keeps the stream from telling of it."""

    def __init__(self, mode, leg, stream):
        self.mode, self.leg, self.mutes = mode, leg, stream == "mute"
        self.wire = leg.value if mode == "hedge" else "BOTH"
        self.key = f"{SYMBOL}|{self.wire}"
        self.opens, self.closes = ("BUY", "SELL") if leg is Leg.LONG else ("SELL", "BUY")
        self.sign = 1 if leg is Leg.LONG else -1
        self.profile = FaultProfile({"event_missing": 1.0})
        self.profile.on_streams = False
        self.counts = Counter()

    def attach(self, place):
        self.exchange, go = place.box.exchange, place.wire.request

        async def request(request, timeout_ms):
            if request.path not in MARKET:
                self.counts[f"{request.method} {request.path}"] += 1
            return await go(request, timeout_ms)

        place.wire.request = request

    def hush(self):
        self.profile.on_streams = self.mutes

    def trade(self, side, quantity):
        reduce_only = True if self.mode == "one-way" and side == self.closes else None
        new = NewOrder(SYMBOL, side, "MARKET", self.wire, qty=quantity, reduce_only=reduce_only)
        return self.exchange.hands.place_manual(new)

    def stop(self):
        bid = self.exchange.quote(SYMBOL).bid
        trigger = (bid * (1 - self.sign * D("0.05"))).quantize(D("0.01"))
        new = NewAlgo(SYMBOL, self.closes, "STOP_MARKET", self.wire, close_position=True, trigger_price=trigger)
        return self.exchange.hands.place_manual_algo(new)

    def held(self):
        return {f"{each.symbol}|{each.position_side}": each.qty for each in self.exchange.positions() if each.qty}


def believed(state):
    return {key: each.quantity for key, each in state.durable.positions.items()}


async def entered(trader, world):
    """A position of ours, covered; returns its quantity."""
    await trader.clock.sleep_ms(5_000)
    now_ms = trader.exchange.now_ms()
    wish = Entry("in", SYMBOL, Side(world.opens), now_ms, notional_usdt=D(900))
    trader.executor.offer(IntentReceived(wish))
    await trader.clock.sleep_ms(15_000)
    assert trader.state.durable.covers.keys() == believed(trader.state).keys() == {world.key}
    return abs(believed(trader.state)[world.key])


@WAYS
@STREAMS
def test_a_manual_reduction_is_recognised_by_its_fills_and_nothing_is_done_about_it(live, mode, leg, stream):
    world, kept = World(mode, leg, stream), {}

    async def story(trader):
        whole = await entered(trader, world)
        kept.update(trader.state.durable.covers)
        world.hush()
        order = world.trade(world.closes, D("0.1"))
        kept["order"] = order
        await trader.clock.sleep_ms(40_000)
        assert believed(trader.state) == world.held() == {world.key: world.sign * (whole - D("0.1"))}

    life = live(mode=mode, seconds=80, faults=world.profile, story=story, place=world.attach)
    order = kept.pop("order")
    assert [each.order.purpose for each in life.events("order.prepared")] == [Purpose.ENTRY, Purpose.COVER]
    by_hand = life.events("order.filled")[-1]
    assert (by_hand.trade.order_id, by_hand.client_id, by_hand.purpose) == (order.order_id, "", None)
    assert by_hand.via == ("trades" if stream == "mute" else "stream")
    theirs = {each.body["trade_id"] for each in life.ledger.of("fill")}
    assert {event.trade.trade_id for event in life.events("order.filled")} == theirs, "no fill was invented"
    assert not life.events("position.corrected", "cover.lost", "intent.refused")
    assert life.state.durable.covers == kept
    opened, closed = life.events("mismatch.opened"), life.events("mismatch.closed")
    assert {event.key for event in opened} == {event.key for event in closed}
    assert (f"leg {world.key}" in {event.key for event in opened}) is (stream == "mute")
    assert not life.state.durable.belief.open


async def agreed(trader, world):
    """A position of ours and its stop, seen by both."""
    await entered(trader, world)


async def corrected(trader, world):
    """A position that changed without a trace, and belief that has just followed."""
    whole = await entered(trader, world)
    entry = trader.state.durable.positions[world.key].entry_price
    world.exchange.hands.set_position(SYMBOL, world.wire, world.sign * (whole - D("0.1")), entry)
    for _ in range(400):
        await trader.clock.sleep_ms(100)
        if believed(trader.state) == world.held():
            return
    raise AssertionError("never corrected")


async def persons_stop(trader, world):
    """A person's position with a person's stop."""
    await trader.clock.sleep_ms(5_000)
    world.trade(world.opens, D(1))
    world.stop()
    await trader.clock.sleep_ms(15_000)
    assert not trader.state.durable.covers[world.key].ours


@WAYS
@STREAMS
@pytest.mark.parametrize("state", (agreed, corrected, persons_stop))
def test_a_second_pass_over_the_same_truth_does_nothing(live, mode, leg, stream, state):
    world = World(mode, leg, stream)

    async def story(trader):
        world.hush()
        await state(trader, world)
        world.profile.on_streams = False
        if state is corrected:  # belief follows once more when the horizon's trades were read again
            await trader.clock.sleep_ms(CYCLE_MS)
        while trader.state.durable.belief.posture != "GREEN":
            await trader.clock.sleep_ms(CYCLE_MS)
        seq = trader.journal.last_seq
        world.counts.clear()
        await trader.clock.sleep_ms(CYCLES * CYCLE_MS)
        world.counts.pop(LEVERAGES, None)  # the look of each tenth cycle
        assert world.counts == {f"GET {path}": CYCLES for path in LOOK}
        assert trader.journal.last_seq == seq, "nothing was noted"

    live(mode=mode, seconds=240, faults=world.profile, story=story, place=world.attach)
