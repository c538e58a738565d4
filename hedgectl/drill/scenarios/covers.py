"""Stops: gone after the acknowledgement, unheard of, triggered, refused because the market is past them already."""

from __future__ import annotations

from hedgectl.drill.scenarios.registry import scenario
from hedgectl.drill.scenarios.stage import ALGO, ORDER, Stage, fault
from hedgectl.sim.faults.flight import Flight


@scenario()
async def stop_vanishes(stage: Stage) -> None:
    """A stop is acknowledged and gone a second later, without a word."""
    stage.exchange.hands.vanish_next_algo()
    await stage.at(2)
    stage.enter()
    await stage.at(9)


@scenario()
async def stop_reply_lost(stage: Stage) -> None:
    """A stop rests that nobody has heard of: the next one is refused as its twin."""
    stage.strike("POST", ALGO, fault("reply_lost"))
    await stage.at(2)
    stage.enter()
    await stage.at(2.05)
    stage.mute()
    await stage.at(10)
    stage.mute(False)


@scenario()
async def stop_triggers(stage: Stage) -> None:
    """The market falls through a stop: the exchange closes the position."""
    await stage.at(2)
    stage.enter()
    await stage.at(5.5)
    stage.fall("0.03")
    await stage.at(8)


@scenario()
async def stop_refused(stage: Stage) -> None:
    """The market falls while the stop is on its way: refused (-2021), and the position is closed at once."""
    stage.strike("POST", ALGO, lambda flight: stage.fall("0.03"))
    await stage.at(2)
    stage.enter()
    await stage.at(6)


@scenario()
async def emergency_close_reply_lost(stage: Stage) -> None:
    """The stop is refused, and nobody hears what became of the close: it is asked, not guessed."""

    def refuse(flight: Flight) -> None:
        stage.fall("0.03")
        stage.strike("POST", ORDER, fault("reply_lost"))
        stage.mute()

    stage.strike("POST", ALGO, refuse)
    await stage.at(2)
    stage.enter()
    await stage.at(12)
    stage.mute(False)
