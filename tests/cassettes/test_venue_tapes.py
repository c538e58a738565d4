"""Goal: what our own client, transport and decoders make of recorded HTTP, up to what an answer proves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hedgectl.core.model.input import (
    BracketsTaken,
    InstrumentsTaken,
    LeveragesTaken,
    LeverageTaken,
    QuotesTaken,
    ReadFailed,
    SnapshotTaken,
    TradesTaken,
)
from hedgectl.core.model.order import Leg, Mode
from hedgectl.core.orders.outcome import Accepted, AlreadyGone, Cancelled, Rejected, Unknown
from hedgectl.core.orders.refusals import Remedy
from hedgectl.venue.port import ModeTaken

from .tape import SYMBOLS
from .venue_flows import QUANTITY

MODES = pytest.mark.parametrize("mode", ["one-way", "hedge"])
LEGS = {"one-way": Leg.BOTH, "hedge": Leg.LONG}


def test_every_read(played):
    seen = played("venue", "reads")
    kinds = {
        "instruments": InstrumentsTaken,
        "quotes": QuotesTaken,
        "snapshot": SnapshotTaken,
        "leverages": LeveragesTaken,
        "brackets": BracketsTaken,
    }
    assert {name: type(seen[name]) for name in kinds} == kinds
    assert [each.symbol for each in seen["instruments"].instruments] == list(SYMBOLS)
    assert seen["instruments"].weight_limit_1m > 0
    assert all(each.bid < each.ask for each in seen["quotes"].quotes)
    assert (seen["mode"].mode, seen["mode"].source) == (Mode.ONE_WAY, "accountConfig")
    assert seen["snapshot"].wallet.margin_balance > 0
    assert {each.symbol for each in seen["brackets"].brackets} == set(SYMBOLS)
    assert [type(seen[name]) for name in ("set", "set back")] == [LeverageTaken] * 2
    assert (seen["set"].leverage, seen["set back"].leverage) == (5, 20)
    assert (seen["key"], seen["kept"]) == ("listen-key", "listen-key")
    assert isinstance(seen["unlisted"], ReadFailed)
    assert "NOSUCHUSDT" in seen["unlisted"].why


@MODES
def test_the_life_of_an_order(played, mode):
    seen = played("venue", f"orders-{mode}")
    (resting, accepted), looked = seen["resting"], seen["looked"]
    assert isinstance(accepted, Accepted)
    assert (accepted.status, looked.row.status, looked.row.client_id) == ("NEW", "NEW", resting.client_id)
    assert isinstance(seen["cancelled"], Cancelled)
    assert isinstance(seen["again"], AlreadyGone), "gone already is no failure"
    assert (seen["gone"].row.status, seen["never"].row, seen["never"].not_found) == ("CANCELED", None, True)
    for name in ("bought", "sold"):
        outcome = seen[name][1]
        assert (outcome.status, outcome.executed) == ("FILLED", QUANTITY)
    (position,) = seen["held"].positions
    assert (position.leg, position.direction, position.quantity) == (LEGS[mode], Leg.LONG, QUANTITY)
    assert seen["left"].positions == ()
    trades = seen["trades"]
    assert isinstance(trades, TradesTaken)
    assert (trades.complete, sum(row.quantity * row.side.sign for row in trades.rows)) == (True, 0)
    assert {row.order_id for row in trades.rows} == {seen[name][1].order_id for name in ("bought", "sold")}


@MODES
def test_the_life_of_a_cover(played, mode):
    seen = played("venue", f"algos-{mode}")
    (cover, accepted), (row,) = seen["cover"], seen["resting"].algos
    assert isinstance(accepted, Accepted)
    assert (row.client_id, row.algo_id, row.close_position) == (cover.client_id, accepted.order_id, True)
    assert (row.leg, row.trigger_price) == (LEGS[mode], cover.trigger_price)
    assert seen["resting"].orders == ()
    second = seen["second"][1]
    assert isinstance(second, Unknown), "-4130 says that one is there: look, do not send"
    assert second.look_now
    assert (seen["looked"].row.status, seen["gone"].row.status) == ("NEW", "CANCELED")
    assert isinstance(seen["cancelled"], Cancelled)


@MODES
@pytest.mark.parametrize(
    "name, code, remedy",
    [
        ("too small", -4164, Remedy.MODIFY),
        ("too large", -2019, Remedy.NONE),
        ("wrong mode", -4061, Remedy.MODIFY),
        ("nothing to close", -2022, Remedy.MODIFY),
        ("post only", -5022, Remedy.MODIFY),
        ("late", -1021, Remedy.AGAIN),
    ],
)
def test_definite_refusals(played, mode, name, code, remedy):
    outcome = played("venue", f"refusals-{mode}")[name][1]
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.remedy) == (code, remedy)


def test_a_wrong_clock_is_measured_and_the_read_asked_again(played):
    seen = played("venue", "clock")
    assert isinstance(seen["mode"], ModeTaken)
    assert abs(seen["now_ms"] - seen["wall_ms"]) < 1_000, "nine seconds off, and right again"


def test_the_rate_limit_ends_the_reading_until_it_is_over(played):
    seen = played("venue", "limits")
    first, *others = seen["answers"]
    assert isinstance(first, SnapshotTaken)
    assert [(type(each), each.status) for each in others] == [(ReadFailed, 429)] * 2
    assert all(each.until_ms == seen["retry_after_ms"] > seen["now_ms"] for each in others)
    assert "not asked" in others[-1].why or "refused" in others[-1].why


def test_money_comes_as_decimals(played):
    wallet = played("venue", "reads")["snapshot"].wallet
    assert {type(wallet.wallet), type(wallet.margin_balance), type(wallet.available)} == {Decimal}
