"""A throttle outlives kill -9, and a wall clock that steps by a day before, during or after it (R2).

The exchange keeps its own time; only this machine's clock is wrong. What counts is when the exchange was asked.
"""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.order import Leg, Side
from hedgectl.drill.life import kill
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS

DAY_MS = 86_400_000
LASTS_MS = 60_000
EVERY_MS = 1_000
WINDOWS = {"risk__burst_window_s": 60, "risk__repeat_window_s": 60}
THROTTLES = {
    "throttle.cooldown": {"risk__cooldown_s": 60},
    "throttle.burst": {"risk__burst_max": 1, **WINDOWS},
    "throttle.repeat": {"risk__repeat_max": 1, **WINDOWS},
    "risk.doubled": {"risk__double_window_ms": LASTS_MS},
}
SLACK_MS = 100
CLOCKS = [("never", 0), *((step, days) for step in ("before", "down", "measuring", "after") for days in (-1, 1))]


def on_its_own_time(place):
    """The exchange does not follow this machine's wall clock."""
    clock = place.wire._clock.__self__
    place.wire._clock = lambda: VIRTUAL_EPOCH_MS + clock.mono_ms()


class Telling:
    """One entry is taken; a kill and a step of the clock follow; from then on the same is wished for each second."""

    def __init__(self, step, days):
        self.step, self.days, self.number = step, days, 0

    async def __call__(self, trader):
        clock = trader.clock
        first = not self.number
        if not first and self.step == "measuring":
            await clock.sleep_ms(20)
            self.jump(clock)
        if first:
            await self.ready(trader)
        elif self.step == "after":
            await clock.sleep_ms(5_000)
            self.jump(clock)
        while True:
            self.wish(trader)
            await clock.sleep_ms(EVERY_MS)
            if first:
                break
        if self.step == "before":
            self.jump(clock)
            await clock.sleep_ms(3 * EVERY_MS)
        kill(trader)
        if self.step == "down":
            self.jump(clock)

    def jump(self, clock):
        clock.jump_wall(self.days * DAY_MS)

    async def ready(self, trader):
        while not (trader.state.volatile.ready and "BTCUSDT" in trader.state.volatile.quotes):
            await trader.clock.sleep_ms(100)

    def wish(self, trader):
        self.number += 1
        name, now_ms = f"k{self.number}", trader.exchange.now_ms()
        entry = Entry(name, "BTCUSDT", Side.BUY, now_ms, notional_usdt=D(150), leg=Leg.LONG)
        assert trader.executor.offer(IntentReceived(entry))


def taken_ms(life):
    """When the exchange took each entry, in its own time."""
    return [each.time_ms for each in life.ledger.of("order") if each.body["side"] == "BUY"]


def refusals(life):
    return {event.code for event in life.events("intent.refused")}


@pytest.mark.parametrize("step, days", CLOCKS)
@pytest.mark.parametrize("code", THROTTLES)
def test_a_throttle_lasts_as_long_as_it_says_whatever_dies_and_whatever_the_clock_says(live, code, step, days):
    life = live(
        seconds=LASTS_MS / 1000 + 15, story=Telling(step, days), place=on_its_own_time, run__symbols="BTCUSDT",
        **THROTTLES[code],
    )  # fmt: skip
    assert len(life.traders) == 2
    first, second = taken_ms(life)[:2]
    assert LASTS_MS - SLACK_MS <= second - first <= LASTS_MS + 5 * EVERY_MS
    assert code in refusals(life)


class Losing(Telling):
    """The account loses 6 % while the first process lives."""

    async def ready(self, trader):
        await super().ready(trader)
        await trader.clock.sleep_ms(1_000)
        exchange = trader.place.box.exchange
        exchange.hands.set_wallet(exchange.summary().wallet * D("0.94"))
        await trader.clock.sleep_ms(11_000)


@pytest.mark.parametrize("step, days", CLOCKS)
@pytest.mark.parametrize("key, code", [("daily_loss", "risk.daily_loss"), ("drawdown", "risk.drawdown")])
def test_a_loss_is_not_forgiven_by_a_restart_nor_by_a_clock(live, key, code, step, days):
    keys = {"risk__daily_loss_pct_max": 100, "risk__drawdown_pct_max": 100} | {f"risk__{key}_pct_max": 5}
    life = live(seconds=40, story=Losing(step, days), place=on_its_own_time, run__symbols="BTCUSDT", **keys)
    assert len(life.traders) == 2
    assert taken_ms(life) == []
    # a look that was stamped before the clock was measured counts as old
    assert refusals(life) - {"run.unchecked", "run.clock_unmeasured", "run.stopping", "nav.stale"} == {code}
