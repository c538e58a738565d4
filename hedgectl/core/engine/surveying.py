"""Every verdict on an entry, not only the first refusal, each with what its gate looked at (L6, T10).

The gates, the sizes and their order are those of `entries`: nothing is judged a second way. What a gate looked at is
noted by a desk that remembers what it was asked, so that no list of numbers can fall behind its gate.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from hedgectl.core.engine.entries import SIZED_BY, Unasked, desk_for, judged, parts_of
from hedgectl.core.engine.leverage import has_leverage, leverage_for, may_wait
from hedgectl.core.engine.work import Work
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import plain
from hedgectl.core.model.order import Lane
from hedgectl.core.model.verdict import APPROVED, Refused, Verdict
from hedgectl.core.risk.caps import tightest
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.sizing import Sized, Steps, steps

PASSED_OVER = frozenset(("now", "symbols"))
"""The moment is the same for all gates, and the list of symbols is the configuration's."""

STATED = frozenset(("entry.confidence", "entry.leverage", "entry.price", "entry.generated_ms", "entry.expires_ms"))
"""What of the entry is compared with something; the rest of it names it."""

Fact = tuple[str, str]
"""A field of the desk or of the settings, and its value as text."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one gate said, by its name in the code, and what it looked at."""

    gate: str
    verdict: Verdict | Unasked
    facts: tuple[Fact, ...]

    @property
    def refused(self) -> bool:
        return isinstance(self.verdict, Refused)


@dataclass(frozen=True, slots=True)
class Leverage:
    """What the entry needs, and what the account is known to have; 0: nobody has read it."""

    needed: int
    had: int


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that is said about an entry. `steps` None: a fact is missing without which nothing is sized. `parts`
    and `leverage` of what would be sent: empty and None where the size was refused."""

    rulings: tuple[Ruling, ...]
    steps: Steps | None
    parts: tuple[Decimal, ...] = ()
    leverage: Leverage | None = None


def survey(work: Work, entry: Entry) -> Survey:
    """All of it, without deciding: no event, nothing spent of the rate budget."""
    desk = desk_for(work, entry)
    notes: dict[str, str] = {}
    rulings: list[Ruling] = []
    sized: Sized | None = None
    asked = cast(Entry, _Asked(entry, "entry.", notes)), cast(Desk, _Asked(desk, "", notes))
    for gate, verdict in judged(*asked, approvals=True):
        facts = tuple(notes.items())
        if isinstance(verdict, Sized):
            sized, verdict = verdict, APPROVED
            facts = (("quantity", plain(sized.quantity)), *_worth(sized))
        elif sized is not None:
            facts = (*_worth(sized), *facts)
        rulings.append(Ruling(gate.__name__, verdict, facts))
        notes.clear()
    known = all(getattr(desk, each) is not None for each in SIZED_BY)
    found = steps(entry, desk) if known else None
    if sized is None:
        return Survey(tuple(rulings), found)
    parts = tuple(parts_of(entry, sized, desk))
    leverage = None
    if not entry.paper:
        needed = leverage_for(entry, sized.notional_usdt, desk, work.durable.brackets.get(entry.symbol, ()))
        leverage = Leverage(needed, work.volatile.leverage(entry.symbol))
        if not has_leverage(work, entry.symbol, needed):
            rulings.append(Ruling(may_wait.__name__, may_wait(work), (("waiting", str(len(work.durable.held))),)))
    rulings.append(_budget(work, len(parts)))
    return Survey(tuple(rulings), found, parts, leverage)


def _worth(sized: Sized) -> tuple[Fact, ...]:
    """What a sized order is judged by."""
    cap = tightest(sized.caps)
    return (("notional_usdt", plain(sized.notional_usdt)), ("cap_usdt", plain(cap.usdt)))


def _budget(work: Work, orders: int) -> Ruling:
    budget, now = work.volatile.budget, work.now.exchange_ms
    used = (("orders", str(orders)), ("weight_used", f"{budget.weight.at(now)} of {budget.weight.limit}"))
    return Ruling("rate_budget", budget.verdict(Lane.ENTRY, 0, orders, now), used)


class _Asked:
    """The entry or the desk, noting what is read of it by the way that leads there: `risk.cooldown_ms`."""

    def __init__(self, real: Any, way: str, notes: dict[str, str]) -> None:
        self._real, self._way, self._notes = real, way, notes

    def __getattr__(self, name: str) -> Any:
        value, way = getattr(self._real, name), f"{self._way}{name}"
        if way in PASSED_OVER or (way.startswith("entry.") and way not in STATED):
            return value
        if dataclasses.is_dataclass(value):
            return _Asked(value, "" if name == "settings" else f"{way}.", self._notes)
        self._notes[way] = _text(value)
        return value


def _text(value: object) -> str:
    """A fact in short: collections by their size, nothing as a dash."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list | tuple):
        return f"{len(value)} kept"
    return "-" if value in ("", None) else str(value)
