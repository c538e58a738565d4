"""What the gates may look at: the facts around one entry, gathered once, so that a gate is one comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Mode, Side
from hedgectl.core.risk.nav import Nav
from hedgectl.core.settings import Settings, Tier


@dataclass(frozen=True, slots=True)
class EntryMark:
    """An entry that was taken: when (exchange ms), what was asked for as text, and what it was worth."""

    at_ms: int
    symbol: str
    side: Side
    wish: str
    notional_usdt: Decimal


@dataclass(slots=True)  # not frozen: that would make it three times as dear, and one is made for each entry
class Desk:
    """Texts are "" and times 0 when there is nothing to tell.

    Run: `kill` says who pulled the switch and why; `journal_dead` why the journal cannot be written; `seen` what became
    of an intent of this id; `failures` is the longest row of reads that gave up, of one kind.
    Exposure counts what is open, working and unknown: of the symbol, of its tier, of all. `left` is what stands in
    legs that are left alone; `held` what this leg holds or waits for; `crossing` names an own order in the way.
    Belief, from `posture` on: what it still allows (B5), `cooldown_left_ms` until the symbol's next entry.
    Throttles: `entries` are the marks of entries taken, in order of time, `usual_usdt` the median of what they were
    worth; `entered_ms` the symbol's last.
    """

    settings: Settings
    now: Moment
    kill: str
    stopping: str
    clock_measured: bool
    checked: bool
    journal_dead: str
    seen: str
    listed: bool
    mode: Mode | None
    instrument: Instrument | None
    tier: Tier | None
    quote: Quote | None
    quote_age_ms: int
    unsettled: str
    failures: int
    looked_age_ms: int
    exposure_usdt: Decimal
    tier_usdt: Decimal
    gross_usdt: Decimal
    left: Decimal
    held: str
    crossing: str
    posture: str
    entries_allowed: bool
    notional_usdt_max: Decimal
    leverage_max: int
    confidence_min: Decimal
    cooldown_left_ms: int
    open_entries: int
    open_entries_max: int
    nav: Nav | None
    day_nav_usdt: Decimal
    peak_nav_usdt: Decimal
    entries: Sequence[EntryMark]
    usual_usdt: Decimal
    entered_ms: int
    paused_until_ms: int
