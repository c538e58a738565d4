"""The same lives as our own venue tells them: `Prepared` orders out, inputs of the core and raw answers back."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

from hedgectl.core.model.input import QuotesTaken
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Mode, Prepared, Purpose, Side, Tif
from hedgectl.core.orders.clientid import client_id
from hedgectl.core.orders.outcome import classify_cancel, classify_create
from hedgectl.core.orders.sides import sides
from hedgectl.runtime.clock import ExchangeTime
from hedgectl.venue.asking import server_ms_of
from hedgectl.venue.binance import Binance
from hedgectl.venue.endpoints import TIME

from .flows import Flow, Seen
from .tape import SYMBOLS

SYMBOL = "BTCUSDT"
QUANTITY = Decimal("0.004")
TICK = Decimal("0.1")
INTENT = "tape"


class Hand:
    """Orders of one account, sent and withdrawn, with what their answers prove."""

    def __init__(self, venue: Binance, time: ExchangeTime, hedge: bool) -> None:
        self.venue, self.time = venue, time
        self.mode = Mode.HEDGE if hedge else Mode.ONE_WAY
        self.sent = 0

    def order(self, action: Action, kind: Kind = Kind.MARKET, **more: Any) -> Prepared:
        """An order on the LONG leg, or one that opens it."""
        self.sent += 1
        purpose = Purpose.ENTRY if action is Action.OPEN else Purpose.EXIT
        chosen = sides(self.mode, action, Leg.LONG)
        whole: dict[str, Any] = {
            "client_id": client_id(INTENT, Leg.LONG, purpose, self.sent, 0, 1),
            "intent_id": INTENT,
            "correlation_id": INTENT,
            "symbol": SYMBOL,
            "leg": Leg.LONG,
            "side": Side.BUY if action is Action.OPEN else Side.SELL,
            "action": action,
            "purpose": purpose,
            "kind": kind,
            "lane": Lane.ENTRY,
            "position_side": chosen.position_side,
            "reduce_only": chosen.reduce_only,
            "timestamp_ms": self.time.now_ms(),
            "recv_window_ms": 2500,
            "quantity": None if action is Action.CLOSE_ALL else QUANTITY,
        }
        return Prepared(**(whole | more))

    async def send(self, action: Action, kind: Kind = Kind.MARKET, **more: Any) -> tuple[Prepared, Any]:
        """The order, and what its answer proves."""
        order = self.order(action, kind, **more)
        return order, classify_create(await self.venue.send(order), order)

    async def cancel(self, order: Prepared) -> Any:
        """What the answer to a cancel proves."""
        answer = await self.venue.cancel(order.client_id, order.symbol, order.kind.conditional)
        return classify_cancel(answer, order.client_id)

    async def look(self, order: Prepared) -> Any:
        return await self.venue.look(order.client_id, order.symbol, order.kind.conditional)


async def _price(venue: Binance, share: str) -> Decimal:
    """A share of the best bid, on the tick."""
    taken = await venue.quotes((SYMBOL,))
    assert isinstance(taken, QuotesTaken), taken
    return (taken.quotes[0].bid * Decimal(share)).quantize(TICK, ROUND_DOWN)


async def reads(venue: Binance, time: ExchangeTime, hedge: bool) -> Seen:
    """Every read of the port, a leverage set and read back, a listen key's life."""
    return {
        "clock": await venue.clock(),
        "instruments": await venue.instruments(SYMBOLS),
        "quotes": await venue.quotes(SYMBOLS),
        "mode": await venue.mode(),
        "snapshot": await venue.snapshot(),
        "leverages": await venue.leverages(SYMBOLS),
        "brackets": await venue.brackets(SYMBOLS),
        "set": await venue.set_leverage(SYMBOL, 5),
        "set back": await venue.set_leverage(SYMBOL, 20),
        "key": await venue.create_listen_key(),
        "kept": await venue.keep_listen_key(),
        "ended": await venue.delete_listen_key(),
        "unlisted": await venue.instruments(("NOSUCHUSDT",)),
    }


