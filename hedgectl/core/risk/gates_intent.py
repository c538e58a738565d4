"""Gates about the wish itself: on the list, in time, and not taken before (R1)."""

from __future__ import annotations

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import plain
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.desk import Desk

NOT_LISTED = code("risk.not_listed", "The symbol is not on the desk's allow-list (run.symbols).")
NO_TIER = code("risk.no_tier", "The symbol is in no tier, so nobody has said how much of it the desk may hold.")
EXPIRED = code("risk.expired", "The intent is older than its own deadline or than limits.intent_age_s_max.")
FUTURE = code("risk.from_future", "The intent says it was generated later than now: a clock is wrong.")
DUPLICATE = code(
    "risk.duplicate_intent",
    "An intent with this id was taken before; one intent is never executed twice.",
)
DOUBLED = code("risk.doubled", "The same symbol, side and size was wished for a moment ago under another id.")
HELD = code("risk.already_held", "There is a position, or a working entry, in this leg already.")

FUTURE_MS_MAX = 2_000


def allow_list(entry: Entry, desk: Desk) -> Verdict:
    """Only symbols that the desk named."""
    if desk.listed:
        return APPROVED
    return refused(NOT_LISTED, entry.symbol, ", ".join(desk.settings.symbols), f"add {entry.symbol} to run.symbols")


def tier_known(entry: Entry, desk: Desk) -> Verdict:
    """Each symbol has exactly one tier; without one there are no caps, so nothing passes (R6)."""
    if desk.tier is not None or not desk.settings.risk.tiers:
        return APPROVED
    return refused(NO_TIER, entry.symbol, "one tier", f"add {entry.symbol} to the symbols of a tier")


def not_expired(entry: Entry, desk: Desk) -> Verdict:
    """A wish from the past is not a wish any more; one from the future is a broken clock."""
    now, age = desk.now.exchange_ms, desk.now.exchange_ms - entry.generated_ms
    if age < -FUTURE_MS_MAX:
        return refused(FUTURE, f"{-age} ms ahead", f"{FUTURE_MS_MAX} ms", "set the producer's clock")
    if entry.expires_ms is not None and now > entry.expires_ms:
        late = f"{now - entry.expires_ms} ms late"
        return refused(EXPIRED, late, "expires_at", "send it earlier or let it live longer")
    limit = desk.settings.intent_age_ms_max
    if age > limit:
        return refused(EXPIRED, f"{age} ms old", f"{limit} ms", "send it when it is generated")
    return APPROVED


def not_duplicate(entry: Entry, desk: Desk) -> Verdict:
    """One intent is never executed twice (L1)."""
    if not desk.seen:
        return APPROVED
    return refused(DUPLICATE, desk.seen, "once", "a new wish needs a new intent_id")


def not_doubled(entry: Entry, desk: Desk) -> Verdict:
    """A producer that forgot what it asked for sends it again under another name."""
    window_ms, now = desk.settings.risk.double_window_ms, desk.now.exchange_ms
    symbol, side, wish = entry.symbol, entry.side, wish_of(entry)
    for mark in reversed(desk.entries):
        if now - mark.at_ms >= window_ms:
            break
        if mark.symbol == symbol and mark.side is side and mark.wish == wish:
            return refused(DOUBLED, f"{now - mark.at_ms} ms apart", f"{window_ms} ms", "wait, or ask for another size")
    return APPROVED


def wish_of(entry: Entry) -> str:
    """The size that was asked for, as text: the same however it was written (0.1, 0.10)."""
    if entry.quantity is not None:
        return plain(entry.quantity)
    assert entry.notional_usdt is not None
    return f"{plain(entry.notional_usdt)} USDT"


def not_held(entry: Entry, desk: Desk) -> Verdict:
    """No second entry into one leg, unless the desk wants to add to positions."""
    if desk.settings.risk.add or not desk.held:
        return APPROVED
    return refused(HELD, desk.held, "flat", 'leave it first, or set risk.positions = "add"')
