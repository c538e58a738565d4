"""One named case for each defect that a storm found, as small as it could be made: the way there, not the seed.

All of them are about time: a view that lags, an answer that is late, an exchange that is away for a minute.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Purpose, Side
from hedgectl.core.model.reply import Fault, FaultKind
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.model import NewOrder

SYMBOL = "ETHUSDT"
MODES = pytest.mark.parametrize("mode", ("hedge", "one-way"))


class Weather:
    """Faults that a story switches on and off: no way to the exchange, and a stream that says nothing."""

    def __init__(self):
        self.profile = FaultProfile({"connection_refused": 1.0, "event_missing": 1.0})
        self.clear()

    def clear(self):
        self.profile.on_requests = self.profile.on_streams = False

    def away(self):
        self.profile.on_requests = True

    def mute(self):
        self.profile.on_streams = True


@pytest.fixture
def weather():
    return Weather()


def lagging(**ms):
    """A place whose views show rows only when they are so old."""

    def change(place):
        for view, lag_ms in ms.items():
            setattr(place.box.visibility, view, lag_ms)

    return change


def buy(trader, name, **more):
    wish = {"notional_usdt": D(150)} | more
    trader.executor.offer(IntentReceived(Entry(name, SYMBOL, Side.BUY, trader.exchange.now_ms(), **wish)))


def leave(trader, name="out"):
    trader.executor.offer(IntentReceived(Exit(name, SYMBOL, Side.SELL, trader.exchange.now_ms(), leg=Leg.LONG)))


def by_hand(trader, side="BUY", qty="0.1"):
    exchange = trader.place.box.exchange
    wire = "LONG" if exchange.hedge else "BOTH"
    exchange.hands.place_manual(NewOrder(SYMBOL, side, "MARKET", wire, qty=D(qty)))


def held(life):
    return {f"{each.symbol}|{each.position_side}": each.qty for each in life.exchange.positions() if each.qty}


def believed(life):
    return {key: each.quantity for key, each in life.state.durable.positions.items()}


def sent(life, *purposes):
    return [event.order for event in life.events("order.prepared") if event.order.purpose in purposes]


def alerts(life):
    return Counter(event.code for event in life.events("alert"))


@MODES
def test_a_lagging_view_of_stops_closes_no_position(live, mode):
    """Acknowledged, then not shown, then -4130: a stop that rests was taken for none, and the position left."""
    life = live(seed=4, mode=mode, seconds=200, demo=True, place=lagging(algo=5_000))
    assert alerts(life)["cover.vanished"], "the view lagged"
    assert not alerts(life)["cover.emergency_close"]
    assert believed(life) == held(life)
    assert life.state.durable.covers.keys() == believed(life).keys()
    opened = {event.intent_id for event in life.events("order.filled") if event.purpose is Purpose.ENTRY}
    assert len(sent(life, Purpose.COVER)) <= 4 * len(opened), "the one that rests is recognised"


@MODES
def test_a_lagging_view_of_positions_overrules_no_fill(live, mode):
    """Snapshots from before a fill were believed more than the fill: belief went to and fro."""
    life = live(seed=4, mode=mode, seconds=200, demo=True, place=lagging(positions=5_000))
    assert not life.events("position.corrected")
    assert believed(life) == held(life)


@MODES
def test_a_fill_on_its_way_is_not_counted_twice(live, mode):
    """The reply says filled, the fill is told late: the position was first corrected, then filled once more."""
    profile = FaultProfile({"event_missing": 0.3})
    life = live(seed=4, mode=mode, seconds=200, demo=True, faults=profile, place=lagging(trades=4_000))
    assert profile.fired["event_missing"] > 20
    assert all(event.was == 0 for event in life.events("position.corrected")), "only what may be bare is taken on early"
    assert believed(life) == held(life)
    fills = [event.trade.trade_id for event in life.events("order.filled")]
    assert len(fills) == len(set(fills)) == len(life.ledger.of("fill"))


@MODES
def test_a_trade_told_after_the_correction_moves_nothing_and_is_counted(live, mode, weather):
    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        weather.mute()
        by_hand(trader)
        await trader.clock.sleep_ms(60_000)

    life = live(mode=mode, seconds=60, faults=weather.profile, story=story, place=lagging(trades=9_000))
    assert len(life.events("position.corrected")) == 1
    assert [event.trade.quantity for event in life.events("order.filled")] == [D("0.1")]
    assert believed(life) == held(life)


@MODES
def test_an_exit_outlasts_an_outage(live, mode, weather):
    """Five refused connections in 200 ms were five attempts, and the exit was over."""

    async def story(trader):
        buy(trader, "in")
        await trader.clock.sleep_ms(5_000)
        buy(trader, "in2")
        await trader.clock.sleep_ms(1_000)
        weather.away()
        leave(trader)
        await trader.clock.sleep_ms(60_000)
        weather.clear()

    life = live(mode=mode, seconds=100, faults=weather.profile, story=story)
    assert held(life) == believed(life) == {}
    assert len(sent(life, Purpose.EXIT)) == 3, "at once, once more, and when the exchange was back"
    assert [event.outcome for event in life.events("intent.done")][-1] == "filled"


@MODES
def test_protection_does_not_hammer_an_exchange_that_is_away(live, mode, weather):
    """Each refused stop was followed by the next at once: thirty a second, under a ban that they lengthened."""

    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        weather.away()
        by_hand(trader)
        await trader.clock.sleep_ms(60_000)
        weather.clear()

    life = live(mode=mode, seconds=100, faults=weather.profile, story=story)
    assert 5 <= len(sent(life, Purpose.COVER, Purpose.EMERGENCY)) <= 20
    assert held(life) == believed(life) == {}, "closed as soon as the exchange could be reached: it had no stop"


@MODES
def test_a_resting_entry_is_withdrawn_after_a_long_outage(live, mode, weather):
    """Five cancels that never left were the last: the entry rested for ever."""

    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        bid = trader.place.box.exchange.quote(SYMBOL).bid
        buy(trader, "low", kind=Kind.LIMIT, price=(bid * D("0.97")).quantize(D("0.01")), leg=Leg.LONG)
        await trader.clock.sleep_ms(20_000)
        weather.away()
        await trader.clock.sleep_ms(150_000)
        weather.clear()
        await trader.clock.sleep_ms(75_000)
        assert not trader.place.box.exchange.open_orders()

    life = live(mode=mode, seconds=280, faults=weather.profile, story=story)
    assert alerts(life)["cancel.gave_up"] == len(life.events("cancel.gave_up")) > 0
    assert [event.outcome for event in life.events("intent.done")] == ["cancelled"]


class LateAnswers:
    """A venue whose creates are done at once, and answered by nothing three seconds later."""

    def __init__(self, venue, clock):
        self._venue, self._clock = venue, clock

    def __getattr__(self, name):
        return getattr(self._venue, name)

    async def send(self, order):
        answer = await self._venue.send(order)
        if order.purpose is not Purpose.ENTRY:
            return answer
        await self._clock.sleep_ms(3_000)
        return Fault(FaultKind.READ_TIMEOUT)


@MODES
def test_a_trade_read_before_its_orders_answer_is_not_a_strangers(live, mode, weather):
    """Own trades were read while the create had no answer: the fill was nobody's, and the intent never over."""

    def change(place):
        place.venue = LateAnswers(place.venue, place.stream._clock)

    async def story(trader):
        await trader.clock.sleep_ms(5_000)
        weather.mute()
        since_ms = trader.exchange.now_ms()
        buy(trader, "in")
        await trader.clock.sleep_ms(1_000)
        trader.executor.offer(await trader.place.venue.trades(SYMBOL, since_ms))
        await trader.clock.sleep_ms(20_000)

    life = live(mode=mode, seconds=40, faults=weather.profile, story=story, place=change)
    assert [event.intent_id for event in life.events("order.filled")] == ["in"]
    assert [event.outcome for event in life.events("intent.done")] == ["filled"]
    assert believed(life) == held(life)
    assert not life.state.durable.orders.keys() - {each.client_id for each in life.exchange.open_algos()}


