"""Lives of orders as ccxt's unified methods tell them, written once for the synchronous and the asynchronous class.

A flow returns what it saw, as plain data; tests judge that. Prices follow from the book that the flow itself read, so a
replay asks what was asked. Each ends as it began: no order rests, no position is open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import ccxt

from .venues import Call

SYMBOL = "BTC/USDT:USDT"
QUANTITY = 0.004
Seen = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flow:
    """`hedge` is the account's mode; `weight_limit` of the served exchange; `box_only`: not to be done to others."""

    run: Callable[..., Awaitable[Seen]]
    hedge: bool = False
    weight_limit: int = 2400
    box_only: bool = False


async def _refused(call: Call, name: str, *args: Any, **more: Any) -> tuple[str, str]:
    """The class that ccxt raised, and its text."""
    try:
        await call(name, *args, **more)
    except ccxt.BaseError as error:
        return type(error).__name__, str(error)
    return "", "accepted"


async def _prices(call: Call) -> tuple[float, float]:
    """The best bid and ask."""
    row = (await call("fetch_bids_asks", [SYMBOL]))[SYMBOL]
    return row["bid"], row["ask"]


async def markets(call: Call, client: Any, hedge: bool) -> Seen:
    """Rules, clock and prices."""
    await call("load_markets")
    return {
        "market": client.markets[SYMBOL],
        "symbols": sorted(client.symbols),
        "time_ms": await call("fetch_time"),
        "prices": await _prices(call),
        "mark": (await call("fetch_mark_price", SYMBOL))["markPrice"],
        "tiers": (await call("fetch_leverage_tiers", [SYMBOL]))[SYMBOL],
    }


async def account(call: Call, client: Any, hedge: bool) -> Seen:
    """Money, mode, leverage, and a listen key's life."""
    await call("load_markets")
    keys = [await call("fapiPrivatePostListenKey"), await call("fapiPrivatePutListenKey")]
    return {
        "balance": await call("fetch_balance"),
        "positions": await call("fetch_positions"),
        "mode": await call("fetch_position_mode"),
        "leverage": await call("fetch_leverage", SYMBOL),
        "config": await call("fapiPrivateGetAccountConfig"),
        "keys": keys,
        "ended": await call("fapiPrivateDeleteListenKey"),
    }


async def orders(call: Call, client: Any, hedge: bool) -> Seen:
    """A resting order moved and withdrawn; a position opened, seen and closed, with its trades."""
    await call("load_markets")
    since_ms = await call("fetch_time")
    bid, _ = await _prices(call)
    leg = {"positionSide": "LONG"} if hedge else {}
    close = leg if hedge else {"reduceOnly": True}
    below, lower = client.price_to_precision(SYMBOL, bid * 0.97), client.price_to_precision(SYMBOL, bid * 0.96)
    name = {"newClientOrderId": "tape-limit"}
    seen: Seen = {
        "resting": await call("create_order", SYMBOL, "limit", "buy", QUANTITY, below, {"postOnly": True} | leg | name)
    }
    order_id = seen["resting"]["id"]
    seen["open"] = await call("fetch_open_orders", SYMBOL)
    seen["edited"] = await call("edit_order", order_id, SYMBOL, "limit", "buy", QUANTITY, lower, leg)
    seen["cancelled"] = await call("cancel_order", order_id, SYMBOL)
    seen["by_name"] = await call("fetch_order", "", SYMBOL, {"origClientOrderId": "tape-limit"})
    bought = await call("create_order", SYMBOL, "market", "buy", QUANTITY, None, {"newClientOrderId": "tape-in"} | leg)
    seen["bought"], seen["read"] = bought, await call("fetch_order", bought["id"], SYMBOL)
    seen["held"] = await call("fetch_positions", [SYMBOL])
    seen["sold"] = await call(
        "create_order", SYMBOL, "market", "sell", QUANTITY, None, {"newClientOrderId": "tape-out"} | close
    )
    seen["left"] = await call("fetch_positions", [SYMBOL])
    seen["trades"] = await call("fetch_my_trades", SYMBOL, since_ms)
    return seen


