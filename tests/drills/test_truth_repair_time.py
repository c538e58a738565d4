"""How long a difference lasts: seen within one cycle, repaired within the grace that the settings name (B1, V1, V4).

What leaves no trace (no trade, no event) is the worst case: only looking at the account finds it. What the user stream
tells is believed at once. Every bound here is a key of Settings.
"""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Leg, Side
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.model import NewOrder

SYMBOL = "ETHUSDT"
AT_ONCE_MS = 500  # two requests there and back, and the step of this clock
STEP_MS = 20
WAYS = pytest.mark.parametrize("mode, leg", (("hedge", Leg.LONG), ("hedge", Leg.SHORT), ("one-way", Leg.SHORT)))


class World:
    """A leg of an account, and a person's hands on it."""

    def __init__(self, mode, leg):
        self.wire, self.hedge = (leg.value if mode == "hedge" else "BOTH"), mode == "hedge"
        self.key, self.sign = f"{SYMBOL}|{self.wire}", 1 if leg is Leg.LONG else -1
        self.opens, self.closes = ("BUY", "SELL") if leg is Leg.LONG else ("SELL", "BUY")
        self.profile = FaultProfile({"event_missing": 1.0})
        self.profile.on_streams = False

    def told(self, trader):
        """The trader to ask, and the exchange to act on."""
        self.trader, self.exchange = trader, trader.place.box.exchange
        self.hands, self.state = self.exchange.hands, trader.state

    def trade(self, side, quantity):
        reduce_only = None if self.hedge or side == self.opens else True
        self.hands.place_manual(NewOrder(SYMBOL, side, "MARKET", self.wire, qty=quantity, reduce_only=reduce_only))

    def put(self, quantity):
        """The leg is there without a trade or an event."""
        self.hands.set_position(SYMBOL, self.wire, self.sign * quantity, self.exchange.quote(SYMBOL).bid)

    async def enter(self):
        """A position of ours, old enough that no lagging view explains a difference; returns its quantity."""
        now_ms = self.trader.exchange.now_ms()
        wish = Entry("in", SYMBOL, Side(self.opens), now_ms, notional_usdt=D(900))
        self.trader.executor.offer(IntentReceived(wish))
        await self.trader.clock.sleep_ms(31_000)
        assert self.covered()
        return abs(self.state.durable.positions[self.key].quantity)

    def agreed(self):
        held = {f"{each.symbol}|{each.position_side}": each.qty for each in self.exchange.positions() if each.qty}
        return {key: each.quantity for key, each in self.state.durable.positions.items()} == held

    def covered(self):
        """Every position has a stop that rests, and we know it."""
        resting = {each.client_id for each in self.exchange.open_algos(SYMBOL)}
        covers = {key: each.client_id for key, each in self.state.durable.covers.items()}
        return covers.keys() == self.state.durable.positions.keys() and set(covers.values()) <= resting

    def doubted(self):
        return f"leg {self.key}" in self.state.durable.belief.open

    async def until(self, there, most_ms):
        """How long it took, ms; a failure when it took longer than allowed."""
        for waited_ms in range(0, most_ms + STEP_MS, STEP_MS):
            if there():
                return waited_ms
            await self.trader.clock.sleep_ms(STEP_MS)
        raise AssertionError(f"not {there.__name__} within {most_ms} ms")


def tell(live, mode, leg, story):
    world = World(mode, leg)

    async def told(trader):
        world.told(trader)
        await trader.clock.sleep_ms(7_000)
        await story(world, trader.settings)

    return live(mode=mode, seconds=120, faults=world.profile, story=told)


@WAYS
def test_an_orphan_is_seen_within_a_cycle_taken_on_and_covered_at_once(live, mode, leg):
    async def story(world, settings):
        world.put(D(1))
        seen_ms = await world.until(world.doubted, settings.cycle_ms + AT_ONCE_MS)
        assert not world.agreed(), "own trades are read first"
        await world.until(world.agreed, AT_ONCE_MS)
        await world.until(world.covered, AT_ONCE_MS)
        assert seen_ms > AT_ONCE_MS, "nothing told of it"

    tell(live, mode, leg, story)


