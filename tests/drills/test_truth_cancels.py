"""A cancel is a question too: "gone" is looked at, fills found are applied, silence proves nothing (B7, I18).

A resting entry is withdrawn after its bounded life; each test bends what the exchange says to that.
"""

from __future__ import annotations

from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Kind, Side
from hedgectl.sim.faults.flight import Kind as FaultKind
from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.http import Response

SYMBOL = "ETHUSDT"
ORDER = "/fapi/v1/order"
MODES = pytest.mark.parametrize("mode", ("hedge", "one-way"))
REST_S = 4
GONE = Response(400, {}, orjson.dumps({"code": -2011, "msg": "Unknown order sent."}))


class Cancels:
    """Notes what cancels were answered; `decide(request, go)` speaks for requests about the order while `on`."""

    def __init__(self, decide=None, methods=("DELETE",)):
        self.decide, self.methods, self.on, self.answers = decide, methods, decide is not None, []
        self.profile = FaultProfile({"event_missing": 1.0})
        self.profile.on_streams = False

    def attach(self, place):
        go = place.wire.request

        async def request(request, timeout_ms):
            ours = request.path == ORDER and request.method in self.methods
            try:
                if not (self.on and ours):
                    reply = await go(request, timeout_ms)
                else:
                    reply = await self.decide(request, lambda: go(request, timeout_ms))
            except TransportFault:
                self.note(request, "lost")
                raise
            self.note(request, reply.status)
            return reply

        place.wire.request = request

    def note(self, request, answer):
        if (request.method, request.path) == ("DELETE", ORDER):
            self.answers.append(answer)


async def resting(trader):
    """A bid of ours that rests; returns the exchange's order."""
    exchange = trader.place.box.exchange
    await trader.clock.sleep_ms(5_000)
    price = (exchange.quote(SYMBOL).bid * D("0.98")).quantize(D("0.01"))
    wish = {"kind": Kind.LIMIT, "price": price, "notional_usdt": D(900)}
    trader.executor.offer(IntentReceived(Entry("low", SYMBOL, Side.BUY, trader.exchange.now_ms(), **wish)))
    await trader.clock.sleep_ms(1_000)
    (order,) = exchange.open_orders(SYMBOL)
    return order


def run(live, mode, cancels, story, seconds=60):
    return live(
        mode=mode, seconds=seconds, faults=cancels.profile, story=story, place=cancels.attach,
        send__entry_rest_s_max=REST_S,
    )  # fmt: skip


def stage(trader, order):
    live = trader.state.durable.orders.get(order.client_id)
    return live and live.stage.value


def statuses(life, order):
    told = [event for event in life.events("order.moved", "order.absent") if event.client_id == order.client_id]
    return [getattr(event, "status", "absent") for event in told]


def held(exchange):
    return {f"{each.symbol}|{each.position_side}": each.qty for each in exchange.positions() if each.qty}


def believed(state):
    return {key: each.quantity for key, each in state.durable.positions.items()}


@MODES
@pytest.mark.parametrize("part, answer, outcome", ((1, 400, "filled"), (2, 200, "partial")))
def test_a_cancel_of_an_order_that_was_filled_applies_its_fills(live, mode, part, answer, outcome):
    """Filled wholly the cancel finds nothing (-2011); filled by half it withdraws the rest. The stream said nothing."""
    cancels = Cancels()

    async def story(trader):
        order = await resting(trader)
        cancels.profile.on_streams = True
        quantity = order.left / part // D("0.001") * D("0.001")
        trader.place.box.exchange.hands.print_trade(SYMBOL, order.price, order.queue_ahead + quantity, True)
        assert order.executed == quantity
        assert not believed(trader.state), "nobody has told yet"
        await trader.clock.sleep_ms(REST_S * 1000 + 4_000)
        assert believed(trader.state) == held(trader.place.box.exchange) != {}
        await trader.clock.sleep_ms(5_000)
        assert trader.state.durable.covers.keys() == believed(trader.state).keys()

    life = run(live, mode, cancels, story)
    assert cancels.answers == [answer]
    assert [event.outcome for event in life.events("intent.done")] == [outcome]
    assert not life.events("position.corrected")


@MODES
def test_gone_is_not_believed_while_the_order_is_open(live, mode):
    orders = []

    async def decide(request, go):
        return GONE

    cancels = Cancels(decide)

    async def story(trader):
        orders.append(await resting(trader))
        await trader.clock.sleep_ms(30_000)
        assert orders[0].status == "NEW"
        assert stage(trader, orders[0]) == "accepted"
        assert "low" in trader.state.durable.intents
        cancels.on = False
        await trader.clock.sleep_ms(15_000)

    life = run(live, mode, cancels, story)
    assert cancels.answers[:2] == [400, 400]
    assert cancels.answers[-1] == 200, "withdrawn as soon as it could be"
    assert statuses(life, orders[0]) == ["CANCELED"]
    assert [event.outcome for event in life.events("intent.done")] == ["cancelled"]


@MODES
@pytest.mark.parametrize("done", (True, False))
@pytest.mark.parametrize("looks", ("answered", "lost"))
def test_a_cancel_that_stays_unconfirmed_is_never_called_cancelled_gives_up_loudly_and_is_bounded(
    live, mode, done, looks
):
    """Every answer is lost; the exchange has withdrawn the order (`done`) or never heard of it. Only where looks are
    answered can the end be known."""
    orders, attempts = [], []

    async def decide(request, go):
        if done and request.method == "DELETE":
            await go()
        raise TransportFault(FaultKind.READ_TIMEOUT, sent=True)

    cancels = Cancels(decide, ("DELETE", "GET") if looks == "lost" else ("DELETE",))
    knowable = done and looks == "answered"

    async def story(trader):
        cancels.profile.on_streams = True
        orders.append(await resting(trader))
        await trader.clock.sleep_ms(80_000)
        attempts.append(len(cancels.answers))
        if not knowable:
            assert stage(trader, orders[0]) == "accepted", "still what was last proven"
            assert "low" in trader.state.durable.intents
        cancels.on = False
        await trader.clock.sleep_ms(trader.settings.cancel_again_ms)
        assert orders[0].status == "CANCELED"
        assert not trader.state.durable.orders

    life = run(live, mode, cancels, story, seconds=160)
    most = life.trader.settings.cancel_attempts_max
    gave_up = [event for event in life.events("cancel.gave_up") if event.client_id == orders[0].client_id]
    assert [event.attempts for event in gave_up] == ([] if knowable else [most])
    told = [event for event in life.events("alert") if event.code.startswith("cancel.")]
    assert [orders[0].client_id in event.what for event in told] == [True] * len(gave_up)
    assert attempts == [1 if knowable else most], "bounded"
    assert statuses(life, orders[0]) == ["CANCELED"]
    failed = [event for event in life.events("cancel.failed") if event.client_id == orders[0].client_id]
    assert len(failed) == attempts[0], "each silence was told"
