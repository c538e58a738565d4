"""The built-in demo strategy: a seeded coin that opens both ways and closes later. It proves nothing about markets;
it gives a run in the box something to do. Pure: same seed, same calls, same intents.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from decimal import Decimal

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.intent import Entry, Exit, Intent
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Kind, Leg, Side

SOURCE = "demo"
HOLD_MS = (6_000, 45_000)
AGAIN_MS = 30_000  # an exit is wished for again, should the leg still be open then
LIMIT_SHARE = 0.3
WISHES = (Decimal("0.75"), Decimal("1"), Decimal("1.5"))


class DemoStrategy:
    """Mean `every_ms` between two intents, entries of about `notional_usdt`, each held for 6 to 45 seconds; the
    first one comes at once."""

    def __init__(
        self, symbols: Iterable[str], seed: int, *, notional_usdt: Decimal = Decimal(150), every_ms: int = 3_000
    ) -> None:
        self._symbols = tuple(symbols)
        self._random = random.Random(f"demo:{seed}")
        self._name = f"demo{seed}"
        self._notional_usdt = notional_usdt
        self._every_ms = every_ms
        self._next_ms: int | None = None
        self._close_ms: dict[str, int] = {}
        self._count = 0

    def next(self, now_ms: int, quotes: Mapping[str, Quote], positions: Mapping[str, Decimal]) -> list[Intent]:
        """What it wants now: exits that are due, and perhaps one entry. `positions` holds signed quantities by
        "SYMBOL|LEG", as durable state does; `now_ms` is exchange time."""
        wanted: list[Intent] = [*self._exits(now_ms, positions)]
        if self._next_ms is None or now_ms >= self._next_ms:
            self._next_ms = now_ms + self._pause()
            wanted += self._entries(now_ms, quotes, positions)
        return wanted

    def _pause(self) -> int:
        return max(200, round(self._random.expovariate(1 / self._every_ms)))

    def _exits(self, now_ms: int, positions: Mapping[str, Decimal]) -> Iterable[Exit]:
        held = {key for key, quantity in positions.items() if quantity and key.partition("|")[0] in self._symbols}
        self._close_ms = {key: due for key, due in self._close_ms.items() if key in held}
        for key in sorted(held):
            due = self._close_ms.setdefault(key, now_ms + self._random.randint(*HOLD_MS))
            if now_ms < due:
                continue
            self._close_ms[key] = now_ms + AGAIN_MS
            symbol, _, leg = key.partition("|")
            closes = Side.SELL if positions[key] > ZERO else Side.BUY
            yield Exit(self._id(), symbol, closes, now_ms, leg=Leg(leg), source=SOURCE)

    def _entries(self, now_ms: int, quotes: Mapping[str, Quote], positions: Mapping[str, Decimal]) -> list[Entry]:
        busy = {key.partition("|")[0] for key, quantity in positions.items() if quantity}
        free = [each for each in self._symbols if each in quotes and each not in busy]
        if not free:
            return []
        chance = self._random
        return [
            Entry(
                intent_id=self._id(),
                symbol=chance.choice(free),
                side=chance.choice((Side.BUY, Side.SELL)),
                generated_ms=now_ms,
                notional_usdt=(self._notional_usdt * chance.choice(WISHES)).quantize(Decimal("0.01")),
                kind=Kind.LIMIT if chance.random() < LIMIT_SHARE else Kind.MARKET,
                confidence=Decimal(chance.randint(50, 95)) / 100,
                source=SOURCE,
            )
        ]

    def _id(self) -> str:
        self._count += 1
        return f"{self._name}-{self._count:05d}"
