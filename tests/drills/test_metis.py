"""616.19 METIS: the whole position closes, though our own copy of the rules says that its step is 1 (E3).

The position is the exchange's to count, not ours to round: what it filled it can also take back.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import InstrumentsTaken, IntentReceived
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.order import Leg, Purpose, Side
from hedgectl.sim.model import NewOrder

SYMBOL, QUANTITY = "METISUSDT", D("616.19")
WHOLE = D(1)
OPENED_MS, EXIT_MS = 3_000, 8_000


class WrongRules:
    """A venue whose instruments all have a step of 1; everything else is true."""

    def __init__(self, venue):
        self._venue = venue

    def __getattr__(self, name):
        return getattr(self._venue, name)

    async def instruments(self, symbols):
        taken = await self._venue.instruments(symbols)
        if not isinstance(taken, InstrumentsTaken):
            return taken
        wrong = {"step": WHOLE, "market_step": WHOLE, "min_qty": WHOLE, "market_min_qty": WHOLE}
        return replace(taken, instruments=tuple(replace(each, **wrong) for each in taken.instruments))


def falsified(market_max_qty=None):
    """The place with wrong rules; `market_max_qty` is the exchange's own bound of one market order, and known."""

    def change(place):
        place.venue = WrongRules(place.venue)
        if market_max_qty is not None:
            place.box.exchange.hands.change_filters(SYMBOL, market_max_qty=market_max_qty)

    return change


def telling(mode, leg, lowered_to=None):
    """A person opens, the executor adopts and covers it, and is asked to leave it. `lowered_to`: the exchange has
    lowered the bound of one market order in the meantime, and nobody told us."""

    async def story(trader):
        exchange, clock = trader.place.box.exchange, trader.clock
        await clock.sleep_ms(OPENED_MS)
        side = "BUY" if leg is Leg.LONG else "SELL"
        wire = leg.value if mode == "hedge" else "BOTH"
        left = QUANTITY
        while left:
            part = min(left, exchange.specs[SYMBOL].market_max_qty)
            exchange.hands.place_manual(NewOrder(SYMBOL, side, "MARKET", wire, qty=part))
            left -= part
        if lowered_to is not None:
            exchange.hands.change_filters(SYMBOL, market_max_qty=lowered_to)
        await clock.sleep_ms(EXIT_MS)
        position = trader.state.durable.positions[f"{SYMBOL}|{wire}"]
        assert abs(position.quantity) == QUANTITY, "adopted whole"
        assert trader.state.durable.instruments[SYMBOL].market_step == WHOLE, "the rules we hold are wrong"
        assert trader.state.durable.covers, "covered"
        closing = Side.SELL if leg is Leg.LONG else Side.BUY
        trader.executor.offer(IntentReceived(Exit("metis", SYMBOL, closing, trader.exchange.now_ms(), leg=leg)))

    return story


def flat(life):
    """Nothing is left at the exchange, and we know it."""
    assert not [each for each in life.exchange.positions() if each.qty]
    assert not life.state.durable.positions
    assert not life.exchange.open_algos(SYMBOL), "its stop went with it"
    assert [event.outcome for event in life.events("intent.done")] == ["filled"]
    return True


def closes(life):
    return [event.order.quantity for event in life.events("order.prepared") if event.order.purpose is Purpose.EXIT]


WORLD = {"seconds": 30, "run__symbols": f"{SYMBOL},BTCUSDT", "box__balance_usdt": "100000"}
LEGS = (Leg.LONG, Leg.SHORT)


@pytest.mark.parametrize("mode", ("hedge", "one-way"))
@pytest.mark.parametrize("leg", LEGS)
@pytest.mark.parametrize("market_max_qty, parts", (("1500", 1), ("250", 3), ("616", 2)))
def test_a_whole_close_leaves_nothing(live, mode, leg, market_max_qty, parts):
    life = live(mode=mode, place=falsified(D(market_max_qty)), story=telling(mode, leg), **WORLD)
    assert flat(life)
    assert (len(closes(life)), sum(closes(life))) == (parts, QUANTITY)
    assert not life.events("order.rejected")


@pytest.mark.parametrize("mode", ("hedge", "one-way"))
@pytest.mark.parametrize("leg", LEGS)
def test_a_bound_that_was_lowered_meanwhile_is_learnt_from_the_refusal(live, mode, leg):
    life = live(mode=mode, place=falsified(), story=telling(mode, leg, lowered_to=D(250)), **WORLD)
    assert flat(life)
    assert {event.code for event in life.events("order.rejected")} == {-4005}
    assert closes(life)[-3:] == [D(206), D(205), D("205.19")]
