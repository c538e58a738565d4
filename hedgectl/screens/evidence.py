"""One input of the journal in a line: what was heard, before anything was made of it. The evidence in a `trace --why`.

The counterpart of `describe`, which tells events. An input without a function of its own is told by its name alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hedgectl.core.model import input as given_
from hedgectl.core.model.evidence import AlgoRow, OrderRow
from hedgectl.core.model.intent import Exit
from hedgectl.core.model.reply import Answer, Reply
from hedgectl.screens.describe import Said, wish
from hedgectl.screens.ink import Tone
from hedgectl.screens.words import plural, price, quantity

BODY_CHARS_MAX = 120


def evidence(given: object) -> Said:
    """The word, the text and the tone of an input."""
    teller = TELLERS.get(type(given))
    word, text = teller(given) if teller is not None else (type(given).__name__, "")
    return word, text, Tone.DIM


def _intent(each: given_.IntentReceived) -> tuple[str, str]:
    intent = each.intent
    what = "exit" if isinstance(intent, Exit) else "entry"
    return "wish", f"{what} {intent.side or ''} {intent.symbol} {wish(intent)}  {intent.intent_id}  by {each.origin}"


def _answer(answer: Answer) -> str:
    if isinstance(answer, Reply):
        body = answer.body if len(answer.body) <= BODY_CHARS_MAX else answer.body[: BODY_CHARS_MAX - 1] + "…"
        return f"{answer.status} {body}"
    return f"no answer: {answer.kind} {answer.detail}"


def _row(row: OrderRow | AlgoRow) -> str:
    if isinstance(row, AlgoRow):
        return f"{row.symbol} {row.kind} trigger {price(row.trigger_price)}  {row.status} {row.reason}"
    return f"{row.symbol} {row.kind}  {row.status}  {quantity(row.executed)} of {quantity(row.quantity)}"


def _looked(each: given_.LookedUp) -> tuple[str, str]:
    if each.row is not None:
        return "look", f"{each.client_id}  {_row(each.row)}"
    return "look", f"{each.client_id}  " + ("not found" if each.not_found else f"could not be asked: {each.why}")


def _order(each: given_.OrderUpdated) -> tuple[str, str]:
    trade = each.trade
    fill = f"  trade {trade.trade_id} {quantity(trade.quantity)} @ {price(trade.price)}" if trade is not None else ""
    return "stream", f"{each.execution}  {_row(each.row)}{fill}"


def _positions(each: given_.PositionsUpdated) -> tuple[str, str]:
    legs = ", ".join(f"{row.symbol} {row.leg} {quantity(row.quantity)}" for row in each.rows)
    return "stream", f"{each.reason}  {legs}"


def _account(each: given_.SnapshotTaken) -> tuple[str, str]:
    legs = sum(bool(row.quantity) for row in each.positions)
    return "account", f"{plural(legs, 'leg')}, {plural(len(each.orders), 'order')}, {plural(len(each.algos), 'stop')}"


def _trades(each: given_.TradesTaken) -> tuple[str, str]:
    more = "" if each.complete else ", and more"
    return "trades", f"{plural(len(each.rows), 'trade')} of {each.symbol}{more}"


def _leverages(each: given_.LeveragesTaken) -> tuple[str, str]:
    return "leverage", ", ".join(f"{row.symbol} {row.leverage}" for row in each.leverages)


TELLERS: dict[type, Callable[[Any], tuple[str, str]]] = {
    given_.Started: lambda each: ("start", f"{each.run_id}  {each.environment}"),
    given_.IntentReceived: _intent,
    given_.IntentInvalid: lambda each: ("wish", f"{each.field}: {each.found}  by {each.origin}"),
    given_.CreateAnswered: lambda each: ("reply", f"{each.client_id}  {_answer(each.answer)}"),
    given_.CreateVoided: lambda each: ("not sent", f"{each.client_id}  {each.why}"),
    given_.CancelAnswered: lambda each: ("reply", f"cancel {each.client_id}  {_answer(each.answer)}"),
    given_.LookedUp: _looked,
    given_.OrderUpdated: _order,
    given_.AlgoUpdated: lambda each: ("stream", _row(each.row)),
    given_.PositionsUpdated: _positions,
    given_.StreamChanged: lambda each: ("stream", f"{'up' if each.up else 'down'}: {each.why}"),
    given_.TradesTaken: _trades,
    given_.SnapshotTaken: _account,
    given_.InstrumentsTaken: lambda each: ("rules", plural(len(each.instruments), "symbol")),
    given_.LeveragesTaken: _leverages,
    given_.LeverageTaken: lambda each: ("leverage", f"{each.symbol} {each.leverage} after {_answer(each.answer)}"),
    given_.BracketsTaken: lambda each: ("brackets", plural(len({row.symbol for row in each.brackets}), "symbol")),
    given_.ReadFailed: lambda each: ("no read", f"{each.what} {each.symbol}  {each.why}"),
    given_.ReadRetried: lambda each: ("retry", f"{each.what} in {each.wait_ms} ms: {each.why}"),
    given_.SourceFailed: lambda each: ("source", f"{each.name}: {each.why}"),
    given_.SinkChanged: lambda each: ("sink", f"{each.name}: {each.why or 'up again'}"),
    given_.KillAsked: lambda each: ("kill", f"{each.mode} by {each.by}: {each.why}"),
    given_.KillActed: lambda each: ("kill", f"{plural(len(each.orders), 'order')} sent without the run"),
    given_.RearmAsked: lambda each: ("rearm", f"by {each.by}: {each.why}"),
    given_.StopRequested: lambda each: ("stop", each.why),
    given_.Tick: lambda each: ("tick", "time passed"),
}
