"""The whole story of one ambiguous create, from the first doubt to the last (B10), by what the journal says in order.

The exchange takes a bid and does not say so; later it withdraws it and does not say so either, nor that half of it was
filled on the way. Doubt becomes debt, debt a posture, and the posture stops entries while an exit goes out.
"""

from __future__ import annotations

from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model import event as ev
from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Purpose, Side
from hedgectl.sim.faults.flight import Kind as FaultKind
from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.http import Response

GHOST, HELD = "ETHUSDT", "BTCUSDT"
BACKEND = Response(408, {}, orjson.dumps({"code": -1007, "msg": "Timeout waiting for response from backend server."}))
REST_S = 20


class Wire:
    """What the exchange keeps to itself: answers to creates, to looks, to cancels; own trades of the ghost's symbol."""

    def __init__(self):
        self.creates = self.looks = self.cancels = self.trades = False
        self.race = None

    def attach(self, place):
        go = place.wire.request

        async def request(request, timeout_ms):
            if request.method == "DELETE" and self.race is not None:
                self.race, race = None, self.race
                race()
            reply = await go(request, timeout_ms)
            match request.method, request.path:
                case ("POST", "/fapi/v1/order") if self.creates:
                    return BACKEND
                case ("GET", "/fapi/v1/order") if self.looks:
                    raise TransportFault(FaultKind.RESET, sent=True)
                case ("DELETE", "/fapi/v1/order") if self.cancels:
                    raise TransportFault(FaultKind.READ_TIMEOUT, sent=True)
                case ("GET", "/fapi/v1/userTrades") if self.trades and GHOST in request.query:
                    return Response(503, {}, b"Service Unavailable.")
            return reply

        place.wire.request = request


def tag(event):
    """One word or three for an event of the story; "" for the rest."""
    match event:
        case ev.OrderPrepared(order=order):
            return f"{order.intent_id} {order.purpose.name.lower()} prepared"
        case ev.OrderUnknown():
            return "unknown"
        case ev.OrderAccepted(via="look"):
            return "found"
        case ev.CancelSent():
            return "cancel sent"
        case ev.CancelFailed():
            return "cancel unconfirmed"
        case ev.MismatchOpened() | ev.MismatchClosed():
            opened = "opened" if isinstance(event, ev.MismatchOpened) else "closed"
            return f"{event.key.partition(' ')[0]} {opened} {event.symbol}"
        case ev.BeliefState() if event.posture != event.was:
            return event.posture
        case ev.IntentRefused():
            return f"{event.intent_id} refused {event.code}"
        case ev.Filled():
            return f"{event.intent_id} {event.purpose.name.lower()} filled {event.via}"
        case ev.OrderMoved(status="CANCELED"):
            return "cancelled"
        case ev.CoverSeen(symbol=symbol):
            return f"{symbol} covered"
        case ev.IntentDone():
            return f"{event.intent_id} done {event.outcome}"
    return ""


STORY = (
    "held entry prepared",
    "BTCUSDT covered",
    "ghost entry prepared",
    "unknown",                            # ambiguous create
    "order opened ETHUSDT",
    "early refused belief.unsettled",
    "found",                              # settled
    "order closed ETHUSDT",
    "cancel sent",
    "cancel unconfirmed",                 # unknown cancel
    "leg opened ETHUSDT",                 # mismatch: half was filled, and nobody said so
    "YELLOW",                             # debt, posture down
    "unsure refused belief.confidence",   # entries clamped
    "leg closed ETHUSDT",                 # it may be bare: taken on as the exchange states it, its trades unread
    "ETHUSDT covered",
    "ORANGE",
    "RED",
    "sure refused belief.posture",
    "out exit prepared",                  # an exit stays open, and goes out
    "out exit filled trades",
    "out done filled",
    "cancelled",                          # truth
    "ghost entry filled trades",
    "ghost done partial",
    "ORANGE",                             # cleared
    "YELLOW",
    "GREEN",
    "again entry prepared",
)  # fmt: skip


