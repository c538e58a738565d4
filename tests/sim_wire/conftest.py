"""A desk at the embedded exchange: a scripted market, a signed client, and requests as plain calls."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.http import Request, Response
from hedgectl.sim.market.feed import Mark, Move, Print, Touch
from hedgectl.sim.market.specs import specs_of
from hedgectl.sim.model import Spec, Switches

START_MS = 1_763_596_800_000
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT")
DATA = Path(__file__).parent / "data"


class ScriptedFeed:
    """A market that says what a test told it to say, and nothing else."""

    def __init__(self, specs: dict[str, Spec]) -> None:
        self.specs = specs
        self.script: list[tuple[int, list[Move]]] = []

    def next_ms(self) -> int | None:
        return self.script[0][0] if self.script else None

    def step(self) -> list[Move]:
        return self.script.pop(0)[1]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> int:
        return int(self.body["code"])


@dataclass
class Desk:
    """One client of one box; `now_ms` is true time and moves only when a test moves it."""

    box: Box
    feed: ScriptedFeed
    now_ms: int = START_MS
    key: str = "sim"
    secret: str = "sim"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def exchange(self) -> Exchange:
        return self.box.exchange

    def sign(self, query: str, body: str = "") -> str:
        return hmac.new(self.secret.encode(), (query + body).encode(), hashlib.sha256).hexdigest()

    def request(self, method: str, path: str, *, signed: bool = True, **params: Any) -> Request:
        """A request as a client would send it: GET and DELETE in the query, POST and PUT in the body."""
        sent = {name: _text(value) for name, value in params.items() if value is not None}
        if signed:
            sent.setdefault("timestamp", str(self.now_ms))
        text = urlencode(sent, quote_via=quote)
        if signed:
            text += ("&" if text else "") + f"signature={self.sign(text)}"
        headers = {"X-MBX-APIKEY": self.key} | self.headers
        in_body = method in ("POST", "PUT")
        return Request(method, path, "" if in_body else text, headers, text if in_body else "")

    def send(self, request: Request) -> Answer:
        response: Response = self.box.handle(request, self.now_ms)
        return Answer(response.status, response.headers, json.loads(response.body))

    def ask(self, method: str, path: str, *, signed: bool = True, **params: Any) -> Answer:
        return self.send(self.request(method, path, signed=signed, **params))

    def get(self, path: str, **params: Any) -> Answer:
        return self.ask("GET", path, **params)

    def post(self, path: str, **params: Any) -> Answer:
        return self.ask("POST", path, **params)

    def order(self, side: str = "BUY", qty: str = "0.010", price: str | None = None, **more: Any) -> Answer:
        """POST order on BTCUSDT: LIMIT GTC with a price, MARKET without."""
        plain = {"type": "LIMIT", "timeInForce": "GTC", "price": price} if price else {"type": "MARKET"}
        asked = {"symbol": "BTCUSDT", "side": side, "quantity": qty} | plain | more
        return self.post("/fapi/v1/order", **asked)

    def stop(self, side: str = "SELL", trigger: str = "50000", **more: Any) -> Answer:
        """POST algoOrder on BTCUSDT: STOP_MARKET, closePosition unless a quantity is given."""
        plain = {} if "quantity" in more else {"closePosition": "true"}
        asked = {"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": side, "type": "STOP_MARKET"}
        return self.post("/fapi/v1/algoOrder", **(asked | {"triggerPrice": trigger} | plain | more))

    def say(self, *moves: Move, after_ms: int = 1) -> None:
        """Let the market say `moves`, `after_ms` from now, and be there."""
        self.now_ms += after_ms
        self.feed.script.append((self.now_ms, list(moves)))
        self.box.advance(self.now_ms)

    def price(self, price: str, symbol: str = "BTCUSDT", qty: str = "100") -> None:
        """Touch one tick either side of `price`, last and mark at it."""
        middle, tick, size = Decimal(price), self.exchange.specs[symbol].tick, Decimal(qty)
        self.say(
            Touch(symbol, middle - tick, size, middle + tick, size),
            Print(symbol, middle, Decimal(1), False),
            Mark(symbol, middle, middle, Decimal("0.0001")),
        )

    def wait(self, ms: int) -> None:
        self.now_ms += ms
        self.box.advance(self.now_ms)

    def change(self, symbol: str = "BTCUSDT", **rules: Any) -> None:
        """Change a symbol's rules, as the exchange may at any time."""
        for name, value in rules.items():
            setattr(self.exchange.specs[symbol], name, value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture(scope="session")
def make_desk():
    """Factory of desks: keywords go to the exchange (hedge, balance, switches) or to the box (limits, key)."""

    def make(*, hedge: bool = False, balance: str = "10000", switches: Switches | None = None, **box: Any) -> Desk:
        specs = {symbol: replace(spec) for symbol, spec in specs_of(SYMBOLS).items()}
        feed = ScriptedFeed(specs)
        for symbol, spec in specs.items():
            anchor, size = spec.anchor_price, Decimal(100)
            touch = Touch(symbol, anchor - spec.tick, size, anchor + spec.tick, size)
            feed.script.append((START_MS, [touch, Mark(symbol, anchor, anchor, Decimal("0.0001"))]))
        exchange = Exchange(
            feed,
            seed=7,
            hedge=hedge,
            balance=Decimal(balance),
            start_ms=START_MS - 1,
            switches=switches or Switches(),
        )
        desk = Desk(Box(exchange, **box), feed)
        desk.box.advance(START_MS)
        return desk

    return make


@pytest.fixture
def desk(make_desk):
    """A desk in one-way mode with 10,000 USDT."""
    return make_desk()


@pytest.fixture
def hedged(make_desk):
    """A desk in hedge mode."""
    return make_desk(hedge=True)


@pytest.fixture(scope="session")
def rest_examples() -> dict[str, Any]:
    rows = json.loads((DATA / "rest_examples.json").read_text())
    return {row["endpoint"]: row["example"] for row in rows.values()}


@pytest.fixture(scope="session")
def ccxt_requests() -> list[dict[str, Any]]:
    return json.loads((DATA / "ccxt_requests.json").read_text())["requests"]
