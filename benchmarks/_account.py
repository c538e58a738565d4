"""A large account: an embedded exchange full of positions and orders, its bodies kept, and a state that agrees.

Everything is placed on a real embedded exchange, so that the bodies have the exchange's own shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from hedgectl.core.model.evidence import AlgoRow, OrderRow
from hedgectl.core.model.input import SnapshotTaken
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Mode, Prepared, Purpose, Side
from hedgectl.core.model.reply import Answer
from hedgectl.core.orders.clientid import client_id
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import Settings
from hedgectl.core.state.durable import Cover, Durable, LiveOrder, Position, Stage, key_of
from hedgectl.core.state.volatile import State, fresh_state
from hedgectl.runtime.clock import ExchangeTime, RealClock
from hedgectl.sim import algo_rules
from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.market.feed import Move
from hedgectl.sim.market.specs import spec_of
from hedgectl.sim.model import NewAlgo, NewOrder, Spec
from hedgectl.sim.transport import BoxTransport
from hedgectl.venue.binance import Binance
from hedgectl.venue.client import open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.environment import Environment
from hedgectl.venue.transports.box import InProcess

PRICE, TICK, QUANTITY = Decimal(3000), Decimal("0.01"), Decimal("0.050")
UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large an account is. Each position has two conditional orders; the ordinary ones are on their symbols."""

    symbols: int = 500
    positions: int = 200
    orders: int = 600

    def times(self, factor: int) -> Size:
        return Size(self.symbols * factor, self.positions * factor, self.orders * factor)


class Still:
    """A market of made-up symbols that does not move by itself."""

    def __init__(self, names: tuple[str, ...]) -> None:
        model = spec_of("ETHUSDT")
        self.specs: dict[str, Spec] = {
            name: replace(model, symbol=name, base=name.removesuffix("USDT"), anchor_price=PRICE) for name in names
        }

    def next_ms(self) -> int | None:
        return None

    def step(self) -> list[Move]:
        raise AssertionError("a still market has no moves")


class Canned:
    """Carries requests to `inner`, keeps what came back, and answers from memory once `frozen`."""

    def __init__(self, inner: InProcess) -> None:
        self._inner = inner
        self.frozen = False
        self.answers: dict[str, Answer] = {}

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: str | None, timeout_ms: int
    ) -> Answer:
        path = url.partition("?")[0]
        if not self.frozen:
            self.answers[path] = await self._inner(method, url, headers, body, timeout_ms)
        return self.answers[path]

    async def close(self) -> None:
        await self._inner.close()


def venue_of(size: Size) -> tuple[Binance, Canned]:
    """The real venue over an exchange that holds an account of this size."""
    algo_rules.ALGO_OPEN_MAX = UNLIMITED  # a plain account may have 200, and large ones are what is measured
    clock = RealClock()
    exchange = ExchangeTime(clock)
    names = tuple(f"Q{number:04d}USDT" for number in range(size.symbols))
    world = Exchange(Still(names), seed=1, hedge=True, balance=Decimal(10**9), start_ms=clock.wall_ms())
    for name in names:
        world.hands.set_touch(name, PRICE, PRICE + TICK)
    for number in range(size.positions):
        _hold(world, names[number])
    for number in range(size.orders):
        name, part = names[number % size.positions], number // size.positions
        order = NewOrder(name, "BUY", "LIMIT", "LONG", "GTC", QUANTITY, PRICE - 10 - part)
        order.client_id = client_id(f"entry{number}", Leg.LONG, Purpose.ENTRY)
        world.place(order)
    box = Box(world, weight_limit=UNLIMITED, order_limit_10s=UNLIMITED, order_limit_1m=UNLIMITED)
    wire = BoxTransport(box, clock=clock.wall_ms, sleep=clock.sleep_ms, rng=Random(1))
    canned = Canned(InProcess(wire))
    client = open_client(Environment.SIM, Credentials("sim", "sim"), canned, exchange.now_ms)
    return Binance(client, clock, exchange, Random(1)), canned


def _hold(world: Exchange, name: str) -> None:
    """A LONG leg with its stop and its take profit."""
    world.place(NewOrder(name, "BUY", "MARKET", "LONG", None, QUANTITY))
    for type_, price in (("STOP_MARKET", PRICE - 60), ("TAKE_PROFIT_MARKET", PRICE + 60)):
        stop = NewAlgo(name, "SELL", type_, "LONG", trigger_price=price, close_position=True)
        stop.client_id = client_id(f"{name}{type_}", Leg.LONG, Purpose.COVER)
        world.place_algo(stop)


def believing(seen: SnapshotTaken, symbols: tuple[str, ...]) -> State:
    """A state that believes exactly what a look has shown."""
    durable = Durable(mode=Mode.HEDGE)
    for row in seen.positions:
        durable.positions[key_of(row.symbol, row.leg)] = Position(
            row.symbol, row.leg, row.quantity, row.entry_price, f"opened{row.symbol}", "c"
        )
    for order in seen.orders:
        durable.orders[order.client_id] = _live(order, Purpose.ENTRY, Kind.LIMIT, order.order_id, price=order.price)
    for algo in seen.algos:
        kind = Kind(algo.kind)
        durable.orders[algo.client_id] = _live(algo, Purpose.COVER, kind, algo.algo_id, price=algo.trigger_price)
        if kind is Kind.STOP_MARKET:
            durable.covers[key_of(algo.symbol, algo.leg)] = Cover(
                Leg.LONG, algo.client_id, algo.algo_id, algo.trigger_price, True
            )
    return fresh_state(Settings(symbols), _budget(), durable)


def knowing_nothing(symbols: tuple[str, ...]) -> State:
    """The state of a first start."""
    return fresh_state(Settings(symbols), _budget(), Durable(mode=Mode.HEDGE))


def _budget() -> Budget:
    budget = Budget()
    budget.limits(UNLIMITED, UNLIMITED, UNLIMITED)
    return budget


def _live(row: OrderRow | AlgoRow, purpose: Purpose, kind: Kind, number: int, *, price: Decimal) -> LiveOrder:
    prepared = Prepared(
        client_id=row.client_id, intent_id=row.client_id, correlation_id="c", symbol=row.symbol, leg=Leg.LONG,
        side=Side(row.side), action=Action.CLOSE_ALL if kind.conditional else Action.OPEN, purpose=purpose, kind=kind,
        lane=Lane.PROTECT if kind.conditional else Lane.ENTRY, position_side="LONG", reduce_only=None, timestamp_ms=0,
        recv_window_ms=2_500, quantity=row.quantity or None, price=price,
    )  # fmt: skip
    return LiveOrder(prepared, Stage.ACCEPTED, number, row.status)
