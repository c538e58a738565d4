"""A write as it leaves: endpoint and parameters, and the text that is signed. Offline: neither key nor ccxt is needed.

`Binance` sends what is made here, and `route-dry-run` shows it; a test compares the text with what ccxt signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hedgectl.core.model.order import Prepared
from hedgectl.core.orders.params import wire_params
from hedgectl.venue.client import RECV_WINDOW_MS
from hedgectl.venue.endpoints import ALGO_SEND, LEVERAGE_SET, ORDER_SEND, Endpoint

PRIVATE_BASE = "/fapi/v1/"


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes something."""

    endpoint: Endpoint
    params: Mapping[str, str]

    @property
    def method(self) -> str:
        return self.endpoint.method

    @property
    def path(self) -> str:
        return PRIVATE_BASE + self.endpoint.path

    def encoded(self, now_ms: int) -> str:
        """The body up to its signature: ccxt puts the timestamp first, and the client's recvWindow last where the
        parameters bring none. `now_ms` stamps what has no timestamp of its own."""
        whole = {"timestamp": str(now_ms), **self.params}
        whole.setdefault("recvWindow", str(RECV_WINDOW_MS))
        return "&".join(f"{name}={value}" for name, value in whole.items())


def order_write(order: Prepared) -> Write:
    """How an order is sent. Raises ValueError for one that must not be, or that cannot be said on the wire."""
    if order.paper:
        raise ValueError(f"{order.client_id}: a paper order never reaches an exchange")
    return Write(ALGO_SEND if order.kind.conditional else ORDER_SEND, wire_params(order))


def leverage_write(symbol: str, leverage: int) -> Write:
    """How a symbol's leverage is set."""
    return Write(LEVERAGE_SET, {"symbol": symbol, "leverage": str(leverage)})
