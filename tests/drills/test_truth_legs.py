"""Hedge legs are two positions: agreed they cost nothing, a drift is found on its leg, a restart keeps both (B1, L5).

The second life of a restart runs on the first one's folder and exchange; only its process is new.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D

import pytest

from hedgectl.drill.life import kill
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.model import NewOrder

SYMBOL = "ETHUSDT"
LONG, SHORT = f"{SYMBOL}|LONG", f"{SYMBOL}|SHORT"
CYCLES, CYCLE_MS = 5, 10_000
LOOK = ("/fapi/v3/positionRisk", "/fapi/v1/openOrders", "/fapi/v1/openAlgoOrders", "/fapi/v3/account",
        "/fapi/v1/accountConfig")  # fmt: skip
MARKET = {"/fapi/v1/ticker/bookTicker", "/fapi/v1/premiumIndex"}


class Meter:
    """Counts the requests that leave, by path, while it is on; the market's are not counted."""

    def __init__(self):
        self.counts, self.on = Counter(), False

    def attach(self, place):
        go = place.wire.request

        async def request(request, timeout_ms):
            if self.on and request.path not in MARKET:
                self.counts[f"{request.method} {request.path}"] += 1
            return await go(request, timeout_ms)

        place.wire.request = request

    async def over(self, clock, cycles):
        self.counts.clear()
        self.on = True
        await clock.sleep_ms(cycles * CYCLE_MS)
        self.on = False
        return dict(self.counts)


def by_hand(trader, leg, qty):
    """A person opens on a leg."""
    side = "BUY" if leg == "LONG" else "SELL"
    trader.place.box.exchange.hands.place_manual(NewOrder(SYMBOL, side, "MARKET", leg, qty=D(qty)))


def believed(trader):
    return {key: each.quantity for key, each in trader.state.durable.positions.items()}


def covers(trader):
    return {key: each.client_id for key, each in trader.state.durable.covers.items()}


def regular(cycles):
    """What a calm look costs, so many times."""
    return {f"GET {path}": cycles for path in LOOK}


async def two_legs(trader, long, short):
    """Both legs opened by a person, adopted, and covered."""
    await trader.clock.sleep_ms(5_000)
    by_hand(trader, "LONG", long)
    by_hand(trader, "SHORT", short)
    await trader.clock.sleep_ms(15_000)
    assert believed(trader) == {LONG: D(long), SHORT: -D(short)}
    assert covers(trader).keys() == {LONG, SHORT}


def test_agreed_hedge_legs_are_no_difference_and_no_extra_question(live):
    meter = Meter()

    async def story(trader):
        await two_legs(trader, 2, 1)
        seq = trader.journal.last_seq
        assert await meter.over(trader.clock, CYCLES) == regular(CYCLES)
        assert trader.journal.last_seq == seq, "nothing was noted"

    life = live(seconds=80, story=story, place=meter.attach)
    assert life.state.durable.belief.posture == "GREEN"


@pytest.mark.parametrize("trace", ("trade", "no trade"))
def test_a_drift_of_one_hedge_leg_is_found_on_that_leg_and_only_on_it(live, trace):
    """LONG goes from 2 to 5 while the stream says nothing: by a trade, or by something that left none."""
    profile = FaultProfile({"event_missing": 1.0})
    profile.on_streams = False
    kept = {}

    async def story(trader):
        await two_legs(trader, 2, 1)
        kept.update(covers(trader))
        profile.on_streams = True
        if trace == "trade":
            by_hand(trader, "LONG", 3)
        else:
            hands, entry = trader.place.box.exchange.hands, trader.state.durable.positions[LONG].entry_price
            hands.set_position(SYMBOL, "LONG", D(5), entry)
        await trader.clock.sleep_ms(40_000)
        assert believed(trader) == {LONG: D(5), SHORT: D(-1)}
        assert covers(trader) == kept, "a stop that closes the whole leg needs no resizing"

    life = live(seconds=80, faults=profile, story=story)
    legs = {event.key for event in life.events("mismatch.opened") if event.key != "stream"}  # which kept a trade back
    assert legs == {f"leg {LONG}"}
    assert [event.leg for event in life.events("position.corrected")] == ([] if trace == "trade" else ["LONG"])
    assert [event.leg for event in life.events("order.filled")] == (
        ["LONG", "SHORT", "LONG"] if trace == "trade" else ["LONG", "SHORT"]
    )


def test_equal_and_opposite_legs_survive_a_restart_as_two_legs_each_with_its_cover(live):
    meter, kept = Meter(), {}

    async def story(trader):
        if not kept:
            await two_legs(trader, 1, 1)
            kept.update(covers(trader))
            kill(trader)
            return
        assert believed(trader) == {LONG: D(1), SHORT: D(-1)}, "known before anybody was asked"
        await trader.clock.sleep_ms(15_000)
        assert await meter.over(trader.clock, CYCLES) == regular(CYCLES)
        assert believed(trader) == {LONG: D(1), SHORT: D(-1)}
        assert covers(trader) == kept

    life = live(seconds=80, story=story, place=meter.attach)
    assert len(life.events("run.started")) == 2
    assert len(life.events("order.prepared")) == 2, "one stop for each leg, in both lives"
    assert not life.events("position.corrected")
    assert len(life.exchange.open_algos(SYMBOL)) == 2
