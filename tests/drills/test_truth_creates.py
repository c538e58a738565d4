"""An ambiguous answer to a create leads to one order: looked for, adopted, never sent again (L1, L9, X6).

The exchange has taken the order each time; only what it says of it is useless, or comes too late.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Purpose, Side
from hedgectl.core.orders.clientid import parse_client_id
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.http import Response

SYMBOL = "ETHUSDT"
ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
MODES = pytest.mark.parametrize("mode", ("hedge", "one-way"))
STREAMS = pytest.mark.parametrize("stream", ("heard", "mute"))
BACKEND = (408, -1007, "Timeout waiting for response from backend server. Send status unknown.")
THERE = {-4116: "ClientOrderId is duplicated.", -4117: "stop order is triggering."}


class Creates:
    """Creates on `path` go through `decide(request, go)` while it is on; the user stream is mute if asked."""

    def __init__(self, decide, stream, path=ORDER):
        self.decide, self.path, self.on, self.seen = decide, path, False, 0
        self.profile = FaultProfile({"event_missing": 1.0})
        self.profile.on_streams = False
        self.mute = stream == "mute"

    def attach(self, place):
        go = place.wire.request

        async def request(request, timeout_ms):
            if not self.on or (request.method, request.path) != ("POST", self.path):
                return await go(request, timeout_ms)
            self.seen += 1
            return await self.decide(request, lambda: go(request, timeout_ms))

        place.wire.request = request

    def begin(self):
        self.on, self.profile.on_streams = True, self.mute

    def end(self):
        self.on = self.profile.on_streams = False


def taken_but(status, code, text):
    """Creates are executed, and answered so."""

    async def decide(request, go):
        await go()
        return Response(status, {}, orjson.dumps({"code": code, "msg": text}))

    return decide


def offer(trader, intent):
    assert trader.executor.offer(IntentReceived(intent))


def entry(trader, name, **more):
    return Entry(name, SYMBOL, Side.BUY, trader.exchange.now_ms(), **({"notional_usdt": D(150)} | more))


def low(trader):
    """A bid that rests."""
    return (trader.place.box.exchange.quote(SYMBOL).bid * D("0.99")).quantize(D("0.01"))


def held(life):
    return {f"{each.symbol}|{each.position_side}": each.qty for each in life.exchange.positions() if each.qty}


def believed(life):
    return {key: each.quantity for key, each in life.state.durable.positions.items()}


def accepted(life, *purposes):
    """How often the exchange took each order of ours."""
    bodies = [each.body for each in life.ledger.of("order") if each.body["origin"] == "client"]
    bodies += [each.body for each in life.ledger.of("algo") if each.body["event"] == "NEW"]
    names = [body["client_id"] for body in bodies]
    return Counter(name for name in names if parse_client_id(name).purpose in purposes)


def wish(trader, shape):
    match shape:
        case "entry MARKET":
            return entry(trader, "wish")
        case "entry LIMIT":
            return entry(trader, "wish", kind=Kind.LIMIT, price=low(trader))
        case "partial exit":
            now_ms = trader.exchange.now_ms()
            return Exit("wish", SYMBOL, Side.SELL, now_ms, quantity=D("0.02"), leg=Leg.LONG)


SHAPES = pytest.mark.parametrize("shape", ("entry MARKET", "entry LIMIT", "partial exit"))


def one_order(live, mode, shape, creates):
    """A wish of this shape, beside a position that is there already, leads to one order. Returns the life."""
    purpose = Purpose.EXIT if shape == "partial exit" else Purpose.ENTRY

    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        offer(trader, entry(trader, "first"))
        await trader.clock.sleep_ms(10_000)
        creates.begin()
        offer(trader, wish(trader, shape))
        await trader.clock.sleep_ms(45_000)
        creates.end()
        assert not trader.state.index.unsettled
        if shape == "entry LIMIT":
            assert len(trader.place.box.exchange.open_orders(SYMBOL)) == 1
        await trader.clock.sleep_ms(20_000)

    life = live(mode=mode, seconds=90, faults=creates.profile, story=story, place=creates.attach)
    assert creates.seen == 1
    names = [event.order.client_id for event in life.events("order.prepared") if event.order.intent_id == "wish"]
    names = [name for name in names if parse_client_id(name).purpose is purpose]
    assert len(names) == 1
    assert accepted(life, purpose)[names[0]] == 1
    if creates.mute:
        assert [event.client_id for event in life.events("order.unknown")] == names
    assert not life.events("order.rejected", "order.absent", "order.retry", "position.corrected")
    assert believed(life) == held(life)
    return life


@MODES
@STREAMS
@SHAPES
def test_1007_on_a_create_that_was_accepted_leads_to_one_order(live, mode, stream, shape):
    life = one_order(live, mode, shape, Creates(taken_but(*BACKEND), stream))
    outcome = "cancelled" if shape == "entry LIMIT" else "filled"
    assert [event.outcome for event in life.events("intent.done") if event.intent_id == "wish"] == [outcome]


@MODES
@STREAMS
@SHAPES
@pytest.mark.parametrize("code", THERE)
def test_a_code_that_says_it_exists_means_look_and_nothing_is_sent_again(live, mode, stream, shape, code):
    one_order(live, mode, shape, Creates(taken_but(400, code, THERE[code]), stream))


@MODES
@STREAMS
@pytest.mark.parametrize("code", THERE)
def test_a_stop_that_exists_says_the_exchange_is_looked_for_and_no_second_one_sent(live, mode, stream, code):
    creates = Creates(taken_but(400, code, THERE[code]), stream, path=ALGO)

    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        creates.begin()
        offer(trader, entry(trader, "in"))
        await trader.clock.sleep_ms(30_000)

    life = live(mode=mode, seconds=40, faults=creates.profile, story=story, place=creates.attach)
    assert creates.seen == 1
    assert accepted(life, Purpose.COVER).total() == 1
    assert life.state.durable.covers.keys() == believed(life).keys() == held(life).keys()
    assert len(life.state.durable.covers) == 1


@MODES
@STREAMS
@pytest.mark.parametrize("code", THERE)
def test_a_whole_close_that_exists_says_the_exchange_is_not_sent_again(live, mode, stream, code):
    creates = Creates(taken_but(400, code, THERE[code]), stream)

    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        offer(trader, entry(trader, "in"))
        await trader.clock.sleep_ms(10_000)
        creates.begin()
        offer(trader, Exit("out", SYMBOL, Side.SELL, trader.exchange.now_ms(), leg=Leg.LONG))
        await trader.clock.sleep_ms(30_000)

    life = live(mode=mode, seconds=60, faults=creates.profile, story=story, place=creates.attach)
    assert held(life) == believed(life) == {}
    assert creates.seen == 1
    assert accepted(life, Purpose.EXIT).total() == 1
