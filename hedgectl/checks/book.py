"""What we hold: positions with their stops, resting orders, and belief against the exchange.

What the exchange does not show now is told as it was believed last, with its age: never as nothing (O2, B2).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hedgectl.checks.cache import last_seen, seen
from hedgectl.checks.context import Believed, Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.limits import NotAsked
from hedgectl.checks.parallel import in_thread
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.core.model.input import ReadFailed, SnapshotTaken
from hedgectl.core.orders.clientid import parse_client_id
from hedgectl.core.reconcile.finding import Finding as Difference
from hedgectl.core.reconcile.finding import Kind
from hedgectl.screens.words import duration, plural, price, quantity

if TYPE_CHECKING:
    from hedgectl.core.model.evidence import AlgoRow, OrderRow, PositionRow
    from hedgectl.screens.reconcile import Compared

ORDERS = frozenset((Kind.STRAY_COVER, Kind.UNKNOWN, Kind.LOST_ORDER, Kind.LEFTOVER_ORDER, Kind.FOREIGN_ORDER))
FRESH = "an exchange of its own, opened for this look: there is nothing to compare with"


@check("positions", "book", needs=("config",), may="warn fail", limit_s=8.0)
async def positions(ctx: Context) -> Finding:
    """Every position has a stop resting on the exchange; unreadable ones are told as last believed (L3, B2)."""
    expected = "each with a stop that closes all of it"
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return await _unseen(ctx, taken, expected)
    bare = await _bare(ctx, taken)
    if bare and await ctx.run_answers():  # the run may be placing the stop right now: what is bare in two looks is bare
        taken = await ctx.snapshot_later(ctx.limits.cover_s_max)
        if not isinstance(taken, SnapshotTaken):
            return await _unseen(ctx, taken, expected)
        bare &= await _bare(ctx, taken)
    legs = [each for each in taken.positions if each.quantity]
    rows = [_leg(each, taken, (each.symbol, each.leg.value) in bare) for each in legs]
    about = {"positions": str(len(legs)), "naked": str(len(bare)), "source": "exchange", **seen(rows, ctx.now_ms)}
    if bare:
        named = ", ".join(f"{symbol} {leg}" for symbol, leg in sorted(bare))
        fix = ctx.asked.command("reconcile", "--apply", exchange=True)
        value = f"{named} {'has' if len(bare) == 1 else 'have'} no stop"
        return failed(value, expected, fix, details=rows, about=about)
    said = f"{plural(len(legs), 'position')}, each with a stop" if legs else "flat"
    return passed(said + (f", {FRESH.partition(',')[0]}" if ctx.fresh else ""), expected, details=rows, about=about)


async def _bare(ctx: Context, taken: SnapshotTaken) -> set[tuple[str, str]]:
    """(symbol, leg) of every position that should have a stop and shows none."""
    from hedgectl.core.engine.diagnosing import diagnose
    from hedgectl.core.state.durable import Durable

    believed = None if ctx.fresh else await ctx.belief()
    book = believed.state.durable if believed is not None else Durable()
    found = diagnose(book, taken, ctx.settings, ctx.exchange.now_ms())
    return {(each.symbol, each.leg) for each in found if each.kind is Kind.NAKED}


@check("orders", "book", needs=("key",), may="warn fail", limit_s=5.0)
async def orders(ctx: Context) -> Finding:
    """No order rests that belongs to no position and no intent, in either id space (E4, X4)."""
    expected = "each of a position or an intent of ours"
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return skipped(taken.why)
    compared = "" if ctx.fresh else await _compared(ctx)
    told = [each for each in compared.findings if each.kind in ORDERS] if not isinstance(compared, str) else []
    named = {each.order for each in told}
    resting: tuple[OrderRow | AlgoRow, ...] = (*taken.orders, *taken.algos)
    idle = [each for each in resting if _closes_nothing(each, taken.positions)]
    strangers = [each for each in idle if each.client_id not in named and parse_client_id(each.client_id) is None]
    details = [*map(_difference, told), *map(_resting, strangers)][: ctx.limits.details_max]
    about = {"orders": str(len(taken.orders)), "algos": str(len(taken.algos))}
    ours = [each for each in told if each.repairable]
    if ours:
        fix = ctx.asked.command("reconcile", "--apply", exchange=True)
        return failed(f"{plural(len(ours), 'order')} out of place", expected, fix, details=details, about=about)
    if strangers:
        fix = "withdraw them at the exchange: " + ", ".join(f"{each.symbol} {_id(each)}" for each in strangers[:5])
        value = f"{plural(len(strangers), 'order')} of others, closing no position"
        return warned(value, expected, fix, details=details, about=about)
    value = f"{len(taken.orders)} ordinary, {len(taken.algos)} conditional"
    if isinstance(compared, str) and compared:
        return skipped(f"{value}, not compared with belief: {compared}")
    others = f", {len(told)} of others" if told else ""
    return passed(f"{value}{others}", expected, details=details, about=about)


async def _compared(ctx: Context) -> Compared | str:
    """Belief against the exchange, or why that cannot be had."""
    try:
        return await ctx.compared()
    except (RuntimeError, OSError, ValueError) as wrong:
        return str(wrong) or type(wrong).__name__


@check("belief", "book", needs=("key", "journal"), may="fail", limit_s=5.0)
async def belief(ctx: Context) -> Finding:
    """What we believe to hold is what the exchange shows, size, side and price (B1)."""
    if ctx.fresh:
        return skipped(FRESH)
    expected = "as the exchange shows it"
    compared = await _compared(ctx)
    if isinstance(compared, str):
        return skipped(f"no comparison: {compared}")
    told = [each for each in compared.findings if each.kind not in ORDERS and each.kind is not Kind.NAKED]
    if not told:
        moving = f", {compared.moving} moving" if compared.moving else ""
        return passed(f"{plural(compared.legs, 'leg')}, {compared.mode}, no difference{moving}", expected)
    fix = ctx.asked.command("reconcile", "--apply", exchange=True)
    details = [_difference(each) for each in told][: ctx.limits.details_max]
    return failed(plural(len(told), "difference"), expected, fix, details=details)


async def _unseen(ctx: Context, unread: ReadFailed, expected: str) -> Finding:
    """Positions that the exchange does not show: as the journal believes them, else as they were seen last; marked as
    belief, with its age, and never "none" for not knowing. It warns where the exchange was not asked."""
    believed = await ctx.belief()
    known = await in_thread(lambda: last_seen(ctx.state_dir, "positions", ctx.now_ms))
    about = {"source": "belief"} | (seen(*known) if known is not None else {})
    if believed is not None:
        told = _believed_legs(believed) or ["flat"]
        details = [f"belief, {duration(believed.age_s)} old: {each}" for each in told]
    elif known is not None:
        age_s = max(ctx.now_ms - known[1], 0) / 1000
        told = [hidden("amount", each) for each in known[0]] or ["flat"]
        details = [f"belief, {duration(age_s)} old, of an earlier examination: {each}" for each in told]
    else:
        details, about = ["nothing is known: no journal, and no earlier examination"], {"source": "none"}
    if isinstance(unread, NotAsked):
        fix = f"sleep {ctx.minute_left_s}    # until the minute is over"
        return warned(unread.why, expected, fix, details=details, about=about)
    return failed(f"unreadable: {unread.why}", expected, ctx.asked.again("reach"), details=details, about=about)


def _believed_legs(believed: Believed) -> list[str]:
    durable, told = believed.state.durable, []
    for key, each in sorted(durable.positions.items()):
        cover = durable.covers.get(key)
        stop = price(cover.trigger_price) if cover is not None and cover.direction is each.direction else "none"
        size = hidden("amount", f"{quantity(abs(each.quantity))} @ {price(each.entry_price)}")
        told.append(f"{each.symbol} {each.direction.value} {size}, stop {hidden('amount', stop)}")
    return told


def _leg(each: PositionRow, taken: SnapshotTaken, bare: bool) -> str:
    from hedgectl.core.engine.diagnosing import covers_leg
    from hedgectl.core.orders.sides import closing_leg

    beside = [row for row in taken.algos if covers_leg(row) and (row.symbol, row.leg) == (each.symbol, each.leg)]
    stops = [row.trigger_price for row in beside if closing_leg(row.side) is each.direction]
    size = hidden("amount", f"{quantity(abs(each.quantity))} @ {price(each.entry_price)}")
    stop = "NO STOP" if bare else f"stop {hidden('amount', price(stops[0]))}" if stops else "left alone by policy"
    return f"{each.symbol} {each.direction.value} {size}  {stop}"


def _closes_nothing(row: OrderRow | AlgoRow, legs: Iterable[PositionRow]) -> bool:
    """Whether an order could only close, and there is nothing that it closes."""
    from hedgectl.core.model.order import Leg
    from hedgectl.core.orders.sides import closing_leg

    whole = bool(getattr(row, "close_position", False))
    if not (row.reduce_only or whole or (row.leg is not Leg.BOTH and row.leg is closing_leg(row.side))):
        return False
    held = [each for each in legs if each.quantity and (each.symbol, each.leg) == (row.symbol, row.leg)]
    return not any(each.direction is closing_leg(row.side) for each in held)


def _difference(each: Difference) -> str:
    where = " ".join(part for part in (each.symbol, each.leg) if part) or "account"
    sizes = f"{hidden('amount', each.ours or 'nothing')} against {hidden('amount', each.theirs)}"
    order = f" {hidden('order', each.order)}" if each.order else ""
    return f"{where} {each.kind.value.replace('_', ' ')}: {sizes}{order}, {each.repair}"


def _resting(row: OrderRow | AlgoRow) -> str:
    return f"{row.symbol} {row.leg.value} {row.side.value} {row.kind} {hidden('order', _id(row))}: closes no position"


def _id(row: OrderRow | AlgoRow) -> int:
    found = getattr(row, "algo_id", 0) or getattr(row, "order_id", 0)
    return int(found)
