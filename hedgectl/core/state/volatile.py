"""What this process has seen and a restart forgets: quotes, money, questions under way. All stale after a restart.

What a decision reads of it is journaled with its input, so that a replay sees the same values (DESIGN 1.2): copied
beforehand by `used.taken`, quotes noted as they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hedgectl.core.model.evidence import Quote, Wallet
from hedgectl.core.model.money import ZERO
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import Settings
from hedgectl.core.state.durable import Durable
from hedgectl.core.state.index import Index, rebuild
from hedgectl.core.state.totals import Totals


@dataclass(slots=True)
class Settling:
    """How far the proof about an unknown order has come: exchange times up to which each source showed nothing."""

    next_look_mono_ms: int
    look_every_ms: int
    looking: bool = False
    look_ms: int = 0
    trades_ms: int = 0
    positions_ms: int = 0


@dataclass(slots=True)
class Doubt:
    """A position that a snapshot shows otherwise: what it showed, since when we know, in how many looks in a row, and
    why it has not been repaired yet."""

    theirs: Decimal
    since_ms: int
    trades_read_ms: int = 0
    looks: int = 1
    kind: str = ""
    skip: str = ""


@dataclass(slots=True)
class Bare:
    """A position that no stop was seen for, told apart by who opened it: when to try next, and how often we did."""

    intent_id: str
    due_mono_ms: int
    tries: int = 0


@dataclass(slots=True)
class Stray:
    """An order with a name of ours that rests and is not in our book: seen since, and how often it was withdrawn."""

    since_ms: int
    tries: int = 0


@dataclass(slots=True)
class Volatile:
    """Evidence and questions of this process. `valued` is set in a replay only: what totals were worth then.

    `strange_codes`: error codes that no table knows, and how often each was an answer to an order of ours.
    `unlisted`: which symbols the exchange does not know, in its reader's words, "" when it knows them all.
    `leverages`: by symbol, what was read (0: nobody knows any more) and when (exchange ms); `leverage_asked`: what is
    being set.
    """

    budget: Budget
    quotes: dict[str, Quote] = field(default_factory=dict)
    quotes_mono_ms: dict[str, int] = field(default_factory=dict)
    wallet: Wallet | None = None
    wallet_mono_ms: int = 0
    checked: bool = False
    clock_measured: bool = False
    journal_dead: str = ""
    stream_up: bool = False
    stream_since_ms: int = 0
    write_ms: int | None = None
    failures: dict[str, int] = field(default_factory=dict)
    strange_codes: dict[str, int] = field(default_factory=dict)
    unlisted: str = ""
    snapshot_asked_mono_ms: int | None = None
    snapshot_next_mono_ms: int = 0
    snapshot_wanted: str = ""
    look_mono_ms: int = 0
    trades_asked: dict[str, int] = field(default_factory=dict)
    trades_wanted: dict[str, int] = field(default_factory=dict)
    settling: dict[str, Settling] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    sensed: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    lagging: dict[str, int] = field(default_factory=dict)
    unverified: dict[str, int] = field(default_factory=dict)
    bare: dict[str, Bare] = field(default_factory=dict)
    cover_lost_ms: dict[str, int] = field(default_factory=dict)
    stop_seen_ms: dict[str, int] = field(default_factory=dict)
    stop_asked_mono_ms: dict[str, int] = field(default_factory=dict)
    asked_again: dict[str, int] = field(default_factory=dict)
    strays: dict[str, Stray] = field(default_factory=dict)
    repaired_ms: dict[str, int] = field(default_factory=dict)
    summed: str = ""
    snapshot_ms: int = 0
    stream_down_ms: int = 0
    quotes_ms: int = 0
    exit_due_mono_ms: dict[str, int] = field(default_factory=dict)
    hushed_until_ms: int = 0
    cancel_after_mono_ms: dict[str, int] = field(default_factory=dict)
    entries_resting: dict[str, int] = field(default_factory=dict)
    leverages: dict[str, tuple[int, int]] = field(default_factory=dict)
    leverage_asked: dict[str, int] = field(default_factory=dict)
    leverages_next_mono_ms: int = 0
    valued: tuple[Decimal, Decimal, Decimal] | None = None
    used: dict[str, Any] = field(default_factory=dict)

    def quote(self, symbol: str) -> Quote | None:
        """The last quote of a symbol, noted as used."""
        quote = self.quotes.get(symbol)
        if quote is not None:
            self.used.setdefault("quotes", {})[symbol] = quote
            self.used.setdefault("quotes_mono_ms", {})[symbol] = self.quotes_mono_ms.get(symbol, 0)
        return quote

    def leverage(self, symbol: str) -> int:
        """The account's leverage of a symbol as last read, noted as used; 0 when it is not known."""
        known = self.leverages.get(symbol)
        if known is None:
            return 0
        self.used.setdefault("leverages", {})[symbol] = known
        return known[0]

    @property
    def ready(self) -> bool:
        """Whether the account was seen and the exchange's clock measured: before that no entry passes, so sources of
        intents wait."""
        return self.checked and self.clock_measured

    def exposure(self, totals: Totals, symbol: str, tier: str) -> tuple[Decimal, Decimal, Decimal]:
        """What is open and may open, in USDT: of the symbol, its tier, and all; noted as used, since its worth moves
        with every quote."""
        valued = self.valued or (totals.of(symbol).value_usdt, totals.tier_usdt.get(tier, ZERO), totals.gross_usdt)
        self.used["valued"] = valued
        return valued


@dataclass(slots=True)
class State:
    """Everything that `decide` may look at."""

    durable: Durable
    volatile: Volatile
    index: Index
    settings: Settings


def fresh_state(settings: Settings, budget: Budget, durable: Durable | None = None) -> State:
    """A state to start with: empty, or as a snapshot and the journal left it."""
    durable = durable or Durable()
    return State(durable, Volatile(budget), rebuild(durable, tiers_of(settings), settings.symbols), settings)


def tiers_of(settings: Settings) -> dict[str, str]:
    """The name of each symbol's tier."""
    return {symbol: tier.name for tier in settings.risk.tiers for symbol in tier.symbols}
