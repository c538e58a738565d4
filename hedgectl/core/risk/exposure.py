"""Gates on the sized order: what it alone, and what it with everything else, may be worth (R1)."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import ceil_step, floor_step
from hedgectl.core.model.order import Kind
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.caps import CENT, SHARE_CAP
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.sizing import Sized, floor_usdt, smallest_quantity

OUTLIER = code("risk.outlier", "The order is many times larger than this desk's usual one: a slip of the finger.")


def within_caps(entry: Entry, sized: Sized, desk: Desk) -> Verdict:
    """Order, posture, share of NAV, symbol, tier, gross: working and unknown orders counted as filled. A wish was
    clipped to these already; an explicit quantity is only ever refused."""
    worth = sized.notional_usdt
    for cap in sized.caps:
        if worth > cap.usdt and (cap.code is not SHARE_CAP or _smallest_usdt(entry, sized, desk) > cap.usdt):
            room = f"{floor_step(cap.usdt, CENT):.2f}"
            return refused(cap.code, f"{ceil_step(worth, CENT):.2f}", room, f"{cap.key} leaves room for {room} USDT")
    return APPROVED


def _smallest_usdt(entry: Entry, sized: Sized, desk: Desk) -> Decimal:
    """What the smallest order is worth: only if that is above the share is the share in conflict with the floor; else
    the order is just too large for what is left of it, which the next cap says."""
    assert desk.instrument is not None
    floor = floor_usdt(desk.settings.risk, entry.symbol)
    return smallest_quantity(desk.instrument, sized.price, entry.kind is Kind.MARKET, floor) * sized.price


def no_outlier(entry: Entry, sized: Sized, desk: Desk) -> Verdict:
    """Against the median of the entries taken before; nothing is usual until there were a few."""
    limits = desk.settings.risk
    if len(desk.entries) < limits.outlier_samples_min:
        return APPROVED
    limit = desk.usual_usdt * limits.outlier_x
    if sized.notional_usdt <= limit:
        return APPROVED
    hint = f"usually {desk.usual_usdt:.2f} USDT; raise risk.outlier_x if it is meant"
    return refused(OUTLIER, f"{sized.notional_usdt:.2f}", f"{limit:.2f}", hint)


EXPOSURE = (within_caps, no_outlier)
