"""Forty seeded storms in each position mode: five minutes of everything that goes wrong, then two of calm.

The oracle reads the exchange's own ledger and the journal only. Up to the level `storm` the laws must hold: no intent
is executed twice (L1), no id is used twice, and in the calm belief equals the exchange, nothing is left unknown, and
every position has its stop (L3, L9). A failing seed names itself:
`STORM_SEEDS=17 pytest tests/drills/test_storm_smoke.py`.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from decimal import Decimal as D
from pathlib import Path
from random import Random

import pytest

from hedgectl.core.model.input import IntentReceived, StopRequested
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.money import floor_step
from hedgectl.core.model.order import Kind, Purpose, Side
from hedgectl.core.orders.clientid import intent_hash, parse_client_id
from hedgectl.intake.demo import DemoStrategy
from hedgectl.sim.faults.profile import FaultProfile

STORM_S, CALM_S, PATIENCE_S, RETRY_AFTER_S = 300, 120, 5, 240
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")
KEPT = [line.split()[0] for line in (Path(__file__).parent / "seeds" / "storm.txt").read_text().splitlines()]
ASKED = [int(each) for each in os.environ.get("STORM_SEEDS", "").split(",") if each]
SEEDS = ASKED or [*range(1, 41), *(int(each) for each in KEPT if each.isdigit())]


class Wishes:
    """The built-in strategy, and what careless producers do beside it: parts, limits, the same wish twice."""

    def __init__(self, seed):
        self.rng = Random(f"wishes:{seed}")
        self.demo = DemoStrategy(SYMBOLS, seed, notional_usdt=D(150), every_ms=4_000)
        self.said = []

    def next(self, trader):
        now_ms, durable = trader.exchange.now_ms(), trader.state.durable
        held = {key: each.quantity for key, each in durable.positions.items()}
        for wish in self.demo.next(now_ms, trader.state.volatile.quotes, held):
            yield self.bent(wish, trader)
        if self.said and self.rng.random() < 0.05:
            yield self.rng.choice(self.said)

    def bent(self, wish, trader):
        chance = self.rng.random()
        quote = trader.state.volatile.quotes.get(wish.symbol)
        if isinstance(wish, Exit) and quote is not None:
            position = trader.state.durable.positions.get(f"{wish.symbol}|{wish.leg.value}")
            rules = trader.state.durable.instruments.get(wish.symbol)
            if chance < 0.3 and position is not None and rules is not None:
                half = floor_step(abs(position.quantity) / 2, rules.step)
                wish = Exit(wish.intent_id, wish.symbol, wish.side, wish.generated_ms, half or None, leg=wish.leg)
            elif chance < 0.5:
                touch = quote.ask if wish.side is Side.SELL else quote.bid
                wish = Exit(
                    wish.intent_id, wish.symbol, wish.side, wish.generated_ms, None, Kind.LIMIT, touch, wish.leg
                )
        self.said = [*self.said[-20:], wish]
        return wish


def weather(seed, profile):
    """Wishes for as long as the storm lasts; then the sky clears, and nobody wishes anything."""

    async def story(trader):
        wishes = Wishes(seed)
        while trader.clock.mono_ms() - trader.begun_ms < STORM_S * 1000:
            if trader.state.volatile.checked:
                for wish in wishes.next(trader):
                    trader.executor.offer(IntentReceived(wish, "storm"))
            await trader.clock.sleep_ms(1_000)
        limits = trader.place.box.limits
        assert not limits.bans, "the exchange banned us for asking too much"
        profile.heal()
        # A drawn 418 names a time, and whoever honours it reads nothing before; the calm begins after that.
        wait_ms = trader.state.volatile.budget.reads_after_ms - trader.exchange.now_ms()
        await trader.clock.sleep_ms(min(max(wait_ms, 0), RETRY_AFTER_S * 1000) + (CALM_S - PATIENCE_S) * 1000)
        found = list(unrest(trader))
        for _ in range(PATIENCE_S * 10):  # a stop may trigger at any moment: that is no unrest once it is over
            if not found:
                break
            await trader.clock.sleep_ms(100)
            found = list(unrest(trader))
        assert not found, "\n".join(found)
        trader.executor.offer(StopRequested("calm"))

    return story


def unrest(trader):
    """What is not as it should be after the calm, in words."""
    exchange, durable, index = trader.place.box.exchange, trader.state.durable, trader.state.index
    theirs = {f"{each.symbol}|{each.position_side}": each.qty for each in exchange.positions() if each.qty}
    ours = {key: each.quantity for key, each in durable.positions.items()}
    for key in sorted(theirs.keys() | ours.keys()):
        if theirs.get(key, 0) != ours.get(key, 0):
            yield f"{key}: we believe {ours.get(key, 0)}, the exchange holds {theirs.get(key, 0)}"
    for name in index.unsettled:
        yield f"{name} is still unknown: {durable.orders[name].why}"
    resting = {each.client_id for each in (*exchange.open_orders(), *exchange.open_algos())}
    for name in durable.orders.keys() - resting:
        yield f"{name} is believed {durable.orders[name].stage} {durable.orders[name].status} and does not rest"
    for name in sorted(resting - durable.orders.keys()):
        if parse_client_id(name) is not None:
            yield f"{name} rests and is not ours any more"
    for key, quantity in sorted(theirs.items()):
        symbol, leg = key.split("|")
        side = "SELL" if quantity > 0 else "BUY"
        stops = [
            each
            for each in exchange.open_algos(symbol)
            if each.position_side == leg and each.side == side and each.type == "STOP_MARKET" and each.close_position
        ]
        if not stops:
            yield f"{key} {quantity} is naked"
    for intent_id, intent in durable.intents.items():
        if isinstance(intent.intent, Exit) and resting & set(index.by_intent.get(intent_id, ())):
            continue  # a limit exit may rest as long as its owner likes
        yield f"intent {intent_id} is not over: attempts {intent.attempts}, waiting {intent.waiting}"


def crimes(life):
    """What may never happen, storm or not, in words."""
    vetted = {intent_hash(event.entry.intent_id): event.quantity for event in life.events("intent.accepted")}
    ids, sent = Counter(), defaultdict(D)
    for entry in life.ledger.of("order"):
        body = entry.body
        known = parse_client_id(body["client_id"])
        if known is None or body["origin"] != "client":
            continue
        ids[body["client_id"]] += 1
        if known.purpose is Purpose.ENTRY:
            sent[known.intent_hash] += body["qty"]
    ids.update(each.body["client_id"] for each in life.ledger.of("algo") if each.body["event"] == "NEW")
    for name, quantity in sorted(sent.items()):
        if quantity > vetted.get(name, 0):
            yield f"intent {name}: {quantity} accepted, {vetted.get(name, 0)} vetted"
    for name, times in sorted(ids.items()):
        if times > 1:
            yield f"{name} was accepted {times} times"
    fills = Counter((event.trade.symbol, event.trade.trade_id) for event in life.events("order.filled"))
    for trade, times in fills.items():
        if times > 1:
            yield f"fill {trade} is in the journal {times} times"
    for entry in life.ledger.of("fill"):
        if (entry.symbol, entry.body["trade_id"]) not in fills:
            yield f"fill {entry.body['trade_id']} of {entry.symbol} is not in the journal"
    if life.ledger.dropped:
        yield f"the ledger forgot {life.ledger.dropped} entries: this proves nothing"


@pytest.mark.parametrize("mode", ("hedge", "one-way"))
@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_breaks_no_law_and_the_calm_heals_it(live, seed, mode):
    profile = FaultProfile.draw(Random(f"storm:{seed}:{mode}"), "storm")
    print(f"seed {seed} {mode}: " + " ".join(f"{name}={rate:.3g}" for name, rate in sorted(profile.rates.items())))
    life = live(
        seed=seed, mode=mode, seconds=STORM_S + RETRY_AFTER_S + CALM_S + PATIENCE_S,
        faults=profile, story=weather(seed, profile),
        run__symbols=",".join(SYMBOLS),
    )  # fmt: skip
    assert not list(crimes(life))
    assert life.events("intent.accepted"), "the storm let nothing through: this life proves nothing"
