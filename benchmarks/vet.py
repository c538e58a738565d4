"""CPU of vetting one entry against a large book, over ccxt's unified create_order; and how it grows with the book.

200 positions, 1,000 open orders, an entry a second until now, an asset beside USDT: what no gate may scan. Vetting is
every gate, sizing and the rate budget; the whole decision also gathers the facts, notes the entry and prepares its
order. Both sides in one process, in turns, by process_time. Run: python benchmarks/vet.py
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from dataclasses import dataclass
from decimal import Decimal

from _measure import at_most, told
from entry import NullFetch, client, theirs_us

from hedgectl.config.convert import to_settings
from hedgectl.config.sources import load
from hedgectl.core.engine import decide
from hedgectl.core.engine.entries import desk_for, vet
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Send
from hedgectl.core.model.evidence import Holding, Quote, Wallet
from hedgectl.core.model.input import ClockMeasured, IntentReceived, QuotesTaken
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.moment import Moment
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Mode, Prepared, Purpose, Side
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.risk.desk import EntryMark
from hedgectl.core.risk.sizing import Sized
from hedgectl.core.settings import Settings
from hedgectl.core.state.durable import Durable, LiveOrder, Position, Stage, key_of
from hedgectl.core.state.volatile import State, fresh_state
from hedgectl.sim.market.specs import specs_of
from hedgectl.sim.wire.info import InfoCache
from hedgectl.sim.wire.limits import Limits

ROUNDS = 15
ENTRIES = 96
POSITIONS, ORDERS, MARKS = 200, 1_000, 256
MARK_MS = 1_016
"""One entry a second: as many as the burst throttle lets through."""
GOAL, GROWTH_GOAL = 0.25, 1.1
NOW = Moment(1_000_000, 1_767_225_600_000, 1_767_225_600_000)
PRICE, QUANTITY, LOTS = Decimal(3_000), Decimal("0.05"), Decimal("0.001")
UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Book:
    """One desk and what it holds. `free` are symbols without anything in them."""

    state: State
    free: tuple[str, ...]


def desk_settings(symbols: tuple[str, ...]) -> Settings:
    """The configuration as it is delivered, with room for the book, and for the entries of a round."""
    config = load({"tier_fringe.gross_nav_pct_max": 200, "risk.burst_max": 256}, {}).config
    return to_settings(config, symbols)


def book_of(positions: int, orders: int) -> Book:
    """A desk with `positions` legs and `orders` working entries, in as many symbols as positions, and some more."""
    names = tuple(f"Q{number:05d}USDT" for number in range(positions + ENTRIES))
    held, free = names[:positions], names[positions:]
    durable = Durable(mode=Mode.HEDGE)
    for name in names:
        durable.instruments[name] = rules(name)
    for name in held:
        durable.positions[key_of(name, Leg.LONG)] = Position(name, Leg.LONG, QUANTITY, PRICE, f"opened{name}", "c")
    for number in range(orders):
        order = working(held[number % positions], number)
        durable.orders[order.client_id] = LiveOrder(order, Stage.ACCEPTED, number + 1, "NEW")
    durable.risk.entries = [
        EntryMark(NOW.exchange_ms - MARK_MS * age, held[age % positions], Side.BUY, "200 USDT", Decimal(200))
        for age in range(MARKS, 0, -1)
    ]
    durable.risk.day, durable.risk.day_nav_usdt, durable.risk.peak_nav_usdt = 1, Decimal(10**7), Decimal(10**7)
    budget = Budget()
    budget.limits(UNLIMITED, UNLIMITED, UNLIMITED)
    state = fresh_state(desk_settings(names), budget, durable)
    volatile = state.volatile
    decide(state, ClockMeasured(0, 1), NOW)
    quotes = [Quote(name, PRICE, PRICE + Decimal("0.01"), PRICE, NOW.exchange_ms) for name in (*names, "BNBUSDT")]
    decide(state, QuotesTaken(tuple(quotes)), NOW)
    money = Decimal(10**7)
    volatile.wallet = Wallet(money, money, money, money, NOW.exchange_ms, (Holding("BNB", Decimal(1)),))
    volatile.checked, volatile.snapshot_ms = True, NOW.exchange_ms
    return Book(state, free)


def rules(name: str) -> Instrument:
    most = Decimal(10_000)
    return Instrument(
        name, "TRADING", Decimal("0.01"), LOTS, LOTS, most, LOTS, LOTS, most, LOTS, Decimal(10**6), Decimal(5),
        Decimal("1.05"), Decimal("0.95"),
    )  # fmt: skip


def working(symbol: str, number: int) -> Prepared:
    name = f"h1-e000001-{number:08d}"
    return Prepared(
        client_id=name, intent_id=name, correlation_id="c", symbol=symbol, leg=Leg.LONG, side=Side.BUY,
        action=Action.OPEN, purpose=Purpose.ENTRY, kind=Kind.LIMIT, lane=Lane.ENTRY, position_side="LONG",
        reduce_only=None, timestamp_ms=0, recv_window_ms=2_500, quantity=QUANTITY, price=PRICE - 10,
    )  # fmt: skip


def wishes(book: Book, turn: str) -> list[Entry]:
    """On paper: through the same gates, and with no leverage to be set on the account first."""
    return [
        Entry(f"{turn}-{number}", name, Side.BUY, NOW.exchange_ms, None, Decimal(200), leg=Leg.LONG, paper=True)
        for number, name in enumerate(book.free)
    ]


def vetting_us(book: Book, turn: int) -> tuple[float, float]:
    """CPU per entry of gathering its facts, and of vetting it."""
    entries = wishes(book, f"v{turn}")
    work = Work(book.state, NOW)
    begun = time.process_time()
    desks = [desk_for(work, entry) for entry in entries]
    gathered = time.process_time()
    verdicts = [vet(work, entry, desk) for entry, desk in zip(entries, desks, strict=True)]
    ended = time.process_time()
    assert all(isinstance(each, Sized) for each in verdicts), verdicts[0]
    return (gathered - begun) / ENTRIES * 1e6, (ended - gathered) / ENTRIES * 1e6


def deciding_us(turn: int) -> float:
    """CPU per entry of the whole decision that takes it, from a book of its own: it moves with each."""
    book = book_of(POSITIONS, ORDERS)
    inputs = [IntentReceived(entry, "bench") for entry in wishes(book, f"d{turn}")]
    begun = time.process_time()
    decisions = [decide(book.state, given, NOW) for given in inputs]
    spent = time.process_time() - begun
    assert all(isinstance(each.commands[-1], Send) for each in decisions if each.commands), decisions[0].notes
    assert all(each.commands for each in decisions), decisions[0].notes
    return spent / ENTRIES * 1e6


async def main() -> None:
    limits = Limits(UNLIMITED, UNLIMITED, UNLIMITED)
    ccxt: NullFetch = client(InfoCache().body(specs_of(("BTCUSDT", "ETHUSDT")), limits, NOW.exchange_ms).decode())
    small, large = book_of(POSITIONS, ORDERS), book_of(10 * POSITIONS, 10 * ORDERS)
    vetting: list[float] = []
    gathering: list[float] = []
    deciding: list[float] = []
    growth: list[float] = []
    for turn in range(ROUNDS + 2):
        gc.collect()
        before = await theirs_us(ccxt, turn)
        gathered, vetted = vetting_us(small, turn)
        theirs = (before + await theirs_us(ccxt, turn)) / 2
        decided = deciding_us(turn)
        grown = (sum(vetting_us(large, turn)) + sum(vetting_us(large, turn))) / 2
        same = (gathered + vetted + sum(vetting_us(small, turn))) / 2
        vetting.append(vetted / theirs)
        gathering.append(gathered / theirs)
        deciding.append(decided / theirs)
        growth.append(grown / same)
    told("ccxt create_order", f"{theirs:.0f} us of CPU")
    at_most("vetting an entry, CPU over create_order's", vetting[2:], GOAL, "x")
    told("gathering what the gates look at", f"median {statistics.median(gathering[2:]):.3g} x")
    told("the whole decision, up to its prepared order", f"median {statistics.median(deciding[2:]):.3g} x")
    at_most("gathering and vetting with ten times the book", growth[2:], GROWTH_GOAL, "x")
    await ccxt.close()


if __name__ == "__main__":
    asyncio.run(main())