@WAYS
@pytest.mark.parametrize("left", ("0", "0.1"))
def test_a_phantom_or_a_drift_is_seen_within_a_cycle_and_repaired_after_the_visibility_bound(live, mode, leg, left):
    """Fills have told us of the position, so it is given up only once no lagging view explains the difference: with
    the first look after `visibility_ms_max`, thus within another cycle."""

    async def story(world, settings):
        await world.enter()
        world.put(D(left))
        await world.until(world.doubted, settings.cycle_ms + AT_ONCE_MS)
        assert not world.agreed()
        waited_ms = await world.until(world.agreed, settings.visibility_ms_max + settings.cycle_ms + AT_ONCE_MS)
        assert waited_ms >= settings.visibility_ms_max - AT_ONCE_MS
        await world.until(world.covered, AT_ONCE_MS)

    tell(live, mode, leg, story)


@WAYS
@pytest.mark.parametrize("gone", ("cancelled by hand", "vanished"))
def test_a_missing_stop_is_seen_within_a_cycle_and_replaced_at_once(live, mode, leg, gone):
    async def story(world, settings):
        await world.enter()
        (stop,) = world.exchange.open_algos(SYMBOL)
        world.profile.on_streams = True
        if gone == "vanished":
            world.hands.vanish_algo(stop.algo_id)
        else:
            world.hands.cancel_manual(SYMBOL, algo_id=stop.algo_id)
        assert not world.covered()
        waited_ms = await world.until(world.covered, settings.cycle_ms + AT_ONCE_MS + settings.cover_check_ms)
        assert waited_ms > AT_ONCE_MS, "nothing told of it"

    life = tell(live, mode, leg, story)
    (lost,) = life.events("cover.lost")
    assert lost.client_id == life.events("order.prepared")[1].order.client_id


@WAYS
@pytest.mark.parametrize("kind", ("orphan", "phantom", "drift"))
def test_what_the_stream_tells_is_believed_and_covered_at_once(live, mode, leg, kind):
    async def story(world, settings):
        if kind == "orphan":
            world.trade(world.opens, D(1))
        else:
            whole = await world.enter()
            world.trade(world.closes, whole if kind == "phantom" else D("0.1"))
        assert not world.agreed()
        await world.until(world.agreed, AT_ONCE_MS)
        await world.until(world.covered, AT_ONCE_MS)

    life = tell(live, mode, leg, story)
    assert not life.events("mismatch.opened", "position.corrected")


@WAYS
def test_a_stop_that_the_stream_says_is_gone_is_replaced_at_once(live, mode, leg):
    async def story(world, settings):
        await world.enter()
        (stop,) = world.exchange.open_algos(SYMBOL)
        world.hands.cancel_manual(SYMBOL, algo_id=stop.algo_id)
        assert not world.covered()
        await world.until(world.covered, AT_ONCE_MS)

    tell(live, mode, leg, story)


@WAYS
@pytest.mark.parametrize("kind", ("orphan", "phantom", "drift"))
def test_a_trade_that_the_stream_kept_back_is_found_by_the_next_look(live, mode, leg, kind):
    """Own trades explain the difference, so nothing has to be waited for."""

    async def story(world, settings):
        whole = await world.enter() if kind != "orphan" else None
        world.profile.on_streams = True
        if whole is None:
            world.trade(world.opens, D(1))
        else:
            world.trade(world.closes, whole if kind == "phantom" else D("0.1"))
        await world.until(world.agreed, settings.cycle_ms + AT_ONCE_MS)
        await world.until(world.covered, AT_ONCE_MS + settings.cover_check_ms)

    life = tell(live, mode, leg, story)
    assert not life.events("position.corrected")
