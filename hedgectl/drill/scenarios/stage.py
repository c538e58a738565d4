"""The stage of a scenario: one symbol, a calm market, and what people, the desk and the wire do at given seconds.

The script runs once, whatever is killed meanwhile: the world does not wait for a process. Wishes are said again to
each incarnation, as an inbox that was not acknowledged would; what a person did is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from hedgectl.core.model.input import IntentReceived, StopRequested
from hedgectl.core.model.intent import Entry, Exit, Intent
from hedgectl.core.model.order import Kind, Leg, Side
from hedgectl.drill.life import Life
from hedgectl.drill.wishes import Said
from hedgectl.runtime.assembly import Trader
from hedgectl.runtime.clock import Clock
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.faults.flight import Flight
from hedgectl.sim.faults.flight import Kind as Broken
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.faults.registry import REQUEST
from hedgectl.sim.faults.sizes import Sizes
from hedgectl.sim.model import NewOrder

SYMBOL = "ETHUSDT"
NOTIONAL_USDT = Decimal(150)
SOURCE = "drill"
READY_EVERY_MS = 20
READY_MS_MAX = 30_000
ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"

Script = Callable[["Stage"], Coroutine[Any, Any, None]]
Strike = Callable[[Flight], None]


class Strikes(FaultProfile):
    """Single faults: each meets the first request of its method and path, once in a life. The user stream is silent
    for as long as `on_streams` is True."""

    def __init__(self) -> None:
        super().__init__({"event_missing": 1.0}, Sizes(clock_ms=0, clock_jump_ms=0))
        self.on_requests, self.on_streams = True, False
        self.waiting: dict[tuple[str, str], Strike] = {}

    def strike_request(self, flight: Flight, choice: Random, detail: Random) -> str | None:
        """Apply the fault that waits for such a request; it is counted by its key."""
        strike = self.waiting.pop((flight.request.method, flight.request.path), None)
        if strike is None:
            return None
        strike(flight)
        return f"{flight.request.method} {flight.request.path}"


@dataclass(slots=True)
class Stage:
    """What a script may do. Times are seconds since the life's birth."""

    clock: Clock
    mode: str
    strikes: Strikes = field(default_factory=Strikes)
    life: Life | None = None
    wishes: list[Intent] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    listening: Trader | None = None

    @property
    def exchange(self) -> Exchange:
        assert self.life is not None
        return self.life.exchange

    @property
    def leg(self) -> str:
        """What the wire calls the leg that a BUY opens."""
        return "LONG" if self.mode == "hedge" else "BOTH"

    @property
    def held(self) -> Decimal:
        """What the exchange holds of that leg, signed."""
        return sum((each.qty for each in self.exchange.positions(SYMBOL) if each.position_side == self.leg), Decimal(0))

    async def at(self, s: float) -> None:
        """Wait until `s` seconds of the life are over."""
        await self.clock.sleep_ms(max(round(s * 1000) - self.clock.mono_ms(), 0))

    def wish(self, intent: Intent) -> None:
        """The desk wants this, and says so again after each crash."""
        self.wishes.append(intent)
        if self.listening is not None:
            self._say(intent, self.listening)

    def enter(self, name: str = "in", **more: Any) -> None:
        """Wish for a long entry: market and of `NOTIONAL_USDT`, unless `more` says otherwise."""
        wanted = {"notional_usdt": NOTIONAL_USDT} | more
        self.wish(Entry(name, SYMBOL, Side.BUY, self.clock.wall_ms(), **wanted))

    def rest(self, name: str = "in", **more: Any) -> None:
        """Wish for a long entry that rests below the market."""
        self.enter(name, kind=Kind.LIMIT, price=self.price("-0.002"), **more)

    def leave(self, name: str = "out", **more: Any) -> None:
        """Wish to leave the long position, whole unless a quantity is given."""
        self.wish(Exit(name, SYMBOL, Side.SELL, self.clock.wall_ms(), leg=Leg.LONG, **more))

    def price(self, share: str) -> Decimal:
        """The bid, moved by a share of itself, on a tick."""
        return (self.exchange.quote(SYMBOL).bid * (1 + Decimal(share))).quantize(Decimal("0.01"))

    def by_hand(self, side: str, qty: Decimal, leg: str | None = None) -> None:
        """A person trades at the market; a quantity of 0 is a hand that finds nothing to do."""
        if qty:
            self.exchange.hands.place_manual(NewOrder(SYMBOL, side, "MARKET", leg or self.leg, qty=qty))

    def fall(self, share: str) -> None:
        """The market trades lower by a share, for as long as the feed says nothing new."""
        price, hands = self.price("-" + share), self.exchange.hands
        hands.set_touch(SYMBOL, price, price + Decimal("0.01"))
        hands.print_trade(SYMBOL, price, Decimal(1), True)

    def trade_through(self, share: Decimal) -> None:
        """Others trade with what rests for us: all that is ahead of it, and a share of what is left."""
        for order in self.exchange.open_orders(SYMBOL):
            part = (order.left * share).quantize(Decimal("0.001"))
            self.exchange.hands.print_trade(SYMBOL, order.price, order.queue_ahead + part, order.side == "BUY")

    def strike(self, method: str, path: str, how: Strike) -> None:
        """The next request of this kind meets a fault."""
        self.strikes.waiting[method, path] = how

    def mute(self, on: bool = True) -> None:
        """The user stream says nothing, or speaks again; what it has kept back it never tells."""
        self.strikes.on_streams = on

    def stop(self) -> None:
        """Somebody asks for an orderly end."""
        if self.listening is not None:
            self.listening.executor.offer(StopRequested("a person"))

    async def hear(self, trader: Trader) -> None:
        """Once the account was read, say every wish so far to this incarnation, and from now on at once."""
        until = trader.clock.mono_ms() + READY_MS_MAX
        state = trader.state
        while not (state.volatile.ready and state.volatile.quotes and state.durable.instruments):
            if trader.clock.mono_ms() > until:
                raise TimeoutError(f"the account was not read in {READY_MS_MAX} ms")
            await trader.clock.sleep_ms(READY_EVERY_MS)
        self.listening = trader
        for intent in self.wishes:
            self._say(intent, trader)

    def _say(self, intent: Intent, trader: Trader) -> None:
        now_ms, volatile = trader.clock.mono_ms(), trader.state.volatile
        self.said.append(Said(now_ms, intent, now_ms - volatile.wallet_mono_ms))
        trader.executor.offer(IntentReceived(intent, SOURCE))


def fault(name: str) -> Strike:
    """A fault of the catalogue that draws nothing, as a strike."""

    def strike(flight: Flight) -> None:
        REQUEST[name].act(flight, Random(0))

    return strike


def held_up(ms: int) -> Strike:
    """The request waits so long before the exchange takes it, and no reply comes."""

    def strike(flight: Flight) -> None:
        flight.hold_ms, flight.fault = ms, Broken.READ_TIMEOUT

    return strike
