"""Entries: filled, rested, withdrawn, lost on the way there, lost on the way back, late, split, restrained."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.drill.scenarios.registry import scenario
from hedgectl.drill.scenarios.stage import ORDER, SYMBOL, Stage, fault, held_up

LEVERAGE = "/fapi/v1/leverage"
HALF, WHOLE = Decimal("0.5"), Decimal(1)


@scenario()
async def market_entry(stage: Stage) -> None:
    """A market entry is filled and gets its stop."""
    await stage.at(2)
    stage.enter()
    await stage.at(6)


@scenario()
async def maker_entry_in_parts(stage: Stage) -> None:
    """A resting entry fills in two parts."""
    await stage.at(2)
    stage.rest()
    await stage.at(4)
    stage.trade_through(HALF)
    await stage.at(6)
    stage.trade_through(WHOLE)
    await stage.at(8)


@scenario(send__entry_rest_s_max=2)
async def maker_entry_aged(stage: Stage) -> None:
    """A resting entry has rested long enough and is withdrawn."""
    await stage.at(2)
    stage.rest()
    await stage.at(7)


@scenario(send__entry_rest_s_max=2)
async def cancel_reply_lost(stage: Stage) -> None:
    """A resting entry that filled in part is withdrawn, and nobody hears of it."""
    stage.strike("DELETE", ORDER, fault("reply_lost"))
    await stage.at(2)
    stage.rest()
    await stage.at(3)
    stage.trade_through(HALF)
    await stage.at(4)
    stage.mute()
    await stage.at(14)
    stage.mute(False)


@scenario()
async def entry_reply_lost(stage: Stage) -> None:
    """The exchange takes an entry, and nobody hears of it: neither a reply nor a fill."""
    stage.strike("POST", ORDER, fault("reply_lost"))
    stage.mute()
    await stage.at(2)
    stage.enter()
    await stage.at(10)
    stage.mute(False)


@scenario()
async def resting_entry_reply_lost(stage: Stage) -> None:
    """An entry rests that nobody has heard of: only a look can find it."""
    stage.strike("POST", ORDER, fault("reply_lost"))
    stage.mute()
    await stage.at(2)
    stage.rest()
    await stage.at(8)
    stage.mute(False)
    await stage.at(9)
    stage.trade_through(WHOLE)
    await stage.at(11)


@scenario()
async def leverage_set_reply_lost(stage: Stage) -> None:
    """The leverage of an entry is set, and nobody hears of it: it is read back, and the held entry goes."""
    stage.exchange.set_leverage(SYMBOL, 20)
    stage.strike("POST", LEVERAGE, fault("reply_lost"))
    await stage.at(2)
    stage.enter()
    await stage.at(10)


@scenario()
async def entry_lost(stage: Stage) -> None:
    """An entry never reaches the exchange: its absence is proven, and it is not sent again."""
    stage.strike("POST", ORDER, fault("request_lost"))
    await stage.at(2)
    stage.enter()
    await stage.at(10)


@scenario()
async def entry_accepted_late(stage: Stage) -> None:
    """An entry reaches the exchange just inside its window, long after its process may have died."""
    stage.strike("POST", ORDER, held_up(2_000))
    await stage.at(2)
    stage.enter()
    await stage.at(10)


@scenario()
async def entry_split(stage: Stage) -> None:
    """An entry above the exchange's largest order leaves in three parts; the answer to one of them is lost."""
    stage.exchange.hands.change_filters(SYMBOL, market_max_qty=Decimal("0.02"))
    stage.strike("POST", ORDER, fault("reply_lost"))
    await stage.at(2)
    stage.enter()
    await stage.at(7)


@scenario(
    belief__yellow_up=Decimal("0.3"),
    belief__yellow_down=Decimal("0.2"),
    belief__persist_s=Decimal(0),
    belief__recover_s=Decimal(5),
)
async def posture_raised(stage: Stage) -> None:
    """A lost entry raises the posture: the next ones wait until it is settled, and for the cooldown."""
    stage.strike("POST", ORDER, fault("request_lost"))
    await stage.at(2)
    stage.enter(confidence=Decimal("0.9"))
    for number, s in enumerate((7, 11, 17.5, 21)):
        await stage.at(s)
        stage.enter(f"more{number}", confidence=Decimal("0.9"))
    await stage.at(22)


@scenario()
async def orderly_stop(stage: Stage) -> None:
    """A run is asked to stop while an entry rests: it is withdrawn, the position keeps its stop."""
    await stage.at(2)
    stage.enter()
    stage.rest("low")
    await stage.at(4)
    stage.stop()
    await stage.at(5)


@scenario()
async def stream_dead(stage: Stage) -> None:
    """The user stream says nothing: replies, looks and own trades must do."""
    stage.mute()
    await stage.at(2)
    stage.enter()
    await stage.at(8)
    stage.leave()
    await stage.at(13)
    stage.mute(False)
