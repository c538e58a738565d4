"""What a screen of `run` is drawn from: plain data, filled by the runtime, with nothing to ask and nothing to compute.

Milliseconds are exchange time, UTC. None means unknown and is shown as such, never as zero (O6).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Truth(StrEnum):
    """How belief and the exchange compare: the sign that the screen shows."""

    AGREED = "="
    DRIFT = "~"
    UNKNOWN = "?"
    ORPHAN = "o"
    PHANTOM = "p"


@dataclass(frozen=True, slots=True)
class PositionView:
    """One leg. `quantity` without sign; `stop_price` None: no stop rests. `naked_s`: for how long there was none.

    `truth_age_s`: since the exchange last confirmed it; `drift`: belief minus truth, where they differ.
    """

    symbol: str
    leg: str
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal | None = None
    pnl_usdt: Decimal | None = None
    stop_price: Decimal | None = None
    naked_s: float = 0.0
    truth: Truth = Truth.AGREED
    truth_age_s: float | None = None
    drift: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class IntentView:
    """One of the last intents: what was wanted, what became of it. `outcome` is one word, `detail` says more."""

    at_ms: int
    name: str
    side: str
    symbol: str
    wish: str
    outcome: str
    detail: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class SinkView:
    """One sink of telemetry: its name, and a word on how it is."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KillView:
    """The kill switch, while it is on: how far it goes, why, who pulled it, since when."""

    mode: str
    why: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RunView:
    """One moment of a run. `posture`, `debt_score`, `streak` belong together; `entries` says what entries may do now.

    `debt_history` holds the last scores, oldest first. Rates are used and limit. `staged` is the first-live profile in
    words, "" where it does not hold.
    """

    at_ms: int
    up_s: float
    environment: str
    mode: str
    nav_usdt: Decimal | None
    posture: str = "GREEN"
    posture_why: str = ""
    debt_score: float = 0.0
    debt_history: tuple[float, ...] = ()
    debt_symbols: int = 0
    streak: int = 0
    entries_allowed: bool = True
    entries: str = ""
    kill: KillView | None = None
    staged: str = ""
    positions: tuple[PositionView, ...] = ()
    intents: tuple[IntentView, ...] = ()
    unknown_orders: int = 0
    rest_ms: int | None = None
    stream_up: bool = False
    stream_age_ms: int | None = None
    weight_used: int = 0
    weight_limit: int = 0
    orders_used: int = 0
    orders_limit: int = 0
    sinks: tuple[SinkView, ...] = ()
    journal_seq: int = 0
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to. `wrongness` and `naked` are USD-seconds (DESIGN, Bounded wrongness); None: not measured.

    `ran_s` is time of the exchange; `real_s` the time that it took. `why` it ended: time, signal, a cause.
    `positions_open` is what it leaves, `naked_open` how many of those have no stop. `unread`: which read gave up last,
    where the account was never seen; `unlisted`: which symbols the exchange does not know.
    """

    environment: str
    why: str
    ran_s: float
    real_s: float
    intents: int
    refused: int
    orders: int
    rejected: int
    unknown: int
    fills: int
    fees_usdt: Decimal
    realised_usdt: Decimal
    nav_start_usdt: Decimal | None
    nav_end_usdt: Decimal | None
    wrongness_usd_s: float | None
    naked_usd_s: float | None
    repair_ms: tuple[int, int, int] | None
    positions_open: int
    naked_open: int
    journal: str
    journal_seq: int
    journal_hash: str
    refusals: tuple[tuple[str, int], ...] = ()
    faults: tuple[tuple[str, int], ...] = ()
    seed: int | None = None
    last_trace: str = ""
    unread: str = ""
    unlisted: str = ""
    exit_code: int = 0
