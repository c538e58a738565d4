"""A question that fails proves nothing: no position is gone, no order absent, and entries are restrained (B2, L9, X6).

Only the named request fails; everything else, the user stream too, goes on as before.
"""

from __future__ import annotations

from decimal import Decimal as D

import orjson
import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Leg, Purpose, Side
from hedgectl.sim.faults.flight import Kind, TransportFault
from hedgectl.sim.http import Response

SYMBOL, OTHER = "ETHUSDT", "BTCUSDT"
POSITIONS, CREATE, LOOK = "/fapi/v3/positionRisk", ("POST", "/fapi/v1/order"), ("GET", "/fapi/v1/order")


def says(status, code=None, text="", **headers):
    """An answer that is not the exchange's own."""
    body = text.encode() if code is None else orjson.dumps({"code": code, "msg": text})
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


TOO_MANY = says(429, -1003, "Too many requests; current limit is 2400 requests per minute.", Retry_After="2")
FAILURES = {
    "-1003": lambda reply: TOO_MANY,
    "503": lambda reply: says(503, None, "Service Unavailable."),
    "-1021": lambda reply: says(400, -1021, "Timestamp for this request is outside of the recvWindow."),
    "an empty 200": lambda reply: Response(200, reply.headers, b""),
    "a cut 200": lambda reply: Response(200, reply.headers, reply.body[: len(reply.body) // 2]),
}


class Rule:
    """Decides about every request while it is on: `decide(request, go)`; `go()` lets it through."""

    def __init__(self, decide):
        self.decide, self.on = decide, False

    def attach(self, place):
        go = place.wire.request

        async def request(request, timeout_ms):
            if self.on:
                return await self.decide(request, lambda: go(request, timeout_ms))
            return await go(request, timeout_ms)

        place.wire.request = request


def buy(trader, name, symbol=SYMBOL, **more):
    wish = {"notional_usdt": D(150)} | more
    trader.executor.offer(IntentReceived(Entry(name, symbol, Side.BUY, trader.exchange.now_ms(), **wish)))


def held(trader):
    legs = trader.place.box.exchange.positions()
    return {f"{each.symbol}|{each.position_side}": each.qty for each in legs if each.qty}


def believed(trader):
    return {key: each.quantity for key, each in trader.state.durable.positions.items()}


@pytest.mark.parametrize("mode", ("hedge", "one-way"))
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_position_query_changes_no_belief_raises_debt_restrains_entries_and_no_exit(live, mode, failure):
    async def decide(request, go):
        reply = await go()
        return FAILURES[failure](reply) if request.path == POSITIONS else reply

    rule = Rule(decide)

    async def story(trader):
        clock, belief = trader.clock, trader.state.durable.belief
        await clock.sleep_ms(5_000)
        buy(trader, "in")
        await clock.sleep_ms(10_000)
        before, covers = believed(trader), dict(trader.state.durable.covers)
        assert before == held(trader) != {}
        assert covers.keys() == before.keys()
        rule.on = True
        await clock.sleep_ms(40_000)
        assert believed(trader) == before, "a read that failed is not an empty account"
        assert trader.state.durable.covers == covers
        assert belief.open["read snapshot"].what == "blind"
        assert belief.streak >= 2
        assert belief.history[-1][1] > 0
        buy(trader, "unsure", OTHER)
        await clock.sleep_ms(500)
        trader.executor.offer(IntentReceived(Exit("out", SYMBOL, Side.SELL, trader.exchange.now_ms(), leg=Leg.LONG)))
        await clock.sleep_ms(2_000)
        assert held(trader) == believed(trader) == {}
        rule.on = False
        await clock.sleep_ms(100_000)
        assert not belief.open
        assert belief.posture == "GREEN"

    life = live(mode=mode, seconds=170, story=story, place=rule.attach, run__symbols=f"{SYMBOL},{OTHER}")
    (refused,) = life.events("intent.refused")
    assert refused.intent_id == "unsure"
    assert refused.code in {"venue.in_trouble", "belief.confidence", "belief.posture", "lane.rate_stop"}
    assert not life.events("position.corrected", "cover.vanished")
    assert [event.order.purpose for event in life.events("order.prepared")] == [
        Purpose.ENTRY, Purpose.COVER, Purpose.EXIT,
    ]  # fmt: skip


def outage(live, kind, away, arrived):
    """The create's answer is lost; then no look (or nothing at all) leaves for two minutes, long past every bound of
    settling. Returns the life; the order is unknown all the while."""
    lost = []

    async def decide(request, go):
        if (request.method, request.path) == CREATE and not lost:
            lost.append(request)
            if arrived:
                await go()
            raise TransportFault(Kind.READ_TIMEOUT, sent=True)
        if lost and (away == "everything" or (request.method, request.path) == LOOK):
            raise TransportFault(kind, sent=False)
        return await go()

    rule = Rule(decide)

    async def story(trader):
        clock, durable = trader.clock, trader.state.durable
        await clock.sleep_ms(5_000)
        await trader.place.stream.close()  # nobody tells by itself
        rule.on = True
        buy(trader, "in")
        await clock.sleep_ms(120_000)
        (name,) = trader.state.index.unsettled
        assert durable.orders[name].stage.value == "unknown"
        assert not durable.orders[name].missed_server_ms
        assert f"order {name}" in durable.belief.open
        assert "in" in durable.intents
        rule.on = False
        await clock.sleep_ms(40_000)
        assert not trader.state.index.unsettled
        assert held(trader) == believed(trader)
        assert bool(held(trader)) is arrived

    life = live(seconds=170, story=story, place=rule.attach)
    entries = [event for event in life.events("order.prepared") if event.order.purpose is Purpose.ENTRY]
    assert len(entries) == 1
    return life


@pytest.mark.parametrize("kind", (Kind.DNS, Kind.REFUSED, Kind.CONNECT_TIMEOUT))
@pytest.mark.parametrize("arrived", (True, False))
@pytest.mark.parametrize("away", ("looks", "everything"))
def test_an_outage_of_name_resolution_is_never_order_not_found(live, kind, away, arrived):
    life = outage(live, kind, away, arrived)
    name = life.events("order.prepared")[0].order.client_id
    said = life.events("order.missed", "order.absent", "order.accepted")
    said = [event.kind for event in said if event.client_id == name]
    assert said == (["order.accepted"] if arrived else ["order.missed", "order.absent"])


@pytest.mark.parametrize("away", ("looks", "everything"))
def test_an_order_that_is_found_after_an_outage_is_over_whoever_told_of_its_fill_first(live, away):
    """Own trades could be read all the while, so its fill was taken for somebody else's before it was found."""
    life = outage(live, Kind.DNS, away, arrived=True)
    assert [event.outcome for event in life.events("intent.done")] == ["filled"]
    assert not [each for each in life.state.durable.orders.values() if each.status == "FILLED"]
