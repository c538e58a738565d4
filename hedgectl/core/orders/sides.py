"""The one table that decides positionSide and reduceOnly, for every order type and both modes (X3).

No other code sets these fields; a test greps for it. Wire facts: reference section 2 (-4061, -1106, -2022).
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgectl.core.model.order import Action, Leg, Mode, Side


@dataclass(frozen=True, slots=True)
class Sides:
    """What goes on the wire. `reduce_only` None means the parameter is not sent."""

    position_side: str
    reduce_only: bool | None


LEG = "{leg}"

RULES: dict[tuple[Mode, Action], Sides] = {
    (Mode.ONE_WAY, Action.OPEN): Sides("BOTH", None),
    (Mode.ONE_WAY, Action.CLOSE): Sides("BOTH", True),
    (Mode.ONE_WAY, Action.CLOSE_ALL): Sides("BOTH", None),  # closePosition carries neither quantity nor reduceOnly
    (Mode.HEDGE, Action.OPEN): Sides(LEG, None),
    (Mode.HEDGE, Action.CLOSE): Sides(LEG, None),  # the pair side/positionSide already says it; the flag is -1106
    (Mode.HEDGE, Action.CLOSE_ALL): Sides(LEG, None),
}


def sides(mode: Mode, action: Action, leg: Leg) -> Sides:
    """The two wire fields of an order on `leg`.

    >>> sides(Mode.HEDGE, Action.CLOSE, Leg.LONG)
    Sides(position_side='LONG', reduce_only=None)
    >>> sides(Mode.ONE_WAY, Action.CLOSE, Leg.LONG)
    Sides(position_side='BOTH', reduce_only=True)
    """
    rule = RULES[mode, action]
    return Sides(leg.value, rule.reduce_only) if rule.position_side == LEG else rule


def mode_of(leg: Leg) -> Mode:
    """The mode of an account that has a position on this leg: it says so before anybody has read the mode."""
    return Mode.ONE_WAY if leg is Leg.BOTH else Mode.HEDGE


def opening_leg(side: Side) -> Leg:
    """The leg that an order opens: BUY opens LONG, SELL opens SHORT."""
    return Leg.LONG if side is Side.BUY else Leg.SHORT


def closing_leg(side: Side) -> Leg:
    """The leg that an order closes: BUY closes SHORT, SELL closes LONG."""
    return Leg.SHORT if side is Side.BUY else Leg.LONG


def closing_side(leg: Leg) -> Side:
    """The side that closes a leg: SELL for LONG, BUY for SHORT."""
    return Side.SELL if leg is Leg.LONG else Side.BUY
