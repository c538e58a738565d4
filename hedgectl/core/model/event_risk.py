"""Events of risk: what throttles and loss limits remember, the kill switch, leverage before an entry (R2, R3, R7, R9).

Part of the one vocabulary in `event`, which hands them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.leverage import Bracket
from hedgectl.core.model.order import Leg


@dataclass(frozen=True, slots=True)
class NavMarked:
    """The first NAV of a UTC day (`day`: days since 1970), or a new highest one."""

    kind: ClassVar[str] = "risk.nav_marked"
    day: int
    day_nav_usdt: Decimal
    peak_nav_usdt: Decimal
    nav_usdt: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class EntriesPaused:
    """Too many entries were refused or went unanswered: none is taken until `until_ms` (exchange time)."""

    kind: ClassVar[str] = "risk.entries_paused"
    errors: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class KillSwitched:
    """The kill switch is on, until a person rearms: `mode` is entries, cancel or flatten, `by` who pulled it."""

    kind: ClassVar[str] = "kill.switched"
    mode: str
    why: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class IntentHeld:
    """An entry that passed every gate waits until the symbol's leverage is set; `was`: what it is, 0 when unread."""

    kind: ClassVar[str] = "intent.held"
    entry: Entry
    correlation_id: str
    leg: Leg
    leverage: int
    was: int


@dataclass(frozen=True, slots=True)
class IntentReleased:
    """A held entry waits no longer: it is vetted from the start, or refused, in the same decision."""

    kind: ClassVar[str] = "intent.released"
    intent_id: str
    why: str


@dataclass(frozen=True, slots=True)
class BracketsRead:
    """Only the brackets of symbols where they are new or differ from what was known."""

    kind: ClassVar[str] = "brackets.read"
    brackets: tuple[Bracket, ...]


@dataclass(frozen=True, slots=True)
class Rearmed:
    """A person allows entries again."""

    kind: ClassVar[str] = "kill.rearmed"
    why: str
    by: str
    at_ms: int
