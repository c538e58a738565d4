"""Gates on the sized order: what it alone, and what it with everything else, may be worth (R1)."""

from __future__ import annotations

from statistics import median

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.caps import caps_of
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.sizing import Sized

OUTLIER = code("risk.outlier", "The order is many times larger than this desk's usual one: a slip of the finger.")


def within_caps(entry: Entry, sized: Sized, desk: Desk) -> Verdict:
    """Order, posture, share of NAV, symbol, tier, gross: working and unknown orders counted as filled. A wish was
    clipped to these already; an explicit quantity is only ever refused."""
    for cap in caps_of(desk):
        if sized.notional_usdt > cap.usdt:
            hint = f"{cap.key} leaves room for {cap.usdt:.2f} USDT"
            return refused(cap.code, f"{sized.notional_usdt:.2f}", f"{cap.usdt:.2f}", hint)
    return APPROVED


def no_outlier(entry: Entry, sized: Sized, desk: Desk) -> Verdict:
    """Against the median of the entries taken before; nothing is usual until there were a few."""
    limits = desk.settings.risk
    if len(desk.entries) < limits.outlier_samples_min or sized.notional_usdt < limits.outlier_x:
        return APPROVED
    usual = median([mark.notional_usdt for mark in desk.entries])
    limit = usual * limits.outlier_x
    if sized.notional_usdt <= limit:
        return APPROVED
    hint = f"usually {usual:.2f} USDT; raise risk.outlier_x if it is meant"
    return refused(OUTLIER, f"{sized.notional_usdt:.2f}", f"{limit:.2f}", hint)


EXPOSURE = (within_caps, no_outlier)
