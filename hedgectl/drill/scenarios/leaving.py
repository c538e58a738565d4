"""Exits of the desk: whole, in part, resting, and with an answer that is lost."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.model.order import Kind
from hedgectl.drill.scenarios.registry import scenario
from hedgectl.drill.scenarios.stage import ORDER, Stage, fault, held_up

PART = Decimal("0.02")


@scenario()
async def partial_exit(stage: Stage) -> None:
    """A part of a position is left; the rest keeps its stop."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.leave(quantity=PART)
    await stage.at(7)


@scenario()
async def partial_exit_reply_lost(stage: Stage) -> None:
    """A part is left and nobody hears of it: a part is settled, never sent again."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.mute()
    stage.strike("POST", ORDER, fault("reply_lost"))
    stage.leave(quantity=PART)
    await stage.at(11)
    stage.mute(False)


@scenario()
async def partial_exit_accepted_late(stage: Stage) -> None:
    """A part reaches the exchange just inside its window: until then it is neither there nor absent."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.strike("POST", ORDER, held_up(1_000))
    stage.leave(quantity=PART)
    await stage.at(12)


@scenario()
async def whole_exit(stage: Stage) -> None:
    """A position is left, and its stop goes with it."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.leave()
    await stage.at(7)


@scenario()
async def whole_exit_reply_lost(stage: Stage) -> None:
    """A whole close that nobody hears of is sent again at once: it can only close."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.mute()
    stage.strike("POST", ORDER, fault("reply_lost"))
    stage.leave()
    await stage.at(11)
    stage.mute(False)


@scenario()
async def whole_exit_lost(stage: Stage) -> None:
    """A whole close never reaches the exchange; the next one does."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.strike("POST", ORDER, fault("request_lost"))
    stage.leave()
    await stage.at(9)


@scenario()
async def limit_exit(stage: Stage) -> None:
    """An exit rests above the market and fills in two parts."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.leave(kind=Kind.LIMIT, price=stage.price("0.003"))
    await stage.at(7)
    stage.trade_through(Decimal("0.5"))
    await stage.at(8)
    stage.trade_through(Decimal(1))
    await stage.at(10)
