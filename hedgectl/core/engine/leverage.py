"""Leverage before an entry: what it should be, whether the account has it, and the entry held while it is set (R9).

The only place that asks for a set, and only for an entry that waits for it: a posture that allows less changes no
position by itself, and exits never come here. What the account has is evidence, read back and never assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import ReadBrackets, ReadLeverages, SetLeverage
from hedgectl.core.model.event import BracketsRead, IntentHeld
from hedgectl.core.model.input import BracketsTaken, LeveragesTaken
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.leverage import Bracket
from hedgectl.core.model.order import Lane
from hedgectl.core.model.verdict import APPROVED, Refused, Verdict, code, refused
from hedgectl.core.orders.sides import opening_leg
from hedgectl.core.risk.desk import Desk

NOT_SET = code("risk.leverage_not_set", "The leverage that the entry needs could not be set, or not be read back.")
PENDING = code("risk.leverage_pending", "As many entries as may wait for their leverage to be set do so already.")

READ_WEIGHT = 5
SET_WEIGHT = 1 + READ_WEIGHT
READ_EACH_CYCLES = 10


def leverage_for(entry: Entry, notional_usdt: Decimal, desk: Desk, brackets: Sequence[Bracket]) -> int:
    """The least of what the intent or else the configuration wants, of all limits (those of posture, desk and tier are
    one in `desk`), and of what the exchange allows the symbol's exposure with this entry."""
    wanted = entry.leverage or desk.settings.risk.leverage
    return min(wanted, desk.leverage_max, bracket_leverage(brackets, desk.exposure_usdt + notional_usdt, wanted))


def bracket_leverage(brackets: Sequence[Bracket], notional_usdt: Decimal, unknown: int) -> int:
    """What the brackets allow a notional; beyond the table as the last one, and `unknown` where there is no table: the
    exchange refuses then what it does not allow.

    >>> bracket_leverage([Bracket("X", Decimal(300), 50), Bracket("X", Decimal(900), 20)], Decimal(301), 5)
    20
    """
    for each in brackets:
        if notional_usdt <= each.notional_usdt_max:
            return each.leverage_max
    return brackets[-1].leverage_max if brackets else unknown


def has_leverage(work: Work, symbol: str, leverage: int) -> bool:
    """Whether the account is known to have it, and nothing is about to change that."""
    return symbol not in work.volatile.leverage_asked and work.volatile.leverage(symbol) == leverage


def may_wait(work: Work) -> Verdict:
    """Whether one more entry may wait for its leverage."""
    waiting, most = len(work.durable.held), work.settings.risk.held_max
    if waiting < most:
        return APPROVED
    return refused(PENDING, f"{waiting} waiting", most, "send it again in a moment")


def hold(work: Work, entry: Entry, correlation_id: str, leverage: int) -> Refused | None:
    """Have the entry wait, and the leverage set unless the symbol's is being set already; or say why not."""
    volatile, symbol = work.volatile, entry.symbol
    if isinstance(full := may_wait(work), Refused):
        return full
    was = volatile.leverage(symbol)
    if symbol not in volatile.leverage_asked:
        budget = volatile.budget.grant(Lane.ENTRY, SET_WEIGHT, 0, work.now.exchange_ms)
        if isinstance(budget, Refused):
            return budget
        volatile.leverage_asked[symbol] = leverage
        work.command(SetLeverage(symbol, leverage, work.settings.void_after_ms))
    work.note(IntentHeld(entry, correlation_id, opening_leg(entry.side), leverage, was), correlation_id, symbol)
    return None


def ask_at_start(work: Work) -> None:
    """What the account has, and what the exchange allows."""
    work.command(ReadBrackets("start"))
    look_if_due(work)


def ask_again(work: Work) -> None:
    """What is due with a cycle: the regular look, and brackets whose read gave up."""
    if "brackets" in work.volatile.failures:
        work.command(ReadBrackets("the last read gave up"))
    look_if_due(work)


def look_if_due(work: Work) -> None:
    """A person may set leverage too: look at it every few cycles, within the reconcile lane's share."""
    volatile, now = work.volatile, work.now.mono_ms
    if now >= volatile.leverages_next_mono_ms and work.may_read(READ_WEIGHT):
        volatile.leverages_next_mono_ms = now + READ_EACH_CYCLES * work.settings.cycle_ms
        work.command(ReadLeverages("regular"))


def leverages_taken(work: Work, given: LeveragesTaken) -> None:
    """A look at all symbols; where a set was read back since it was asked for, or is under way, it is too old."""
    volatile = work.volatile
    for what in ("leverages", "leverage"):  # a set that could not be read back is over, and this is what it came to
        volatile.failures.pop(what, None)
    for each in given.leverages:
        _, known_ms = volatile.leverages.get(each.symbol, (0, 0))
        if each.symbol not in volatile.leverage_asked and known_ms <= given.asked_ms:
            volatile.leverages[each.symbol] = each.leverage, given.asked_ms


def brackets_taken(work: Work, given: BracketsTaken) -> None:
    """Only what is new or changed is noted."""
    work.volatile.failures.pop("brackets", None)
    told: dict[str, list[Bracket]] = {}
    for each in given.brackets:
        told.setdefault(each.symbol, []).append(each)
    known = work.durable.brackets
    changed = [each for symbol, rows in told.items() if known.get(symbol) != tuple(rows) for each in rows]
    if changed:
        work.note(BracketsRead(tuple(changed)))
