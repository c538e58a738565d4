"""The account in one pass: positions, open orders of both kinds, money, mode. All of it, or a failure naming the part.

A failed, partial or malformed part is never "no positions" (B2). Mode comes from the account, with the raw payload and
the sources tried (X2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hedgectl.core.model.evidence import AlgoRow, OrderRow, PositionRow, Wallet
from hedgectl.core.model.input import ReadFailed, SnapshotTaken
from hedgectl.core.model.order import Mode
from hedgectl.core.model.reply import Reply
from hedgectl.venue.asking import NO_PARAMS, Asking, Failed
from hedgectl.venue.ccxt_client import Asked
from hedgectl.venue.credentials import scrub
from hedgectl.venue.endpoints import (
    ACCOUNT,
    ACCOUNT_CONFIG,
    DUAL,
    OPEN_ALGOS,
    OPEN_ORDERS,
    POSITIONS,
    SYMBOL_CONFIG,
    Endpoint,
)
from hedgectl.venue.fields import flag, integer
from hedgectl.venue.port import ModeTaken, Symbols
from hedgectl.venue.rows import Row, algo_row, order_row, position_row, rows_of, wallet_of

T = TypeVar("T", OrderRow, AlgoRow)


async def read_snapshot(asking: Asking, symbols: Symbols | None, asked_ms: int) -> SnapshotTaken | ReadFailed:
    """Everything about the account, asked at once. `symbols` None, or so many that it costs less: all of them."""
    positions, orders, algos, wallet, config = await asyncio.gather(
        _positions(asking, symbols),
        _open(asking, OPEN_ORDERS, symbols, order_row),
        _open(asking, OPEN_ALGOS, symbols, algo_row),
        asking.get(ACCOUNT, NO_PARAMS, lambda asked: wallet_of(asked.data, asked_ms)),
        _read_config(asking),
    )
    if isinstance(positions, Failed):
        return _failed(positions)
    if isinstance(orders, Failed):
        return _failed(orders)
    if isinstance(algos, Failed):
        return _failed(algos)
    if isinstance(wallet, Failed):
        return _failed(wallet)
    if isinstance(config, ReadFailed):
        return ReadFailed("snapshot", "", config.why)
    mode, multi = config
    wallet, weight_used = replace(wallet, multi=multi), max(asking.client.rates.weight_1m, 0)
    return _snapshot(positions, orders, algos, wallet, mode, asked_ms, weight_used)


async def read_mode(asking: Asking) -> ModeTaken | ReadFailed:
    """accountConfig first (weight 5), then positionSide/dual (weight 30)."""
    config = await _read_config(asking)
    return config if isinstance(config, ReadFailed) else config[0]


async def _read_config(asking: Asking) -> tuple[ModeTaken, bool] | ReadFailed:
    """The mode, and whether all assets are margin, which only accountConfig says. Unsaid it counts as such: others
    are then named, not added, so that NAV is never too high (R3)."""
    tried: list[str] = []
    for endpoint in (ACCOUNT_CONFIG, DUAL):
        found = await asking.get(endpoint, NO_PARAMS, _config(asking.limits.raw_chars_max))
        if not isinstance(found, Failed):
            mode, raw, multi = found
            return ModeTaken(mode, raw, endpoint.path, (*tried, endpoint.path)), multi
        tried.append(found.why)
    return ReadFailed("mode", "", "; ".join(tried))


async def read_leverage(asking: Asking, symbol: str) -> int | ReadFailed:
    """The leverage that symbolConfig states."""

    def shape(asked: Asked) -> int:
        row = next(row for row in rows_of(asked.data, dict) if row["symbol"] == symbol)
        return integer(row["leverage"])

    found = await asking.get(SYMBOL_CONFIG, {"symbol": symbol}, lambda asked: shape(asked))
    return ReadFailed("leverage", symbol, found.why) if isinstance(found, Failed) else found


async def _positions(asking: Asking, symbols: Symbols | None) -> tuple[PositionRow, ...] | Failed:
    """Weight 5 with or without a symbol: one question, cut to `symbols`."""
    rows = await asking.get(POSITIONS, NO_PARAMS, lambda asked: rows_of(asked.data, position_row))
    if isinstance(rows, Failed) or symbols is None:
        return rows
    wanted = frozenset(symbols)
    return tuple([row for row in rows if row.symbol in wanted])


async def _open(
    asking: Asking, endpoint: Endpoint, symbols: Symbols | None, read: Callable[[Row], T]
) -> tuple[T, ...] | Failed:
    def shape(asked: Asked) -> tuple[T, ...]:
        return rows_of(asked.data, read)

    if symbols is None or len(symbols) * endpoint.weight > endpoint.weight_all:
        rows = await asking.get(endpoint, NO_PARAMS, shape)
        if isinstance(rows, Failed) or symbols is None:
            return rows
        wanted = frozenset(symbols)
        return tuple([row for row in rows if row.symbol in wanted])
    parts = await asyncio.gather(*[asking.get(endpoint, {"symbol": symbol}, shape) for symbol in symbols])
    found: list[T] = []
    for part in parts:
        if isinstance(part, Failed):
            return part
        found += part
    return tuple(found)


def _config(chars_max: int) -> Callable[[Asked], tuple[Mode, str, bool]]:
    def shape(asked: Asked) -> tuple[Mode, str, bool]:
        dual = flag(asked.data["dualSidePosition"])
        raw = asked.answer.body if isinstance(asked.answer, Reply) else ""
        multi = asked.data.get("multiAssetsMargin") is not False
        return (Mode.HEDGE if dual else Mode.ONE_WAY), scrub(raw[:chars_max]), multi

    return shape


def _snapshot(
    positions: tuple[PositionRow, ...],
    orders: tuple[OrderRow, ...],
    algos: tuple[AlgoRow, ...],
    wallet: Wallet,
    mode: ModeTaken,
    asked_ms: int,
    weight_used: int,
) -> SnapshotTaken:
    return SnapshotTaken(positions, orders, algos, wallet, mode.mode, mode.raw, mode.source, asked_ms, weight_used)


def _failed(part: Failed) -> ReadFailed:
    return ReadFailed("snapshot", "", part.why)
