"""User-data payloads as they go over the wire: keys, their order and the text of every number.

Reference section 1.3 and public captures. Pure: a record in, a dict out; who receives it and how it is encoded is the
wire's business. `E` equals `T`: the delay of the stream is a fault, not a fact of the exchange.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hedgectl.sim.account import ASSET
from hedgectl.sim.figures import PositionMargin
from hedgectl.sim.format import average_text, money_text, price_text, qty_text
from hedgectl.sim.model import Algo, Order, Position, Spec, Trade

Payload = dict[str, Any]


def order_update(spec: Spec, order: Order, execution: str, now_ms: int, trade: Trade | None = None) -> Payload:
    """ORDER_TRADE_UPDATE; `execution` is x: NEW, TRADE, CANCELED, EXPIRED, AMENDMENT, CALCULATED."""
    body: Payload = {
        "s": order.symbol,
        "c": order.client_id,
        "S": order.side,
        "o": order.type,
        "f": order.tif,
        "q": qty_text(spec, order.qty),
        "p": price_text(spec, order.price),
        "ap": average_text(spec, order.avg_price),
        "sp": price_text(spec, order.stop_price),
        "x": execution,
        "X": order.status,
        "i": order.order_id,
    }
    if trade is None:
        body |= {"l": qty_text(spec, Decimal(0)), "z": qty_text(spec, order.executed), "L": "0"}
        body |= {"N": None, "n": None, "T": now_ms, "t": 0}
    else:
        body |= {"l": qty_text(spec, trade.qty), "z": qty_text(spec, order.executed)}
        body |= {"L": price_text(spec, trade.price), "N": trade.fee_asset, "n": money_text(trade.fee)}
        body |= {"T": now_ms, "t": trade.trade_id}
    body |= {
        "b": "0",
        "a": "0",
        "m": trade is not None and trade.maker,
        "R": order.reduce_only,
        "wt": order.working_type,
        "ot": order.orig_type,
        "ps": order.position_side,
        "cp": order.close_position,
        "pP": order.price_protect,
        "si": 0,
        "ss": 0,
        "rp": money_text(trade.realised) if trade is not None else "0",
        "V": order.stp,
        "pm": order.price_match,
        "gtd": order.good_till_ms,
        "er": str(order.expire_reason),
    }
    if execution == "AMENDMENT":
        body["M"] = order.modify_id
    return {"e": "ORDER_TRADE_UPDATE", "T": now_ms, "E": now_ms, "o": body}


def trade_lite(spec: Spec, order: Order, trade: Trade) -> Payload:
    """TRADE_LITE: the quick word about a fill, before ORDER_TRADE_UPDATE."""
    return {
        "e": "TRADE_LITE",
        "E": trade.time_ms,
        "T": trade.time_ms,
        "s": order.symbol,
        "q": qty_text(spec, order.qty),
        "p": price_text(spec, order.price),
        "m": trade.maker,
        "c": order.client_id,
        "S": order.side,
        "L": price_text(spec, trade.price),
        "l": qty_text(spec, trade.qty),
        "t": trade.trade_id,
        "i": order.order_id,
    }


def position_row(spec: Spec, leg: Position, mark: Decimal, isolated: bool) -> Payload:
    """One element of ACCOUNT_UPDATE.a.P."""
    return {
        "s": leg.symbol,
        "pa": qty_text(spec, leg.qty),
        "ep": money_text(leg.entry_price),
        "bep": money_text(leg.break_even),
        "cr": money_text(leg.realised),
        "up": money_text((mark - leg.entry_price) * leg.qty),
        "mt": "isolated" if isolated else "cross",
        "iw": money_text(leg.isolated_wallet),
        "ps": leg.position_side,
    }


def account_update(
    reason: str,
    wallet: Decimal,
    cross_wallet: Decimal,
    change: Decimal,
    rows: list[Payload],
    now_ms: int,
    symbol: str = "",
) -> Payload:
    """ACCOUNT_UPDATE; `change` is bc (money moved other than by profit and fees), `symbol` the funding's."""
    balance = {"a": ASSET, "wb": money_text(wallet), "cw": money_text(cross_wallet), "bc": money_text(change)}
    body: Payload = {"m": reason, "B": [balance], "P": rows}
    if symbol:
        body["S"] = symbol
    return {"e": "ACCOUNT_UPDATE", "T": now_ms, "E": now_ms, "a": body}


def algo_update(spec: Spec, algo: Algo, now_ms: int) -> Payload:
    """ALGO_UPDATE; ap, aq and act are there once the child order exists, rm and ia where they say something."""
    body: Payload = {
        "caid": algo.client_id,
        "aid": algo.algo_id,
        "at": "CONDITIONAL",
        "o": algo.type,
        "s": algo.symbol,
        "S": algo.side,
        "ps": algo.position_side,
        "f": algo.tif,
        "q": qty_text(spec, algo.qty),
        "X": algo.status,
        "ai": str(algo.actual_order_id) if algo.actual_order_id else "",
    }
    if algo.actual_order_id:
        body |= {
            "ap": average_text(spec, algo.actual_price),
            "aq": qty_text(spec, algo.actual_qty),
            "act": algo.actual_type,
        }
    body |= {
        "tp": price_text(spec, algo.trigger_price),
        "p": price_text(spec, algo.price),
        "V": algo.stp,
        "wt": algo.working_type,
        "pm": algo.price_match,
        "cp": algo.close_position,
        "pP": algo.price_protect,
        "R": algo.reduce_only,
        "tt": algo.trigger_ms,
        "gtd": algo.good_till_ms,
    }
    if algo.reject_reason:
        body["rm"] = algo.reject_reason
    if algo.type == "TRAILING_STOP_MARKET":
        body |= {"AP": price_text(spec, algo.activate_price), "cr": str(algo.callback_rate), "ia": algo.activated}
    return {"e": "ALGO_UPDATE", "T": now_ms, "E": now_ms, "o": body}


def margin_call(cross_wallet: Decimal, legs: Iterable[tuple[Spec, Position, PositionMargin]], now_ms: int) -> Payload:
    """MARGIN_CALL: the legs in danger; margin used is close to the margin balance."""
    rows = [
        {
            "s": leg.symbol,
            "ps": leg.position_side,
            "pa": qty_text(spec, leg.qty),
            "mt": "ISOLATED" if leg.isolated_wallet else "CROSSED",
            "iw": money_text(leg.isolated_wallet),
            "mp": money_text(figures.mark),
            "up": money_text(figures.unrealised),
            "mm": money_text(figures.maint_margin),
        }
        for spec, leg, figures in legs
    ]
    return {"e": "MARGIN_CALL", "E": now_ms, "cw": money_text(cross_wallet), "p": rows}


def leverage_update(symbol: str, leverage: int, now_ms: int) -> Payload:
    """ACCOUNT_CONFIG_UPDATE after a change of leverage."""
    return {"e": "ACCOUNT_CONFIG_UPDATE", "E": now_ms, "T": now_ms, "ac": {"s": symbol, "l": leverage}}
