"""What this process has seen and a restart forgets: quotes, money, questions under way. All stale after a restart.

Reads that a decision makes through `Volatile` are noted in `used`, and journaled with the input, so that a replay sees
the same values (DESIGN 1.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hedgectl.core.model.evidence import Quote, Wallet
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import Settings
from hedgectl.core.state.durable import Durable
from hedgectl.core.state.index import Index, rebuild


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
    """A position that a snapshot shows otherwise: what it showed, and since when we know."""

    theirs: Decimal
    since_ms: int
    trades_read_ms: int = 0


@dataclass(slots=True)
class Bare:
    """A position that no stop was seen for, told apart by who opened it: when to try next, and how often we did."""

    intent_id: str
    due_mono_ms: int
    tries: int = 0


@dataclass(slots=True)
class Volatile:
    """Evidence and questions of this process."""

    budget: Budget
    quotes: dict[str, Quote] = field(default_factory=dict)
    quotes_mono_ms: dict[str, int] = field(default_factory=dict)
    wallet: Wallet | None = None
    wallet_mono_ms: int = 0
    checked: bool = False
    journal_dead: str = ""
    stream_up: bool = False
    stream_since_ms: int = 0
    write_ms: int | None = None
    failures: dict[str, int] = field(default_factory=dict)
    snapshot_asked_mono_ms: int | None = None
    snapshot_next_mono_ms: int = 0
    snapshot_wanted: str = ""
    trades_asked: dict[str, int] = field(default_factory=dict)
    trades_wanted: dict[str, int] = field(default_factory=dict)
    settling: dict[str, Settling] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    sensed: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    lagging: dict[str, int] = field(default_factory=dict)
    unverified: dict[str, int] = field(default_factory=dict)
    bare: dict[str, Bare] = field(default_factory=dict)
    cover_lost_ms: dict[str, int] = field(default_factory=dict)
    entries_resting: dict[str, int] = field(default_factory=dict)
    used: dict[str, object] = field(default_factory=dict)

    def quote(self, symbol: str) -> Quote | None:
        """The last quote of a symbol, noted as used."""
        quote = self.quotes.get(symbol)
        if quote is not None:
            self.used["quote " + symbol] = quote
        return quote


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
    return State(durable, Volatile(budget), rebuild(durable), settings)
