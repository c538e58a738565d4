"""Whole lives, and each set of leverage that reaches the exchange: one where it is needed, none for an exit (R9)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Leg, Purpose, Side
from hedgectl.drill.life import kill
from hedgectl.sim.box import Box
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.model import NewOrder

MODES = ("hedge", "one-way")
SET = ("POST", "/fapi/v1/leverage")
SYMBOLS = ("BTCUSDT", "ETHUSDT")


@pytest.fixture
def asked(monkeypatch):
    """How often each method and path was handled by the exchange."""
    count = Counter()
    handle = Box.handle

    def counting(self, request, now_ms):
        count[request.method, request.path] += 1
        return handle(self, request, now_ms)

    monkeypatch.setattr(Box, "handle", counting)
    return count


async def seen(trader):
    """The account, its rules and the market are known."""
    while not (trader.state.volatile.ready and trader.state.durable.instruments and trader.state.volatile.quotes):
        await trader.clock.sleep_ms(100)


def test_a_symbol_is_set_once_and_then_costs_nothing(live, asked):
    life = live(seconds=300, demo=True, run__symbols=SYMBOLS)
    entered = [event.entry.symbol for event in life.events("intent.accepted")]
    assert len(entered) > 2 * len(SYMBOLS)
    assert asked[SET] == len(set(entered)) == len(life.events("intent.held"))
    assert asked["GET", "/fapi/v1/leverageBracket"] == 1
    assert asked["GET", "/fapi/v1/symbolConfig"] == asked[SET] + 3  # at the start, and after 100 and 200 s
    assert {life.exchange.configs[symbol].leverage for symbol in entered} == {5}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("stormy", [False, True])
def test_exits_never_touch_leverage(live, asked, mode, stormy):
    """A person opens positions with the account's own leverage; we cover and leave them, whatever goes wrong."""
    faults = FaultProfile.draw(Random(f"exits:{mode}"), "storm") if stormy else None

    async def story(trader):
        await seen(trader)
        hands, leg = trader.place.box.exchange.hands, "LONG" if mode == "hedge" else "BOTH"
        for number in range(10):
            for symbol in SYMBOLS:
                quantity = Decimal("0.02") if symbol == "BTCUSDT" else Decimal("0.5")
                hands.place_manual(NewOrder(symbol, "BUY", "MARKET", leg, qty=quantity))
                await trader.clock.sleep_ms(5_000)
                now_ms = trader.exchange.now_ms()
                wish = Exit(f"x{number}{symbol}", symbol, Side.SELL, now_ms, leg=Leg.LONG)
                trader.executor.offer(IntentReceived(wish))
                await trader.clock.sleep_ms(5_000)

    life = live(seed=3, mode=mode, seconds=300, faults=faults, story=story, run__symbols=SYMBOLS)
    sent = Counter(event.order.purpose for event in life.events("order.prepared"))
    assert sent[Purpose.EXIT] >= 10
    assert sent[Purpose.COVER] >= 10
    assert sent[Purpose.ENTRY] == 0
    assert asked[SET] == 0
    assert {config.leverage for config in life.exchange.configs.values()} == {20}


def test_a_held_entry_survives_a_kill_and_is_neither_lost_nor_doubled(live, asked):
    """Killed while the set is under way: the next process vets the entry again, and it is sent once."""

    async def story(trader):
        await seen(trader)
        if not told:
            told.append(trader)
            wish = Entry("k1", "ETHUSDT", Side.BUY, trader.exchange.now_ms(), notional_usdt=Decimal(150))
            trader.executor.offer(IntentReceived(wish))
            while not trader.state.durable.held:
                await trader.clock.sleep_ms(1)
            kill(trader)

    told = []
    life = live(seconds=60, story=story, box__latency_ms=50, run__symbols=SYMBOLS)
    assert len(life.traders) == 2
    assert len(life.events("intent.accepted")) == 1
    assert [event.order.purpose for event in life.events("order.prepared")].count(Purpose.ENTRY) == 1
    assert not life.state.durable.held
    assert life.exchange.configs["ETHUSDT"].leverage == 5