async def algos(call: Call, client: Any, hedge: bool) -> Seen:
    """Each conditional kind placed beside a position, seen in the algo service and nowhere else, and withdrawn."""
    await call("load_markets")
    bid, _ = await _prices(call)
    leg = {"positionSide": "LONG"} if hedge else {}
    close = leg if hedge else {"reduceOnly": True}
    await call("create_order", SYMBOL, "market", "buy", QUANTITY, None, {"newClientOrderId": "tape-in"} | leg)
    under, over = (client.price_to_precision(SYMBOL, bid * share) for share in (0.95, 1.04))
    kinds = {
        "STOP_MARKET": ("market", None, {"stopLossPrice": under, "closePosition": True} | leg),
        "TAKE_PROFIT": ("limit", over, {"takeProfitPrice": over} | close),
        "TRAILING_STOP_MARKET": ("market", None, {"trailingPercent": 1.5, "trailingTriggerPrice": over} | close),
    }
    seen: Seen = {"placed": {}, "gone": {}}
    for number, (kind, (base, price, more)) in enumerate(kinds.items()):
        more = more | {"newClientOrderId": f"tape-algo-{number}"}
        seen["placed"][kind] = await call("create_order", SYMBOL, base, "sell", QUANTITY, price, more)
    seen["open"] = await call("fetch_open_orders", SYMBOL, None, None, {"trigger": True})
    seen["ordinary"] = await call("fetch_open_orders", SYMBOL)
    for kind, placed in seen["placed"].items():
        await call("cancel_order", placed["id"], SYMBOL, {"trigger": True})
        seen["gone"][kind] = await call("fetch_order", placed["id"], SYMBOL, {"trigger": True})
    await call("create_order", SYMBOL, "market", "sell", QUANTITY, None, {"newClientOrderId": "tape-out"} | close)
    seen["left"] = await call("fetch_positions", [SYMBOL])
    return seen


async def refusals(call: Call, client: Any, hedge: bool) -> Seen:
    """What the exchange refuses for certain, and what ccxt makes of it."""
    await call("load_markets")
    bid, _ = await _prices(call)
    below = client.price_to_precision(SYMBOL, bid * 0.97)
    own = {"positionSide": "LONG"} if hedge else {}
    other = {} if hedge else {"positionSide": "LONG"}
    twin = own | {"newClientOrderId": "tape-twin"}
    resting = await call("create_order", SYMBOL, "limit", "buy", QUANTITY, below, twin)
    reduce = own or {"reduceOnly": True}
    tried: dict[str, tuple[Any, ...]] = {
        "too small": ("market", "buy", 0.001, None, own),
        "too large": ("market", "buy", 90, None, own),
        "wrong mode": ("market", "buy", QUANTITY, None, other),
        "nothing to reduce": ("market", "sell", QUANTITY, None, reduce),
        "same name": ("limit", "buy", QUANTITY, below, twin),
        "would trigger": ("market", "buy", QUANTITY, None, {"stopLossPrice": below} | own),
    }
    seen = {}
    for name, (*order, more) in tried.items():
        named = {"newClientOrderId": "tape-" + name.replace(" ", "-")} | more
        seen[name] = await _refused(call, "create_order", SYMBOL, *order, named)
    seen["cancel of none"] = await _refused(call, "cancel_order", "1", SYMBOL)
    seen["query of none"] = await _refused(call, "fetch_order", "1", SYMBOL)
    await call("cancel_order", resting["id"], SYMBOL)
    return seen


async def clock(call: Call, client: Any, hedge: bool) -> Seen:
    """-1021 on both sides of the window, and the way back."""
    right = client.milliseconds
    seen = {}
    for name, off_ms in {"late": -9_000, "early": 9_000}.items():
        client.milliseconds = lambda off_ms=off_ms: right() + off_ms
        seen[name] = await _refused(call, "fapiPrivateGetAccountConfig")
    client.milliseconds = right
    return seen | {"right": await call("fapiPrivateGetAccountConfig")}


async def strangers(call: Call, client: Any, hedge: bool) -> Seen:
    """A wrong secret, a wrong key, a key that is none."""
    key, secret = client.apiKey, client.secret
    client.secret = "no-secret-of-anybody"
    seen = {"secret": await _refused(call, "fapiPrivateGetAccountConfig")}
    client.secret, client.apiKey = secret, "no-key-of-anybody"
    seen["key"] = await _refused(call, "fapiPrivateGetAccountConfig")
    client.apiKey = "no key"
    seen["shape"] = await _refused(call, "fapiPrivateGetAccountConfig")
    client.apiKey = key
    return seen


async def limits(call: Call, client: Any, hedge: bool) -> Seen:
    """Questions until the minute's weight is gone: 429 with Retry-After."""
    answers = [await _refused(call, "fetch_position_mode") for _ in range(5)]
    return {"answers": answers, "headers": dict(client.last_response_headers)}


FLOWS = {
    "markets": Flow(markets),
    "account": Flow(account),
    "orders-one-way": Flow(orders),
    "orders-hedge": Flow(orders, hedge=True),
    "algos-one-way": Flow(algos),
    "algos-hedge": Flow(algos, hedge=True),
    "refusals-one-way": Flow(refusals),
    "refusals-hedge": Flow(refusals, hedge=True),
    "clock": Flow(clock),
    "strangers": Flow(strangers),
    "limits": Flow(limits, weight_limit=100, box_only=True),
}
