"""positionSide and reduceOnly by position mode: which leg an order moves, and whether it can only close.

The table of reference section 2: -4061 (side does not match the mode), -4060 (no such side), -1106 (reduceOnly in
hedge mode). Whether there is enough position to close is not decided here.
"""

from __future__ import annotations

from typing import NamedTuple

from hedgectl.sim.model import Refusal, Switches

BUY, SELL = "BUY", "SELL"
BOTH, LONG, SHORT = "BOTH", "LONG", "SHORT"

#   hedge leg, side -> closes
CLOSES = {(LONG, BUY): False, (LONG, SELL): True, (SHORT, BUY): True, (SHORT, SELL): False}
OPPOSITE = {BUY: SELL, SELL: BUY}


class Leg(NamedTuple):
    """The leg an order moves. `closing`: it may never open; `reduce_only`: the flag as the order shows it."""

    position_side: str
    reduce_only: bool
    closing: bool


def leg_of(hedge: bool, side: str, position_side: str | None, reduce_only: bool | None, switches: Switches) -> Leg:
    """The leg of an order in the account's mode; raises Refusal -4060, -4061 or -1106."""
    asked = position_side or BOTH
    if asked not in (BOTH, LONG, SHORT):
        raise Refusal(-4060)
    if (asked == BOTH) is hedge:
        raise Refusal(-4061)
    if not hedge:
        flag = bool(reduce_only)
        return Leg(BOTH, flag, flag)
    if reduce_only or (reduce_only is False and switches.hedge_reduce_only_false_refused):
        raise Refusal(-1106, "reduceonly")
    return Leg(asked, False, CLOSES[asked, side])
