"""Everything the exchange knows, in one place: the rules (matching, algo, funding ...) are functions over a World.

Holds state, timers and the way out for user events; decides nothing. Time moves only through `Exchange.advance`.
"""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hedgectl.sim.account import Account
from hedgectl.sim.book import Book
from hedgectl.sim.klines import HOUR_MS, Bars
from hedgectl.sim.ledger import Ledger
from hedgectl.sim.market.feed import Feed
from hedgectl.sim.model import ZERO, Algo, Order, Refusal, Spec, Switches, SymbolConfig, Trade
from hedgectl.sim.shelf import Registry, Shelf
from hedgectl.sim.side_rules import BUY

CLIENT_ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CLIENT_ID_LENGTH = 22
FIRST_ORDER_ID = 8_389_000_000
FIRST_ALGO_ID = 1_000_000_030_000_000
FIRST_TRADE_ID = 410_000_000
TIMERS_TIDIED_AT = 1_000

Payload = dict[str, Any]


@dataclass(slots=True)
class Restrictions:
    """States of the account, and of symbols, in which the exchange refuses orders; all off at first."""

    invalid: bool = False  # -1109
    inactive: bool = False  # -4109
    locked: bool = False  # -4088
    liquidation: bool = False  # -2023
    cooling_off: bool = False  # -4192, entries only
    reduce_only: bool = False  # -4087, entries only
    large_position: bool = False  # -4401, entries only
    region: bool = False  # -4402, entries only
    quantitative: set[str] = field(default_factory=set)  # -4400 by symbol, entries only


@dataclass(frozen=True, slots=True)
class Change:
    """A leg's quantity changed; the consequences (knock-outs, expired covers) are still to be drawn."""

    symbol: str
    position_side: str
    before: Decimal
    after: Decimal


class World:
    """State of the exchange. `changes` and `finished` are consequences not yet drawn (see `consequences`)."""

    def __init__(
        self, feed: Feed, *, seed: int, hedge: bool, balance: Decimal, start_ms: int, switches: Switches
    ) -> None:
        self.feed = feed
        self.specs: dict[str, Spec] = feed.specs
        self.switches = switches
        self.rng = random.Random(seed)
        self.hedge = hedge
        self.multi_assets = False
        self.can_trade = True
        self.start_ms = self.now_ms = start_ms
        self.restrictions = Restrictions()
        self.configs = {symbol: SymbolConfig() for symbol in self.specs}
        self.books = {
            symbol: Book(spec, start_ms, next_funding_ms(spec, start_ms)) for symbol, spec in self.specs.items()
        }
        self.bars = {symbol: Bars(spec, start_ms, seed) for symbol, spec in self.specs.items()}
        self.account = Account(balance, start_ms)
        self.ledger = Ledger()
        self.orders: Registry[Order] = Registry(
            lambda order: order.order_id, lambda order: order.time_ms, lambda order: bool(order.executed), True
        )
        self.algos: Registry[Algo] = Registry(
            lambda algo: algo.algo_id, lambda algo: algo.create_ms, lambda algo: bool(algo.actual_order_id), False
        )
        self.trades: defaultdict[str, Shelf[Trade]] = defaultdict(Shelf)
        self.changes: list[Change] = []
        self.finished: list[Order] = []
        self.working: dict[str, tuple[Decimal, Decimal, Decimal, Decimal]] = {}
        self.countdowns: dict[str, int] = {}
        self.margin_called = False
        self.liquidating = False
        self.vanish_next_ms: list[int] = []
        self.sink: Callable[[Payload], None] | None = None
        self.timers: list[tuple[int, int, Callable[[], None], Order | Algo | None]] = []
        self._timers_max = TIMERS_TIDIED_AT
        self._order_id = FIRST_ORDER_ID + self.rng.randrange(1_000_000)
        self._algo_id = FIRST_ALGO_ID + self.rng.randrange(1_000_000)
        self._trade_id = FIRST_TRADE_ID + self.rng.randrange(1_000_000)
        self._timer_id = 0

    def spec(self, symbol: str) -> Spec:
        """The rules of a symbol; -1121 when there is none such."""
        spec = self.specs.get(symbol)
        if spec is None:
            raise Refusal(-1121)
        return spec

    def at(self, due_ms: int, action: Callable[[], None], owner: Order | Algo | None = None) -> None:
        """Runs `action` when exchange time reaches `due_ms`; actions of one moment run in the order given.

        With an `owner` the action is pointless once that is closed, and may be forgotten.
        """
        self._timer_id += 1
        if len(self.timers) >= self._timers_max:
            self.timers = [timer for timer in self.timers if timer[3] is None or timer[3].open]
            heapq.heapify(self.timers)
            self._timers_max = max(TIMERS_TIDIED_AT, 2 * len(self.timers))
        heapq.heappush(self.timers, (due_ms, self._timer_id, action, owner))

    def next_order_id(self) -> int:
        self._order_id += 1
        return self._order_id

    def next_algo_id(self) -> int:
        self._algo_id += 1
        return self._algo_id

    def next_trade_id(self) -> int:
        self._trade_id += 1
        return self._trade_id

    def new_client_id(self) -> str:
        """A client id as the exchange makes them when none was sent."""
        return "".join(self.rng.choices(CLIENT_ID_ALPHABET, k=CLIENT_ID_LENGTH))

    def working_notional(self, symbol: str) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Notional of resting orders that may open: (one-way bids, one-way asks, LONG bids, SHORT asks)."""
        cached = self.working.get(symbol)
        if cached is None:
            bids = asks = longs = shorts = ZERO
            for order in self.orders.open_of(symbol).values():
                if order.reduce_only:
                    continue
                notional = order.price * (order.qty - order.executed)
                if order.position_side == "BOTH":
                    bids, asks = (bids + notional, asks) if order.side == BUY else (bids, asks + notional)
                elif order.position_side == "LONG" and order.side == BUY:
                    longs += notional
                elif order.position_side == "SHORT" and order.side != BUY:
                    shorts += notional
            cached = self.working[symbol] = (bids, asks, longs, shorts)
        return cached


def next_funding_ms(spec: Spec, now_ms: int) -> int:
    """The next funding moment after `now_ms`: whole intervals since midnight UTC."""
    interval_ms = spec.funding_interval_h * HOUR_MS
    return (now_ms // interval_ms + 1) * interval_ms
