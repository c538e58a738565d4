"""Gates on the sized order: what it alone, and what it with everything else on its symbol, may be worth (R1)."""

from __future__ import annotations

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.desk import Desk
from hedgectl.core.risk.sizing import Sized

ORDER_CAP = code("risk.order_cap", "One order may not be worth more than limits.order_notional_usdt_max.")
SYMBOL_CAP = code(
    "risk.symbol_cap",
    "Position, working and unknown orders of a symbol together pass limits.symbol_notional_usdt_max.",
)


def order_cap(entry: Entry, sized: Sized, desk: Desk) -> Verdict:
    """Per-order notional."""
    limit = min(desk.settings.order_notional_usdt_max, desk.notional_usdt_max)
    if sized.notional_usdt <= limit:
        return APPROVED
    return refused(ORDER_CAP, f"{sized.notional_usdt:.2f}", limit, f"wish at most {limit} USDT")


def symbol_cap(entry: Entry, sized: Sized, desk: Desk) -> Verdict:
    """Per-symbol notional, with working and unknown orders counted as filled."""
    limit = desk.settings.symbol_notional_usdt_max
    after = desk.exposure_usdt + sized.notional_usdt
    if after <= limit:
        return APPROVED
    room = max(limit - desk.exposure_usdt, type(limit)(0))
    return refused(SYMBOL_CAP, f"{after:.2f}", limit, f"room for {room:.2f} USDT more of {entry.symbol}")


EXPOSURE = (order_cap, symbol_cap)
