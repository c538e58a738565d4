"""Where the covering stop of a position belongs, and whether it is too late for one (L3, DESIGN "Cover").

Base cover is one closePosition STOP_MARKET per symbol and direction: the exchange sizes it when it triggers, so
partial fills and reductions need no resizing, and it withdraws it with the position.
"""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.money import ONE, ceil_step, floor_step
from hedgectl.core.model.order import Leg


def stop_price(direction: Leg, entry_price: Decimal, stop_share: Decimal, rules: Instrument | None) -> Decimal:
    """The trigger: `stop_share` of the entry price away, rounded away from the position, on the tick grid.

    Without known rules the unrounded price is used: the exchange then says whether it minds.
    """
    if direction is Leg.LONG:
        raw = entry_price * (ONE - stop_share)
        return floor_step(raw, rules.tick) if rules else raw
    raw = entry_price * (ONE + stop_share)
    return ceil_step(raw, rules.tick) if rules else raw


def would_trigger(direction: Leg, trigger: Decimal, bid: Decimal, ask: Decimal) -> bool:
    """Whether the market is already past the stop: the exchange would refuse it (-2021), so close instead."""
    return bid <= trigger if direction is Leg.LONG else ask >= trigger
