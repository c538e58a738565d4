"""REST bodies to evidence rows: strict about shape, so that a changed or mangled answer is a failed read.

Extra fields are ignored (the exchange adds some at any time). Source: wire facts section 1.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from hedgectl.core.model.evidence import AlgoRow, Holding, OrderRow, PositionRow, Quote, TradeRow, Wallet
from hedgectl.core.model.input import InstrumentsTaken
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.money import ZERO
from hedgectl.venue.fields import LEGS, SIDES, flag, integer, number, number_or_zero, text

T = TypeVar("T")
Row = Mapping[str, Any]
USDT = "USDT"
NO_LIMIT = Decimal("1E+12")
"""What a filter of "0" (disabled), or one that is absent, means for a maximum."""


def rows_of(data: object, read: Callable[[Row], T]) -> tuple[T, ...]:
    """Every row of a JSON list. TypeError for anything else: `{}` is a broken answer, never "no rows" (B2)."""
    if type(data) is not list:
        raise TypeError(f"not a list but {type(data).__name__}")
    return tuple([read(row) for row in data])


def position_row(row: Row) -> PositionRow:
    """A row of positionRisk v3."""
    return PositionRow(
        text(row["symbol"]),
        LEGS[row["positionSide"]],
        number(row["positionAmt"]),
        number(row["entryPrice"]),
        number(row["markPrice"]),
        integer(row["updateTime"]),
    )


def order_row(row: Row) -> OrderRow:
    """An order of GET order or openOrders."""
    return OrderRow(
        text(row["symbol"]),
        integer(row["orderId"]),
        text(row["clientOrderId"]),
        SIDES[row["side"]],
        LEGS[row["positionSide"]],
        text(row["type"]),
        text(row["status"]),
        number(row["origQty"]),
        number(row["executedQty"]),
        number(row["price"]),
        flag(row["reduceOnly"]),
        integer(row["updateTime"]),
    )


def algo_row(row: Row) -> AlgoRow:
    """A conditional order of GET algoOrder or openAlgoOrders."""
    return AlgoRow(
        text(row["symbol"]),
        integer(row["algoId"]),
        text(row["clientAlgoId"]),
        SIDES[row["side"]],
        LEGS[row["positionSide"]],
        text(row["orderType"]),
        text(row["algoStatus"]),
        number_or_zero(row["quantity"]),  # "" where a close-all or a trailing stop has none
        number_or_zero(row["triggerPrice"]),
        flag(row["closePosition"]),
        int(text(row.get("actualOrderId", "")) or "0"),
        integer(row["updateTime"]),
        flag(row["reduceOnly"]),
    )


def trade_row(row: Row) -> TradeRow:
    """A row of userTrades; it knows no client id."""
    return TradeRow(
        text(row["symbol"]),
        integer(row["id"]),
        integer(row["orderId"]),
        "",
        SIDES[row["side"]],
        LEGS[row["positionSide"]],
        number(row["qty"]),
        number(row["price"]),
        number(row["commission"]),
        text(row["commissionAsset"]),
        number(row["realizedPnl"]),
        flag(row["maker"]),
        integer(row["time"]),
    )


def wallet_of(account: Row, asked_ms: int) -> Wallet:
    """The totals of account v3; they carry no time of their own, so they are as old as the question. Whether they hold
    the worth of the other assets already (`multi`) is accountConfig's to say."""
    return Wallet(
        number(account["totalWalletBalance"]),
        number(account["totalUnrealizedProfit"]),
        number(account["totalMarginBalance"]),
        number(account["availableBalance"]),
        asked_ms,
        tuple([each for each in rows_of(account["assets"], _holding) if each.asset != USDT and each.amount]),
    )


def _holding(row: Row) -> Holding:
    """An asset of account v3, unrealised profit included."""
    return Holding(text(row["asset"]), number(row["marginBalance"]))


def quote_of(symbol: str, book: Row, mark: Row) -> Quote:
    """bookTicker and premiumIndex of a symbol; as old as the older of the two."""
    at_ms = min(integer(book["time"]), integer(mark["time"]))
    return Quote(symbol, number(book["bidPrice"]), number(book["askPrice"]), number(mark["markPrice"]), at_ms)


def instruments_of(info: Row, symbols: frozenset[str]) -> InstrumentsTaken:
    """exchangeInfo, as far as `symbols` (all when empty) and the rate limits go."""
    limits = {
        (text(row["rateLimitType"]), integer(row["intervalNum"]), text(row["interval"])): integer(row["limit"])
        for row in info["rateLimits"]
    }
    return InstrumentsTaken(
        tuple(_instrument(row) for row in info["symbols"] if not symbols or row["symbol"] in symbols),
        limits.get(("REQUEST_WEIGHT", 1, "MINUTE"), 0),
        limits.get(("ORDERS", 10, "SECOND"), 0),
        limits.get(("ORDERS", 1, "MINUTE"), 0),
    )


def _instrument(row: Row) -> Instrument:
    filters = {each["filterType"]: each for each in row["filters"]}
    lot, price = filters["LOT_SIZE"], filters["PRICE_FILTER"]
    market_lot = filters.get("MARKET_LOT_SIZE", lot)
    percent = filters.get("PERCENT_PRICE", {})
    step = number(lot["stepSize"])
    return Instrument(
        symbol=text(row["symbol"]),
        status=text(row["status"]),
        tick=number(price["tickSize"]),
        step=step,
        min_qty=number(lot["minQty"]),
        max_qty=number(lot["maxQty"]),
        market_step=number(market_lot["stepSize"]) or step,
        market_min_qty=number(market_lot["minQty"]),
        market_max_qty=number(market_lot["maxQty"]),
        min_price=number(price["minPrice"]),
        max_price=number(price["maxPrice"]) or NO_LIMIT,
        min_notional=number(filters["MIN_NOTIONAL"]["notional"]) if "MIN_NOTIONAL" in filters else ZERO,
        multiplier_up=number(percent["multiplierUp"]) if percent else NO_LIMIT,
        multiplier_down=number(percent["multiplierDown"]) if percent else ZERO,
    )
