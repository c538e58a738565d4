"""An order that the exchange takes after its deadline has passed: told loudly, never doubled (L1, L9).

The front door took the request in time; the queue behind it holds it for longer than recvWindow allows, which the
reference leaves open (reliability 1.5, "unproven"). No answer ever comes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Purpose, Side
from hedgectl.core.orders.clientid import parse_client_id
from hedgectl.sim.faults.flight import Kind as FaultKind
from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.wire.asking import new_order
from hedgectl.sim.wire.params import parse

SYMBOL = "ETHUSDT"
MODES = pytest.mark.parametrize("mode", ("hedge", "one-way"))
STREAMS = pytest.mark.parametrize("stream", ("heard", "mute"))
AFTER_DEADLINE_MS, AFTER_ABSENCE_MS = 8_000, 25_000  # the deadline is 4 s, absence is proven from 14 s on


class Queue:
    """Ordinary creates are taken at once and executed `hold_ms` later, while it is on."""

    def __init__(self, hold_ms, stream):
        self.hold_ms, self.on, self.held, self.mute = hold_ms, False, [], stream == "mute"
        self.profile = FaultProfile({"event_missing": 1.0})
        self.profile.on_streams = False

    def attach(self, place):
        go, exchange = place.wire.request, place.box.exchange

        async def request(request, timeout_ms):
            if not self.on or (request.method, request.path) != ("POST", "/fapi/v1/order"):
                return await go(request, timeout_ms)
            new = new_order(parse(request.query, request.body), exchange.specs, exchange.now_ms)
            self.held.append(asyncio.create_task(self.execute(exchange, new)))
            await self.clock.sleep_ms(timeout_ms)
            raise TransportFault(FaultKind.READ_TIMEOUT, sent=True)

        place.wire.request = request

    async def execute(self, exchange, new):
        await self.clock.sleep_ms(self.hold_ms)
        exchange.place(new)

    def begin(self, trader):
        self.clock, self.on, self.profile.on_streams = trader.clock, True, self.mute


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


def taken(life, purpose):
    """How often the exchange took each order of ours."""
    names = [each.body["client_id"] for each in life.ledger.of("order") if each.body["origin"] == "client"]
    return Counter(name for name in names if parse_client_id(name).purpose is purpose)


def late(live, mode, queue, wish, seconds=100):
    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        offer(trader, entry(trader, "first"))
        await trader.clock.sleep_ms(10_000)
        queue.begin(trader)
        offer(trader, wish(trader))
        await trader.clock.sleep_ms(70_000)
        assert all(task.done() for task in queue.held)

    return live(mode=mode, seconds=seconds, faults=queue.profile, story=story, place=queue.attach)


def name_of(life):
    (name,) = [
        event.order.client_id
        for event in life.events("order.prepared")
        if event.order.intent_id == "wish" and event.order.purpose in (Purpose.ENTRY, Purpose.EXIT)
    ]
    return name


@MODES
@STREAMS
def test_an_entry_taken_after_its_deadline_is_found_and_never_doubled(live, mode, stream):
    life = late(live, mode, Queue(AFTER_DEADLINE_MS, stream), lambda trader: entry(trader, "wish"))
    name = name_of(life)
    assert taken(life, Purpose.ENTRY)[name] == 1
    assert not life.events("order.absent")
    assert believed(life) == held(life)
    assert life.events("intent.done")[-1].outcome == "filled"


@MODES
@STREAMS
def test_a_partial_exit_taken_after_its_deadline_is_found_and_never_doubled(live, mode, stream):
    def wish(trader):
        return Exit("wish", SYMBOL, Side.SELL, trader.exchange.now_ms(), quantity=D("0.02"), leg=Leg.LONG)

    life = late(live, mode, Queue(AFTER_DEADLINE_MS, stream), wish)
    assert taken(life, Purpose.EXIT) == {name_of(life): 1}
    assert not life.events("order.absent")
    assert believed(life) == held(life)


@pytest.fixture(params=("entry MARKET", "entry LIMIT"))
def shape(request):
    return request.param


def after_absence(live, mode, stream, shape):
    """An entry that was proven absent, and taken then. Returns the life and the order's name."""

    def wish(trader):
        return entry(trader, "wish", **({"kind": Kind.LIMIT, "price": low(trader)} if "LIMIT" in shape else {}))

    life = late(live, mode, Queue(AFTER_ABSENCE_MS, stream), wish)
    name = name_of(life)
    assert [event.client_id for event in life.events("order.absent")] == [name], "within the bound it was absent"
    return life, name


@MODES
@STREAMS
def test_an_entry_taken_after_its_proven_absence_is_not_doubled_and_what_it_fills_is_covered(live, mode, stream, shape):
    life, name = after_absence(live, mode, stream, shape)
    assert taken(life, Purpose.ENTRY)[name] == 1
    assert sum(taken(life, Purpose.ENTRY).values()) == 2
    assert believed(life) == held(life)
    assert life.state.durable.covers.keys() == held(life).keys()


@MODES
@STREAMS
def test_an_entry_taken_after_its_proven_absence_is_told_loudly(live, mode, stream, shape):
    life, name = after_absence(live, mode, stream, shape)
    assert [event for event in life.events("alert") if name in f"{event.what} {event.hint}"]


@MODES
@STREAMS
def test_a_resting_entry_taken_after_its_proven_absence_is_withdrawn(live, mode, stream):
    life, _ = after_absence(live, mode, stream, "entry LIMIT")
    assert not life.exchange.open_orders(SYMBOL), "nobody wants it any more, so it may not wait for a fill"
