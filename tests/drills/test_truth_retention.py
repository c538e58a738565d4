"""The exchange forgets orders: unfilled ones three days after their creation, all of them after ninety (reference 5).

"Does not exist" then says nothing about what became of an order; own trades do, as far back as they reach. Days pass
between two lives of the executor on the same exchange.
"""

from __future__ import annotations

from decimal import Decimal as D
from urllib.parse import parse_qs

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Kind, Side
from hedgectl.drill.life import kill
from hedgectl.sim.faults.flight import Kind as FaultKind
from hedgectl.sim.faults.flight import TransportFault

SYMBOL = "ETHUSDT"
DAY_MS = 86_400_000


class Frozen:
    """The market stands still while days pass."""

    def __init__(self, specs, until_ms):
        self.specs, self.until_ms = specs, until_ms

    def next_ms(self):
        return self.until_ms

    def step(self):
        self.until_ms += 365 * DAY_MS
        return []


class Wire:
    """Notes from when on own trades were asked for; while `lossy`, the answer to a create is lost."""

    def __init__(self):
        self.lossy, self.asked_since = False, set()

    def attach(self, place):
        go = place.wire.request

        async def request(request, timeout_ms):
            reply = await go(request, timeout_ms)
            if request.path == "/fapi/v1/userTrades":
                self.asked_since.add(int(parse_qs(request.query)["startTime"][0]))
            if self.lossy and (request.method, request.path) == ("POST", "/fapi/v1/order"):
                raise TransportFault(FaultKind.READ_TIMEOUT, sent=True)
            return reply

        place.wire.request = request


def low_bid(trader, exchange):
    price = (exchange.quote(SYMBOL).bid * D("0.99")).quantize(D("0.01"))
    wish = {"kind": Kind.LIMIT, "price": price, "notional_usdt": D(150)}
    trader.executor.offer(IntentReceived(Entry("low", SYMBOL, Side.BUY, trader.exchange.now_ms(), **wish)))


def days_later(live, days, answered, then):
    """A bid rests (its create answered or not), the process dies, `then(exchange, order)` happens, days pass, and the
    next process has five minutes."""
    wire, first = Wire(), []

    async def story(trader):
        exchange, clock = trader.place.box.exchange, trader.clock
        if first:
            await clock.sleep_ms(600_000)
            return
        await clock.sleep_ms(5_000)
        await trader.place.stream.close()
        wire.lossy = not answered
        low_bid(trader, exchange)
        await clock.sleep_ms(200)
        (order,) = exchange.open_orders(SYMBOL)
        first.append(order)
        assert trader.state.durable.orders[order.client_id].stage.value == ("accepted" if answered else "unknown")
        kill(trader)
        wire.lossy = False
        then(exchange, order)
        exchange.world.feed = Frozen(exchange.specs, exchange.now_ms + 365 * DAY_MS)
        clock.jump_wall(days * DAY_MS)

    life = live(seconds=300, story=story, place=wire.attach)
    return life, first[0], wire


def withdraw(exchange, order):
    exchange.hands.cancel_manual(order.symbol, order_id=order.order_id)


def withdraw_and_trade(exchange, order):
    """The order goes unfilled, and a person leaves a position: a difference, for which a few minutes are read."""
    withdraw(exchange, order)
    exchange.hands.set_position(order.symbol, order.position_side, D(1), order.price)


def fill(exchange, order):
    exchange.hands.print_trade(order.symbol, order.price, order.queue_ahead + order.left, True)
    assert order.status == "FILLED"


def ends(life, name):
    """What the journal says of an order's end."""
    told = [event for event in life.events("order.absent", "order.moved", "order.rejected") if event.client_id == name]
    return [event.kind for event in told]


@pytest.mark.parametrize("answered", (True, False))
@pytest.mark.parametrize("then", (withdraw, withdraw_and_trade))
def test_an_order_that_the_exchange_forgot_is_over_only_once_own_trades_were_read(live, answered, then):
    life, order, wire = days_later(live, 4, answered, then)
    if ends(life, order.client_id):
        assert min(wire.asked_since, default=order.time_ms + 1) <= order.time_ms, "own trades since the order were read"


@pytest.mark.parametrize("answered", (True, False))
def test_an_order_that_the_exchange_forgot_is_over_in_the_end(live, answered):
    life, _, _ = days_later(live, 4, answered, withdraw)
    assert not life.state.durable.orders
    assert [event.outcome for event in life.events("intent.done")] in (["absent"], ["cancelled"])


@pytest.mark.parametrize("answered", (True, False))
def test_a_forgotten_order_that_was_filled_is_found_by_its_trades(live, answered):
    life, order, _ = days_later(live, 4, answered, fill)
    assert "order.absent" not in ends(life, order.client_id)
    assert [event.trade.quantity for event in life.events("order.filled")] == [order.qty]
    assert [event.outcome for event in life.events("intent.done")] == ["filled"]


@pytest.mark.parametrize("answered", (True, False))
@pytest.mark.parametrize("then", (withdraw, fill))
def test_what_nobody_can_tell_any_more_is_never_called_absent(live, answered, then):
    """After ninety days trades do not reach back either."""
    life, order, _ = days_later(live, 95, answered, then)
    assert not ends(life, order.client_id)