async def orders(venue: Binance, time: ExchangeTime, hedge: bool) -> Seen:
    """A resting entry looked for and withdrawn; a position opened, seen, closed; its trades."""
    hand = Hand(venue, time, hedge)
    since_ms = server_ms_of(await venue.client.ask_public(TIME, "", 4000))
    price = await _price(venue, "0.97")
    resting, accepted = await hand.send(Action.OPEN, Kind.LIMIT, price=price, tif=Tif.GTX)
    seen: Seen = {"resting": (resting, accepted), "looked": await hand.look(resting)}
    seen["cancelled"], seen["again"] = await hand.cancel(resting), await hand.cancel(resting)
    seen["gone"], seen["never"] = await hand.look(resting), await hand.look(hand.order(Action.OPEN))
    seen["bought"] = await hand.send(Action.OPEN)
    seen["held"] = await venue.snapshot((SYMBOL,))
    seen["sold"] = await hand.send(Action.CLOSE)
    seen["left"] = await venue.snapshot((SYMBOL,))
    seen["trades"] = await venue.trades(SYMBOL, since_ms)
    return seen


async def algos(venue: Binance, time: ExchangeTime, hedge: bool) -> Seen:
    """A cover over a position: seen resting, a second one refused, withdrawn, looked for."""
    hand = Hand(venue, time, hedge)
    trigger = await _price(venue, "0.95")
    await hand.send(Action.OPEN)
    cover, accepted = await hand.send(Action.CLOSE_ALL, Kind.STOP_MARKET, trigger_price=trigger)
    seen: Seen = {"cover": (cover, accepted), "resting": await venue.snapshot((SYMBOL,))}
    seen["second"] = await hand.send(Action.CLOSE_ALL, Kind.STOP_MARKET, trigger_price=trigger)
    seen["looked"], seen["cancelled"] = await hand.look(cover), await hand.cancel(cover)
    seen["gone"] = await hand.look(cover)
    seen["sold"] = await hand.send(Action.CLOSE)
    return seen


async def refusals(venue: Binance, time: ExchangeTime, hedge: bool) -> Seen:
    """Definite refusals by state, in either mode."""
    hand = Hand(venue, time, hedge)
    wrong = sides(Mode.ONE_WAY if hedge else Mode.HEDGE, Action.OPEN, Leg.LONG).position_side
    through = await _price(venue, "1.02")
    return {
        "too small": await hand.send(Action.OPEN, quantity=Decimal("0.001")),
        "too large": await hand.send(Action.OPEN, quantity=Decimal(90)),
        "wrong mode": await hand.send(Action.OPEN, position_side=wrong),
        "nothing to close": await hand.send(Action.CLOSE),
        "post only": await hand.send(Action.OPEN, Kind.LIMIT, price=through, tif=Tif.GTX),
        "late": await hand.send(Action.OPEN, timestamp_ms=time.now_ms() - 9_000),
    }


async def clock(venue: Binance, time: ExchangeTime, hedge: bool) -> Seen:
    """A clock that is wrong: the read is refused, the clock measured, the read asked again and answered."""
    time.measured(-9_000)
    mode = await venue.mode()
    return {"mode": mode, "now_ms": time.now_ms(), "wall_ms": time.clock.wall_ms()}


async def limits(venue: Binance, time: ExchangeTime, hedge: bool) -> Seen:
    """Looks until the minute's weight is gone; then nothing is asked, until the exchange allows it."""
    answers = [await venue.snapshot() for _ in range(3)]
    return {"answers": answers, "now_ms": time.now_ms(), "retry_after_ms": venue.rates.retry_after_ms}


FLOWS = {
    "reads": Flow(reads),
    "orders-one-way": Flow(orders),
    "orders-hedge": Flow(orders, hedge=True),
    "algos-one-way": Flow(algos),
    "algos-hedge": Flow(algos, hedge=True),
    "refusals-one-way": Flow(refusals),
    "refusals-hedge": Flow(refusals, hedge=True),
    "clock": Flow(clock),
    "limits": Flow(limits, weight_limit=150, box_only=True),
}