@MODES
def test_positions_of_a_mode_that_is_gone_are_let_go(live, mode, weather):
    """A person flipped the mode while the stream said nothing: stops for legs that cannot be there, for ever."""

    async def story(trader):
        buy(trader, "in")
        await trader.clock.sleep_ms(5_000)
        buy(trader, "in2")
        await trader.clock.sleep_ms(2_000)
        assert trader.state.durable.positions
        weather.mute()
        trader.place.box.exchange.hands.flip_mode()
        await trader.clock.sleep_ms(60_000)
        assert not trader.state.durable.positions

    life = live(mode=mode, seconds=80, faults=weather.profile, story=story, place=lagging(trades=9_000))
    assert life.events("mode.read")[-1].mode.value != mode
    assert len(sent(life, Purpose.COVER, Purpose.EMERGENCY)) <= 3


def test_a_position_that_one_intent_opens_twice_has_stops_of_two_names(live):
    """An entry filled in parts around a whole close: the second position's stops had the ids of the first one's."""

    async def story(trader):
        exchange, clock = trader.place.box.exchange, trader.clock
        await clock.sleep_ms(5_000)
        low = (exchange.quote(SYMBOL).bid * D("0.99")).quantize(D("0.01"))
        buy(trader, "low", kind=Kind.LIMIT, price=low)
        await clock.sleep_ms(1_000)
        for _ in range(2):
            order = exchange.open_orders(SYMBOL)[0]
            exchange.hands.print_trade(SYMBOL, low, order.queue_ahead + order.left / 2 // D("0.001") * D("0.001"), True)
            await clock.sleep_ms(1_000)
            leave(trader, f"out{clock.mono_ms()}")
            await clock.sleep_ms(1_000)

    life = live(seconds=20, story=story)
    names = [order.client_id for order in sent(life, Purpose.COVER)]
    assert len(names) == len(set(names)) == 2
    assert held(life) == believed(life) == {}
