"""Stories that storms tell too seldom: what is asked can't be read for a while, both legs are open, a fill
is not heard of. Only the tests know them."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.drill.scenarios import MODES, Scenario, Stage
from hedgectl.drill.scenarios.registry import KEYS
from hedgectl.drill.scenarios.stage import ORDER, Script, fault
from hedgectl.sim.faults.flight import Flight

LEGS = "/fapi/v3/positionRisk"


def unreadable(stage: Stage, path: str) -> None:
    """From now on every answer of a read is empty."""

    def strike(flight: Flight) -> None:
        stage.strike("GET", path, strike)
        fault("body_empty")(flight)

    stage.strike("GET", path, strike)


def readable(stage: Stage, path: str) -> None:
    """No more of that."""
    stage.strikes.waiting.pop(("GET", path), None)


async def legs_unreadable(stage: Stage) -> None:
    """A position is held while nobody can read the legs of the account; somebody wishes for more."""
    await stage.at(2)
    stage.enter()
    await stage.at(15)
    unreadable(stage, LEGS)
    await stage.at(76)
    stage.enter("more", confidence=Decimal(1))
    await stage.at(78)
    readable(stage, LEGS)
    await stage.at(80)


async def order_unreadable(stage: Stage) -> None:
    """An entry rests that nobody has heard of, and nobody can look for."""
    stage.strike("POST", ORDER, fault("reply_lost"))
    stage.mute()
    unreadable(stage, ORDER)
    await stage.at(2)
    stage.rest()
    await stage.at(25)
    readable(stage, ORDER)
    stage.mute(False)
    await stage.at(27)


async def both_legs(stage: Stage) -> None:
    """A position is held, and a person opens the other leg of the symbol."""
    await stage.at(2)
    stage.enter()
    await stage.at(6)
    stage.by_hand("SELL", Decimal("0.1"), "SHORT")
    await stage.at(9)


async def filled_unheard(stage: Stage) -> None:
    """A resting entry fills while the user stream says nothing, just before it has rested long enough."""
    await stage.at(2)
    stage.rest()
    await stage.at(4)
    stage.mute()
    stage.trade_through(Decimal(1))
    await stage.at(14)
    stage.mute(False)


def told(script: Script) -> Scenario:
    keys = {**KEYS, "send.entry_rest_s_max": 2}
    return Scenario(script.__name__.replace("_", "-"), (script.__doc__ or "").strip(), script, MODES, keys)


SCENES = {each.name: each for each in map(told, (legs_unreadable, order_unreadable, both_legs, filled_unheard))}
