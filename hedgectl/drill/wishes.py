"""What careless producers wish for in a storm: entries and exits of every shape, said twice, said again after a kill.

Wishes are made of what the executor believes, as a strategy's are; nothing here looks at the exchange.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D
from random import Random
from typing import Any

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.intent import Entry, Exit, Intent
from hedgectl.core.model.money import floor_step
from hedgectl.core.model.order import Kind, Leg, Side
from hedgectl.core.state.durable import Position
from hedgectl.core.state.volatile import State
from hedgectl.drill.plan import Plan

REMEMBERED = 20
RESAID = 5
OLD_MS = 45_000


@dataclass(frozen=True, slots=True)
class Said:
    """A wish as it was handed in: when (true ms), and how old the last look at the account was (None: there was none in
    this incarnation)."""

    at_ms: int
    intent: Intent
    truth_age_ms: int | None


class Wishes:
    """The wishes of one life. `said` is all that was handed in, in order."""

    def __init__(self, plan: Plan) -> None:
        self.said: list[Said] = []
        self._habits, self._symbols = plan.habits, plan.symbols
        self._bursts = plan.bursts
        self._rng = Random(f"drill:{plan.level}:{plan.seed}:wishes")
        self._name = f"d{plan.seed}"
        self._made = 0
        self._last: deque[Intent] = deque(maxlen=REMEMBERED)

    def next(self, state: State, now_ms: int) -> Iterator[Intent]:
        """The wish of one moment (exchange ms), and perhaps an old one once more."""
        rng, habits = self._rng, self._habits
        held = [each for each in state.durable.positions.values() if each.symbol in self._symbols]
        leaves = held and not self._bursts and rng.random() < habits.exit_share
        wish = self._exit(state, rng.choice(held), now_ms) if leaves else self._entry(state, now_ms)
        self._last.append(wish)
        yield wish
        if rng.random() < habits.again_share:
            yield rng.choice(self._last)

    def again(self) -> list[Intent]:
        """What a producer says again after a restart: it cannot know what was taken."""
        return list(self._last)[-RESAID:] if self._habits.resubmits else []

    def _id(self) -> str:
        self._made += 1
        return f"{self._name}-{self._made:03d}"

    def _entry(self, state: State, now_ms: int) -> Entry:
        rng, habits = self._rng, self._habits
        symbol, side = rng.choice(self._symbols), rng.choice((Side.BUY, Side.SELL))
        least, most = habits.notional_usdt
        quote, rules = _quote(state, symbol), state.durable.instruments.get(symbol)
        sized: dict[str, Any] = {"notional_usdt": D(rng.randint(least, most))}
        limit = rng.random() < habits.limit_share
        away = rng.random() < habits.away_share
        exact = rng.random() < 0.15
        if quote is not None and rules is not None:
            if limit and away:
                aside = 1 - side.sign * D(rng.randint(5, 150)) / 10_000
                sized["price"] = floor_step(quote.mid * aside, rules.tick)
            if exact:
                sized = sized | {"notional_usdt": None, "quantity": floor_step(least / quote.mid, rules.step)}
        return Entry(
            self._id(),
            symbol,
            side,
            now_ms - (OLD_MS if rng.random() < 0.02 else 0),
            kind=Kind.LIMIT if limit else Kind.MARKET,
            leg=rng.choice((None, None, Leg.LONG if side is Side.BUY else Leg.SHORT)),
            leverage=rng.choice((3, 8, 20)) if rng.random() < habits.leveraged_share else None,
            confidence=None if rng.random() < habits.silent_share else D(rng.randint(40, 100)) / 100,
            **sized,
        )

    def _exit(self, state: State, held: Position, now_ms: int) -> Exit:
        rng, habits, symbol = self._rng, self._habits, held.symbol
        leg = held.direction
        side = Side.SELL if leg is Leg.LONG else Side.BUY
        quote, rules = _quote(state, symbol), state.durable.instruments.get(symbol)
        quantity, price = None, None
        if rng.random() < habits.part_share:
            whole = abs(held.quantity)
            part = whole * D(rng.choice((25, 50, 75, 150))) / 100
            quantity = (floor_step(part, rules.step) if rules is not None else part) or None
        if rng.random() < habits.limit_share and quote is not None:
            price = quote.ask if side is Side.SELL else quote.bid
        return Exit(
            self._id(),
            symbol,
            side,
            now_ms,
            quantity,
            Kind.MARKET if price is None else Kind.LIMIT,
            price,
            leg if rng.random() < 0.7 else None,
        )


def _quote(state: State, symbol: str) -> Quote | None:
    """What a producer sees of the market; an empty book (bid and ask 0) is nothing to go by."""
    quote = state.volatile.quotes.get(symbol)
    return quote if quote is not None and quote.bid else None
