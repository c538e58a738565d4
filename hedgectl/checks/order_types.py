"""`doctor --deep`: each type of order, checked by the exchange as if it were sent, in the account's own mode (X11).

Nothing is placed. There is no such door for conditional orders, which is said rather than passed over.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped
from hedgectl.checks.registry import check
from hedgectl.core.model.input import InstrumentsTaken, QuotesTaken, ReadFailed, SnapshotTaken
from hedgectl.core.model.order import Action, Kind, Lane, Leg, Mode, Prepared, Purpose, Side, Tif

if TYPE_CHECKING:
    from hedgectl.core.model.evidence import Quote
    from hedgectl.core.model.instrument import Instrument

DEEP_ONLY = "only with --deep, which has the exchange check orders and places none"
INTENT = "doctor --deep"
AWAY = Decimal("0.01")
TRIED: tuple[tuple[Kind, Tif | None], ...] = (
    (Kind.MARKET, None),
    *((Kind.LIMIT, tif) for tif in (Tif.GTC, Tif.IOC, Tif.FOK, Tif.GTX)),
)


@check("order-types", "exchange", needs=("key", "filters"), may="fail", limit_s=6.0)
async def order_types(ctx: Context) -> Finding:
    """The exchange would take a market order and limits of every time in force, each way (X11)."""
    if not ctx.asked.deep:
        return skipped(DEEP_ONLY)
    expected, venue = "every type would be taken", (await ctx.place()).venue
    taken, rules, quotes = await ctx.snapshot(), await ctx.instruments(), await ctx.quotes(ctx.symbols)
    if not (
        isinstance(taken, SnapshotTaken) and isinstance(rules, InstrumentsTaken) and isinstance(quotes, QuotesTaken)
    ):
        unread = next(each for each in (taken, rules, quotes) if isinstance(each, ReadFailed))
        return skipped(unread.why)
    listed = {each.symbol: each for each in rules.instruments}
    quote = next((each for each in quotes.quotes if each.symbol in listed), None)
    if quote is None:
        return skipped("none of our symbols has a quote")
    rule = listed[quote.symbol]
    told, refused = [], []
    for order in _orders(rule, quote, taken.mode, ctx):
        said = _said(await venue.try_order(order))
        name = f"{order.kind.value}{f' {order.tif.value}' if order.tif else ''} {order.side.value}"
        told.append(f"{name} {order.position_side}: {said or 'would be taken'}")
        if said:
            refused.append(told[-1])
    if refused:
        fix = f"{ctx.asked.command('explain')}    # or what the exchange says of the account"
        return failed(f"{len(refused)} of {len(told)} would be refused", expected, fix, details=refused)
    return passed(f"{len(told)} would be taken, {taken.mode.value}, {rule.symbol}", expected, details=told)


@check("conditional-orders", "exchange", needs=("key",))
async def conditional_orders(ctx: Context) -> Finding:
    """Stops, take-profits and trailing stops cannot be tried: the exchange has no test endpoint for them (X4, X11)."""
    if not ctx.asked.deep:
        return skipped(DEEP_ONLY)
    return skipped("no test endpoint for conditional orders: order/test takes LIMIT and MARKET only")


def _orders(rule: Instrument, quote: Quote, mode: Mode, ctx: Context) -> list[Prepared]:
    """The smallest order of each type, both sides, in the account's mode."""
    from hedgectl.core.model.money import ZERO, floor_step
    from hedgectl.core.orders.clientid import client_id
    from hedgectl.core.orders.sides import opening_leg, sides
    from hedgectl.core.risk.sizing import smallest_quantity

    made = []
    for kind, tif in TRIED:
        for side in Side:
            leg = opening_leg(side) if mode is Mode.HEDGE else Leg.BOTH
            limit = kind is Kind.LIMIT
            takes = tif in (Tif.IOC, Tif.FOK)  # the others rest
            away = 1 + side.sign * (AWAY if takes else -AWAY)
            price = floor_step(quote.mid * away, rule.tick) if limit else None
            quantity = smallest_quantity(rule, price or min(quote.bid, quote.mark), not limit, ZERO)
            wire = sides(mode, Action.OPEN, leg)
            name = client_id(f"{INTENT} {kind} {tif} {side}", leg, Purpose.ENTRY)
            order = Prepared(
                name, INTENT, INTENT, rule.symbol, leg, side, Action.OPEN, Purpose.ENTRY, kind, Lane.RECONCILE,
                wire.position_side, wire.reduce_only, ctx.exchange.now_ms(), ctx.settings.entry_recv_window_ms,
                quantity, price, tif=tif,
            )  # fmt: skip
            made.append(order)
    return made


def _said(answer: object) -> str:
    """Why it would be refused, "" if it would not."""
    from hedgectl.core.model.reply import Fault, Reply
    from hedgectl.core.orders.outcome import error_of

    if isinstance(answer, Fault):
        return f"no answer: {answer.kind.value}"
    assert isinstance(answer, Reply)
    error = error_of(answer)
    if error is not None:
        return f"{error[0]} {error[1]}"
    return "" if answer.status == 200 else f"HTTP {answer.status}"
