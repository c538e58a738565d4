"""The endpoints that are used, as ccxt names them (path, api section, method), with their official IP weight."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`weight` is that of one symbol, `weight_all` that of asking without a symbol (reference 1.1)."""

    path: str
    api: tuple[str, ...]
    method: str
    weight: int
    weight_all: int = 0

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


PUBLIC, PRIVATE, PRIVATE_V3 = ("fapiPublic",), ("fapiPrivate",), ("fapiPrivateV3",)

TIME = Endpoint("time", PUBLIC, "GET", 1)
INFO = Endpoint("exchangeInfo", PUBLIC, "GET", 1)
BOOK_TICKER = Endpoint("ticker/bookTicker", PUBLIC, "GET", 2, 5)
PREMIUM_INDEX = Endpoint("premiumIndex", PUBLIC, "GET", 1, 10)

ORDER_SEND = Endpoint("order", PRIVATE, "POST", 0)
ORDER_TEST = Endpoint("order/test", PRIVATE, "POST", 0)
ORDER_CANCEL = Endpoint("order", PRIVATE, "DELETE", 1)
ORDER_GET = Endpoint("order", PRIVATE, "GET", 1)
ALGO_SEND = Endpoint("algoOrder", PRIVATE, "POST", 0)
ALGO_CANCEL = Endpoint("algoOrder", PRIVATE, "DELETE", 1)
ALGO_GET = Endpoint("algoOrder", PRIVATE, "GET", 1)

OPEN_ORDERS = Endpoint("openOrders", PRIVATE, "GET", 1, 40)
OPEN_ALGOS = Endpoint("openAlgoOrders", PRIVATE, "GET", 1, 40)
POSITIONS = Endpoint("positionRisk", PRIVATE_V3, "GET", 5)
ACCOUNT = Endpoint("account", PRIVATE_V3, "GET", 5)
ACCOUNT_CONFIG = Endpoint("accountConfig", PRIVATE, "GET", 5)
DUAL = Endpoint("positionSide/dual", PRIVATE, "GET", 30)
OWN_TRADES = Endpoint("userTrades", PRIVATE, "GET", 5)
SYMBOL_CONFIG = Endpoint("symbolConfig", PRIVATE, "GET", 5)
TRADING_STATUS = Endpoint("apiTradingStatus", PRIVATE, "GET", 1, 10)
LEVERAGE_SET = Endpoint("leverage", PRIVATE, "POST", 1)

RESTRICTIONS = Endpoint("account/apiRestrictions", PRIVATE, "GET", 1)
"""At another host: see `Client.ask_rights`."""

LISTEN_KEY_NEW = Endpoint("listenKey", PRIVATE, "POST", 1)
LISTEN_KEY_KEEP = Endpoint("listenKey", PRIVATE, "PUT", 1)
LISTEN_KEY_END = Endpoint("listenKey", PRIVATE, "DELETE", 1)
