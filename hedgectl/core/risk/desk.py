"""What the gates may look at: the facts around one entry, gathered once, so that a gate is one comparison."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.evidence import Quote
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Mode
from hedgectl.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """`exposure_usdt` counts what is open, working and unknown on the symbol: unknown is filled until proven otherwise.

    From `posture` on: what belief still allows (B5), `cooldown_left_ms` until the symbol's next entry.

    `seen` says what became of an intent of this id ("" when it is new); `journal_dead` why the journal cannot be
    written ("" when it can). `failures` is the longest row of reads that gave up, of one kind.
    """

    settings: Settings
    now: Moment
    stopping: str
    checked: bool
    journal_dead: str
    seen: str
    mode: Mode | None
    instrument: Instrument | None
    quote: Quote | None
    quote_age_ms: int
    unsettled: str
    failures: int
    exposure_usdt: Decimal
    posture: str
    entries_allowed: bool
    notional_usdt_max: Decimal
    leverage_max: int
    confidence_min: Decimal
    cooldown_left_ms: int
    open_entries: int
    open_entries_max: int
