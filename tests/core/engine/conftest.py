"""A bench for decisions: one state, a clock in the hand, and short words for what an exchange says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import orjson
import pytest

from hedgectl.core.decision import Decision
from hedgectl.core.engine import decide
from hedgectl.core.model.command import Cancel, Look, Send, SetLeverage
from hedgectl.core.model.evidence import AlgoRow, OrderRow, PositionRow, Quote, TradeRow, Wallet
from hedgectl.core.model.input import (
    AlgoUpdated,
    ClockMeasured,
    CreateAnswered,
    InstrumentsTaken,
    IntentReceived,
    LeveragesTaken,
    LeverageTaken,
    OrderUpdated,
    QuotesTaken,
    SnapshotTaken,
    Started,
    Tick,
    TradesTaken,
)
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.leverage import SymbolLeverage
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Leg, Mode, Prepared, Side
from hedgectl.core.model.reply import Fault, FaultKind, Reply
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.settings import Settings
from hedgectl.core.state.volatile import State, fresh_state

D = Decimal
T0 = 1_767_225_600_000


def instrument(symbol: str = "BTCUSDT", **changes: object) -> Instrument:
    made = Instrument(
        symbol, "TRADING", D("0.10"), D("0.001"), D("0.001"), D("1000"), D("0.001"), D("0.001"), D("120"),
        D("1"), D("1000000"), D("100"), D("1.05"), D("0.95"),
    )  # fmt: skip
    return replace(made, **changes)


class Bench:
    """`say` feeds an input; `sent` are the orders asked to leave; `events` all that was noted, in order."""

    def __init__(self, mode: Mode = Mode.HEDGE, **changes: object) -> None:
        settings = replace(Settings(symbols=("BTCUSDT", "ETHUSDT", "METISUSDT")), **changes)
        self.mode = mode
        self.ms = 0
        self.state: State = fresh_state(settings, Budget())
        self.events: list[object] = []
        self.commands: list[object] = []
        self.trade_id = 0
        self.order_id = 1000

    def say(self, given: object, after_ms: int = 0) -> Decision:
        self.ms += after_ms
        decision = decide(self.state, given, Moment(self.ms, T0 + self.ms, T0 + self.ms))
        self.events += [noted.event for noted in decision.notes]
        self.commands += decision.commands
        return decision

    def start(self) -> Bench:
        self.say(Started("run1", "0", "sim", "x"))
        self.say(ClockMeasured(0, 10))
        self.say(self.rules())
        self.say(self.leverages())
        self.say(self.snapshot())
        self.quote("BTCUSDT", "50000", "50000.1")
        self.quote("METISUSDT", "40", "40.01")
        return self

    def rules(self) -> InstrumentsTaken:
        """What exchangeInfo says."""
        rules = (
            instrument(),
            instrument("ETHUSDT", tick=D("0.01"), min_notional=D("20")),
            instrument("METISUSDT", tick=D("0.01"), step=D("0.01"), market_step=D("0.01"), min_notional=D("5")),
        )
        return InstrumentsTaken(rules, 2400, 300, 1200)

    def leverages(self, leverage: int = 5) -> LeveragesTaken:
        """What symbolConfig says: for every symbol this, which is what an entry gets that asks for none."""
        symbols = self.state.settings.symbols
        return LeveragesTaken(tuple(SymbolLeverage(symbol, leverage) for symbol in symbols), T0 + self.ms)

    def quote(self, symbol: str, bid: str, ask: str) -> None:
        self.say(QuotesTaken((Quote(symbol, D(bid), D(ask), D(bid), T0 + self.ms),)))

    def enter(self, name: str = "k1", symbol: str = "BTCUSDT", side: Side = Side.BUY, **changes: object) -> Decision:
        wish = {"notional_usdt": D("150")} | changes
        return self.say(IntentReceived(Entry(name, symbol, side, T0 + self.ms, **wish)))

    def leave(
        self, name: str = "x1", symbol: str = "BTCUSDT", side: Side | None = Side.SELL, **changes: object
    ) -> Decision:
        return self.say(IntentReceived(Exit(name, symbol, side, T0 + self.ms, **changes)))

    @property
    def sent(self) -> list[Prepared]:
        return [command.order for command in self.commands if isinstance(command, Send)]

    @property
    def sets(self) -> list[tuple[str, int]]:
        """Symbol and leverage of each set that was asked for."""
        asked = [command for command in self.commands if isinstance(command, SetLeverage)]
        return [(each.symbol, each.leverage) for each in asked]

    def read_back(self, leverage: int, symbol: str = "BTCUSDT", answer: Reply | Fault | None = None) -> Decision:
        """A set came to this."""
        answer = answer or Reply(200, orjson.dumps({"symbol": symbol, "leverage": leverage}).decode())
        return self.say(LeverageTaken(symbol, leverage, answer))

    @property
    def looks(self) -> list[Look]:
        return [command for command in self.commands if isinstance(command, Look)]

    @property
    def cancels(self) -> list[Cancel]:
        return [command for command in self.commands if isinstance(command, Cancel)]

    def answer(self, order: Prepared, status: str = "FILLED", executed: Decimal | None = None) -> Decision:
        """The exchange's acknowledgement."""
        self.order_id += 1
        if order.kind.conditional:
            body = {"algoId": self.order_id, "clientAlgoId": order.client_id, "algoStatus": "NEW"}
        else:
            done = order.quantity if executed is None else executed
            body = {
                "orderId": self.order_id,
                "clientOrderId": order.client_id,
                "status": status,
                "executedQty": str(done),
            }
        return self.say(CreateAnswered(order.client_id, Reply(200, orjson.dumps(body).decode()), T0 + self.ms))

    def refuse(self, order: Prepared, code: int, text: str = "no", status: int = 400) -> Decision:
        body = orjson.dumps({"code": code, "msg": text}).decode()
        return self.say(CreateAnswered(order.client_id, Reply(status, body), T0 + self.ms))

    def lose(self, order: Prepared) -> Decision:
        return self.say(CreateAnswered(order.client_id, Fault(FaultKind.READ_TIMEOUT), T0 + self.ms))

    def trade(self, order: Prepared, price: str = "50000", quantity: Decimal | None = None) -> TradeRow:
        self.trade_id += 1
        return TradeRow(
            order.symbol, self.trade_id, self.order_id, order.client_id, order.side, Leg(order.position_side),
            quantity or order.quantity or D(0), D(price), D("0.05"), "USDT", D(0), False, T0 + self.ms,
        )  # fmt: skip

    def fill(
        self, order: Prepared, price: str = "50000", quantity: Decimal | None = None, status: str = "FILLED"
    ) -> Decision:
        """The user stream tells of a fill."""
        trade = self.trade(order, price, quantity)
        live = self.state.durable.orders.get(order.client_id)
        executed = trade.quantity + (live.filled if live is not None else D(0))
        row = OrderRow(
            order.symbol, self.order_id, order.client_id, order.side, Leg(order.position_side), "MARKET", status,
            order.quantity or trade.quantity, executed, D(0), False, T0 + self.ms,
        )  # fmt: skip
        return self.say(OrderUpdated(row, "TRADE", trade))

    def algo(self, order: Prepared, status: str = "NEW", child: int = 0) -> Decision:
        return self.say(AlgoUpdated(self.algo_row(order, status, child)))

    def algo_row(self, order: Prepared, status: str = "NEW", child: int = 0) -> AlgoRow:
        return AlgoRow(
            order.symbol, self.order_id, order.client_id, order.side, Leg(order.position_side), order.kind.value,
            status, D(0), order.trigger_price or D(0), True, child, T0 + self.ms,
        )  # fmt: skip

    def snapshot(
        self, positions: tuple[PositionRow, ...] = (), orders=(), algos=(), mode: Mode | None = None
    ) -> SnapshotTaken:
        money = Wallet(D(1000), D(0), D(1000), D(1000), T0 + self.ms)
        return SnapshotTaken(positions, orders, algos, money, mode or self.mode, "{}", "accountConfig", T0 + self.ms)

    def leg(self, quantity: str, symbol: str = "BTCUSDT", leg: Leg = Leg.LONG, entry: str = "50000") -> PositionRow:
        return PositionRow(symbol, leg, D(quantity), D(entry), D(entry), T0 + self.ms)

    def trades(self, *rows: TradeRow, symbol: str = "BTCUSDT", complete: bool = True) -> TradesTaken:
        return TradesTaken(symbol, rows, 0, complete, T0 + self.ms)

    def look_at(self, *positions: PositionRow, algos=(), mode: Mode | None = None, after_ms: int = 100) -> Decision:
        """A snapshot asked for `after_ms` from now."""
        self.ms += after_ms
        return self.say(self.snapshot(positions, algos=algos, mode=mode))

    def tick(self, after_ms: int = 1000) -> Decision:
        return self.say(Tick(), after_ms)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def holding(self, side: Side = Side.BUY, symbol: str = "BTCUSDT", **changes: object) -> Prepared:
        """Enter, fill, and see the cover resting; returns the cover."""
        self.enter("hold", symbol, side, **changes)
        entry = self.sent[-1]
        self.fill(entry)
        self.answer(entry)
        cover = self.sent[-1]
        self.algo(cover)
        self.answer(cover)
        return cover


@pytest.fixture
def bench() -> Bench:
    return Bench().start()


@pytest.fixture
def one_way() -> Bench:
    return Bench(Mode.ONE_WAY).start()


@pytest.fixture
def make_bench():
    return Bench


@pytest.fixture
def make_instrument():
    return instrument
