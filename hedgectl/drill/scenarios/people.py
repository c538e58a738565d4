"""What a person does beside us: opens, closes, reduces, turns a position round, withdraws a stop."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.drill.scenarios.registry import scenario
from hedgectl.drill.scenarios.stage import SYMBOL, Stage

SOME = Decimal("0.1")
LITTLE = Decimal("0.02")


@scenario()
async def manual_open(stage: Stage) -> None:
    """A person opens a position: it is adopted and gets a stop."""
    await stage.at(3)
    stage.by_hand("BUY", SOME)
    await stage.at(7)


@scenario()
async def manual_close(stage: Stage) -> None:
    """A person closes a position of ours: it is gone for us too, with its stop."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.by_hand("SELL", stage.held)
    await stage.at(8)


@scenario()
async def manual_reduction(stage: Stage) -> None:
    """A person takes a part of a position of ours; the desk leaves the rest."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.by_hand("SELL", min(LITTLE, stage.held))
    await stage.at(7)
    stage.leave()
    await stage.at(9)


@scenario()
async def manual_close_unheard(stage: Stage) -> None:
    """A person closes a position of ours while the user stream says nothing: a phantom until own trades are read."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.mute()
    stage.by_hand("SELL", stage.held)
    await stage.at(16)
    stage.mute(False)


@scenario(modes=("one-way",))
async def manual_flip(stage: Stage) -> None:
    """A person turns a net position round: the old stop goes, the new direction gets one."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    stage.by_hand("SELL", 2 * stage.held)
    await stage.at(9)


@scenario()
async def manual_withdrawal_of_a_stop(stage: Stage) -> None:
    """A person withdraws our stop: the position gets another."""
    await stage.at(2)
    stage.enter()
    await stage.at(5)
    for stop in stage.exchange.open_algos(SYMBOL):
        stage.exchange.hands.cancel_manual(SYMBOL, algo_id=stop.algo_id)
    await stage.at(9)