def missing(told, wanted):
    """The first of `wanted` that `told` does not hold in this order; "" when it holds all."""
    rest = iter(told)
    return next((each for each in wanted if each not in rest), "")


@pytest.mark.parametrize("mode", ("hedge", "one-way"))
def test_the_whole_story_of_an_ambiguous_create(live, mode):
    wire, profile = Wire(), FaultProfile({"event_missing": 1.0})
    profile.on_streams = False
    orders = []

    async def story(trader):
        exchange, clock, belief = trader.place.box.exchange, trader.clock, trader.state.durable.belief

        def buy(name, symbol, **more):
            wish = {"notional_usdt": D(200)} | more
            trader.executor.offer(IntentReceived(Entry(name, symbol, Side.BUY, trader.exchange.now_ms(), **wish)))

        async def until(there, most_s):
            for _ in range(most_s * 10):
                if there():
                    return
                await clock.sleep_ms(100)
            raise AssertionError("the story does not go on")

        await clock.sleep_ms(5_000)
        buy("held", HELD)
        await clock.sleep_ms(10_000)
        profile.on_streams = wire.creates = wire.looks = True
        low = (exchange.quote(GHOST).bid * D("0.98")).quantize(D("0.01"))
        buy("ghost", GHOST, kind=Kind.LIMIT, price=low)
        await clock.sleep_ms(5_000)
        orders.extend(exchange.open_orders(GHOST))
        assert len(orders) == 1, "the exchange took it"
        buy("early", GHOST)
        await clock.sleep_ms(1_000)
        wire.creates = wire.looks = False
        await until(lambda: trader.state.index.resting_entries, 10)
        order = orders[0]
        half = order.left / 2 // D("0.001") * D("0.001")
        wire.race = lambda: exchange.hands.print_trade(GHOST, low, order.queue_ahead + half, True)
        await clock.sleep_ms(REST_S * 1000 - 1_000)
        wire.looks = wire.cancels = wire.trades = True
        await until(lambda: belief.posture == "YELLOW", 60)
        buy("unsure", "SOLUSDT")
        await until(lambda: belief.posture == "RED", 90)
        buy("sure", "SOLUSDT", confidence=D(1))
        assert not trader.state.durable.strangers, "no fill is invented"
        assert [each.close_position for each in exchange.open_algos(GHOST)] == [True], "and it is not bare meanwhile"
        await clock.sleep_ms(1_000)
        out = Exit("out", HELD, Side.SELL, trader.exchange.now_ms(), leg=Leg.LONG)
        trader.executor.offer(IntentReceived(out))
        await clock.sleep_ms(5_000)
        assert not [each for each in exchange.positions(HELD) if each.qty]
        assert belief.posture == "RED"
        wire.looks = wire.cancels = wire.trades = False
        await until(lambda: belief.posture == "GREEN", 200)
        assert not belief.open
        buy("again", "SOLUSDT")
        await clock.sleep_ms(5_000)

    life = live(
        mode=mode, seconds=400, faults=profile, story=story, place=wire.attach,
        send__entry_rest_s_max=REST_S, limits__read_failures_max=100, run__symbols=f"{GHOST},{HELD},SOLUSDT",
    )  # fmt: skip
    told = [tag(event) for event in life.events()]
    assert not missing(told, STORY), "\n".join(filter(None, told))
    assert [event.order.intent_id for event in life.events("order.prepared")].count("ghost") == 1, "the bid"
    assert orders[0].status == "CANCELED"
    held = {f"{each.symbol}|{each.position_side}": each.qty for each in life.exchange.positions() if each.qty}
    assert {key: each.quantity for key, each in life.state.durable.positions.items()} == held
    assert not life.events("order.absent")
    (stated,) = life.events("position.corrected")
    assert (stated.was, stated.quantity) == (0, held[f"{GHOST}|{stated.leg}"])
    assert {event.purpose for event in life.events("order.filled")} == {Purpose.ENTRY, Purpose.EXIT}
