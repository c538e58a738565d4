"""A scripted market and an exchange on it: BTCUSDT 100.0 / 100.1 in round numbers, so that sums can be read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hedgectl.sim.exchange import Exchange
from hedgectl.sim.market.feed import Levels, Move
from hedgectl.sim.model import Bracket, NewAlgo, NewOrder, Refusal, Spec, Switches

D = Decimal
START_MS = 1_700_000_000_000
SYMBOL = "BTCUSDT"
BRACKETS = (
    Bracket(1, 100, D(0), D(50_000), D("0.004"), D(0)),
    Bracket(2, 20, D(50_000), D(500_000), D("0.01"), D(300)),
)


class Script:
    """A feed that says what it was told to, when it was told to."""

    def __init__(self, specs: dict[str, Spec]) -> None:
        self.specs = specs
        self._moves: list[tuple[int, list[Move]]] = []

    def say(self, at_ms: int, *moves: Move) -> None:
        self._moves.append((at_ms, list(moves)))
        self._moves.sort(key=lambda item: item[0])

    def next_ms(self) -> int | None:
        return self._moves[0][0] if self._moves else None

    def step(self) -> list[Move]:
        return self._moves.pop(0)[1]


def make_spec(symbol: str, **changed: Any) -> Spec:
    known: dict[str, Any] = {
        "symbol": symbol,
        "base": symbol.removesuffix("USDT"),
        "tick": D("0.1"),
        "step": D("0.001"),
        "min_qty": D("0.001"),
        "max_qty": D(1000),
        "market_max_qty": D(500),
        "min_price": D("1.0"),
        "max_price": D(100_000),
        "min_notional": D(5),
        "multiplier_up": D("1.05"),
        "multiplier_down": D("0.95"),
        "price_precision": 2,
        "qty_precision": 3,
        "anchor_price": D(100),
        "brackets": BRACKETS,
    }
    return Spec(**(known | changed))


class Venue:
    """An exchange with its script, the user events it sent, and short words for what tests do."""

    def __init__(self, hedge: bool, switches: Switches, balance: Decimal, **spec: Any) -> None:
        self.script = Script({SYMBOL: make_spec(SYMBOL, **spec), "ETHUSDT": make_spec("ETHUSDT")})
        self.exchange = Exchange(
            self.script, seed=7, hedge=hedge, balance=balance, start_ms=START_MS, switches=switches
        )
        self.events: list[dict[str, Any]] = []
        self.exchange.on_user_event = self.events.append
        for symbol in self.exchange.specs:
            self.exchange.hands.set_touch(symbol, D("100.0"), D("100.1"), D(10), D(10))
            self.exchange.hands.set_mark(symbol, D("100.0"))

    def touch(self, bid: str, ask: str, bid_qty: str = "10", ask_qty: str = "10", symbol: str = SYMBOL) -> None:
        self.exchange.hands.set_touch(symbol, D(bid), D(ask), D(bid_qty), D(ask_qty))

    def mark(self, price: str, rate: str = "0.0001", symbol: str = SYMBOL) -> None:
        self.exchange.hands.set_mark(symbol, D(price), D(rate))

    def print(self, price: str, qty: str, seller: bool) -> None:
        self.exchange.hands.print_trade(SYMBOL, D(price), D(qty), seller)

    def levels(self, bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> None:
        rows = [tuple((D(price), D(qty)) for price, qty in side) for side in (bids, asks)]
        self.exchange.hands.move_market(Levels(SYMBOL, rows[0], rows[1], snapshot=True))

    def wait(self, ms: int) -> None:
        self.exchange.advance(self.exchange.now_ms + ms)

    def market(self, side: str, qty: str, leg: str | None = None, **more: Any) -> Any:
        return self.exchange.place(NewOrder(SYMBOL, side, "MARKET", leg, qty=D(qty), **more))

    def limit(self, side: str, qty: str, price: str, leg: str | None = None, tif: str = "GTC", **more: Any) -> Any:
        return self.exchange.place(NewOrder(SYMBOL, side, "LIMIT", leg, tif, D(qty), D(price), **more))

    def algo(self, side: str, kind: str, leg: str | None = None, **more: Any) -> Any:
        decimals = {"qty", "price", "trigger_price", "activate_price", "callback_rate"}
        asked = {name: D(value) if name in decimals else value for name, value in more.items()}
        return self.exchange.place_algo(NewAlgo(SYMBOL, side, kind, leg, **asked))

    def qty(self, leg: str = "BOTH") -> Decimal:
        return self.exchange.world.account.qty(SYMBOL, leg)

    def names(self) -> list[str]:
        """The user events so far, in short: `ORDER_TRADE_UPDATE:TRADE`, `ACCOUNT_UPDATE:ORDER`, `ALGO_UPDATE:NEW`."""
        return [name_of(event) for event in self.events]


def name_of(event: dict[str, Any]) -> str:
    match event["e"]:
        case "ORDER_TRADE_UPDATE":
            return f"ORDER:{event['o']['x']}:{event['o']['X']}"
        case "ACCOUNT_UPDATE":
            return f"ACCOUNT:{event['a']['m']}"
        case "ALGO_UPDATE":
            return f"ALGO:{event['o']['X']}"
        case other:
            return str(other)


@pytest.fixture
def venue() -> Callable[..., Venue]:
    """Makes a venue: `venue()` is one-way, `venue(hedge=True)` hedge; keywords of Switches and Spec are taken too."""

    def make(
        hedge: bool = False, balance: str = "100000", spec: dict[str, Any] | None = None, **switches: Any
    ) -> Venue:
        return Venue(hedge, Switches(**switches), D(balance), **(spec or {}))

    return make


@pytest.fixture
def refused() -> Callable[..., Any]:
    """`with refused(-4061): ...` proves that the exchange said exactly that code."""

    class Refused:
        def __init__(self, code: int, *texts: object) -> None:
            self.code, self.texts = code, texts

        def __enter__(self) -> None:
            return None

        def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> bool:
            assert isinstance(error, Refusal), f"not refused, expected {self.code}: {error!r}"
            assert error.code == self.code, f"refused with {error.code}, expected {self.code}"
            if self.texts:
                assert error.texts == self.texts
            return True

    return Refused
