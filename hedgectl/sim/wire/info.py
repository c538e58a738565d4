"""exchangeInfo: the rules of every symbol. Encoded per symbol and kept until that symbol's rules change.

All seven order types stay listed, because ccxt checks them there, although five belong to algoOrder (wire facts 1.2).
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter

import orjson

from hedgectl.sim.model import Spec
from hedgectl.sim.wire.limits import Limits

ORDER_TYPES = [
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
]
TIFS = ["GTC", "IOC", "FOK", "GTX", "GTD"]
_rules_of = attrgetter(*(field.name for field in fields(Spec)))


def rate_limits(limits: Limits) -> list[dict[str, object]]:
    """The limits in force, as exchangeInfo lists them."""
    return [
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": limits.weight.limit,
        },
        *order_limits(limits),
    ]


def order_limits(limits: Limits) -> list[dict[str, object]]:
    """The order limits alone, as rateLimit/order lists them."""
    return [
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": limits.orders_10s.limit},
        {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": limits.orders_1m.limit},
    ]


class InfoCache:
    """The encoded rules per symbol, each with the values that it was encoded from."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, bytes]] = {}

    def body(self, specs: dict[str, Spec], limits: Limits, server_ms: int) -> bytes:
        """The whole answer of GET exchangeInfo."""
        head = orjson.dumps(
            {
                "timezone": "UTC",
                "serverTime": server_ms,
                "futuresType": "U_MARGINED",
                "rateLimits": rate_limits(limits),
                "exchangeFilters": [],
                "assets": _assets(specs),
            }
        )
        return head[:-1] + b',"symbols":[' + b",".join([self._rules(spec) for spec in specs.values()]) + b"]}"

    def _rules(self, spec: Spec) -> bytes:
        now = _rules_of(spec)
        kept = self._kept.get(spec.symbol)
        if kept is not None and kept[0] == now:
            return kept[1]
        raw = orjson.dumps(show_rules(spec))
        self._kept[spec.symbol] = (now, raw)
        return raw


def _assets(specs: dict[str, Spec]) -> list[dict[str, object]]:
    quotes = dict.fromkeys(spec.quote for spec in specs.values())
    return [{"asset": asset, "marginAvailable": True, "autoAssetExchange": "-10000"} for asset in quotes]


def show_rules(spec: Spec) -> dict[str, object]:
    """One symbol of exchangeInfo."""
    return {
        "symbol": spec.symbol,
        "pair": spec.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": spec.delivery_ms,
        "onboardDate": spec.onboard_ms,
        "status": spec.status,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": spec.base,
        "quoteAsset": spec.quote,
        "marginAsset": spec.quote,
        "pricePrecision": spec.price_precision,
        "quantityPrecision": spec.qty_precision,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": list(spec.underlying_sub_type),
        "settlePlan": 0,
        "triggerProtect": str(spec.trigger_protect),
        "liquidationFee": str(spec.liquidation_fee),
        "marketTakeBound": str(spec.take_bound),
        "filters": _filters(spec),
        "orderTypes": ORDER_TYPES,
        "timeInForce": TIFS,
    }


def _filters(spec: Spec) -> list[dict[str, object]]:
    lot = {"minQty": _plain(spec.min_qty), "stepSize": _plain(spec.step)}
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": _plain(spec.min_price),
            "maxPrice": _plain(spec.max_price),
            "tickSize": _plain(spec.tick),
        },
        {"filterType": "LOT_SIZE", "maxQty": _plain(spec.max_qty), **lot},
        {"filterType": "MARKET_LOT_SIZE", "maxQty": _plain(spec.market_max_qty), **lot},
        {"filterType": "MAX_NUM_ORDERS", "limit": spec.max_orders},
        {"filterType": "MIN_NOTIONAL", "notional": _plain(spec.min_notional)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": _plain(spec.multiplier_up),
            "multiplierDown": _plain(spec.multiplier_down),
            "multiplierDecimal": "4",
        },
    ]


def _plain(value: object) -> str:
    return format(value, "f")
