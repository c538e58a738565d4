"""What we hold and what it is worth: NAV, positions with their stops, orders, belief against the exchange, sizes.

What the exchange does not show now is told as it was believed last, with its age: never as nothing (O2, B2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from hedgectl.checks.cache import last_seen, seen
from hedgectl.checks.context import Believed, Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.core.model.input import InstrumentsTaken, QuotesTaken, SnapshotTaken
from hedgectl.core.model.money import plain
from hedgectl.core.reconcile.finding import Finding as Difference
from hedgectl.core.reconcile.finding import Kind
from hedgectl.screens.words import duration, money, plural, price, quantity

if TYPE_CHECKING:
    from hedgectl.config.instruments import Instruments
    from hedgectl.core.model.evidence import AlgoRow, OrderRow, PositionRow
    from hedgectl.core.risk.sizing_check import Check

ORDERS = frozenset((Kind.STRAY_COVER, Kind.UNKNOWN, Kind.LOST_ORDER, Kind.LEFTOVER_ORDER, Kind.FOREIGN_ORDER))
FRESH = "an exchange of its own, opened for this look: there is nothing to compare with"


@check("nav", "book", needs=("key",))
async def nav(ctx: Context) -> Finding:
    """What the account is worth, of what parts, how old that is; below 500 USDT sizes conflict with caps (R3, R5)."""
    from hedgectl.core.risk.nav import portfolio_nav

    limit = ctx.limits.nav_low_usdt
    expected = f"at least {limit} USDT"
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return failed(f"unreadable: {taken.why}", expected, _again(ctx, "reach"), details=_noted_nav(ctx))
    quotes = {}
    if taken.wallet.others:
        place = await ctx.place()
        read = await place.venue.quotes(tuple(f"{each.asset}USDT" for each in taken.wallet.others))
        quotes = {each.symbol: each for each in read.quotes} if isinstance(read, QuotesTaken) else {}
    worth = portfolio_nav(taken.wallet, quotes, ctx.exchange.now_ms())
    assert worth is not None
    wallet = taken.wallet
    parts = f"wallet {hidden('amount', money(wallet.wallet))}, unrealised {_signed(wallet.unrealised)}"
    value = f"{hidden('amount', money(worth.usdt))} USDT  ({parts}), {duration(worth.age_ms / 1000)} old"
    details = [f"not priced, not counted: {', '.join(worth.unpriced)}"] if worth.unpriced else []
    if worth.usdt <= 0:
        return failed(value, expected, "add margin", details=details)
    if worth.usdt < limit:
        lacks = hidden("amount", money(limit - worth.usdt))
        fix = f"add {lacks} USDT of margin, or see what its symbols need: {ctx.asked.command('sizing-check')}"
        return warned(value, expected, fix, details=details)
    return passed(value, expected, details=details)


@check("positions", "book", needs=("config",))
async def positions(ctx: Context) -> Finding:
    """Every position has a stop resting on the exchange; unreadable ones are told as last believed (L3, B2)."""
    from hedgectl.core.engine.diagnosing import diagnose
    from hedgectl.core.state.durable import Durable

    expected = "each with a stop that closes all of it"
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return _unseen(ctx, await ctx.belief(), taken.why, expected)
    believed = None if ctx.fresh else await ctx.belief()
    book = believed.state.durable if believed is not None else Durable()
    found = diagnose(book, taken, ctx.settings, ctx.exchange.now_ms())
    bare = {(each.symbol, each.leg) for each in found if each.kind is Kind.NAKED}
    legs = [each for each in taken.positions if each.quantity]
    rows = [_leg(each, taken, (each.symbol, each.leg.value) in bare) for each in legs]
    about = {"positions": str(len(legs)), "naked": str(len(bare)), "source": "exchange", **seen(rows, ctx.now_ms)}
    if bare:
        named = ", ".join(f"{symbol} {leg}" for symbol, leg in sorted(bare))
        fix = ctx.asked.command("reconcile", "--apply", exchange=True)
        return failed(f"{named} has no stop", expected, fix, details=rows, about=about)
    said = f"{plural(len(legs), 'position')}, each with a stop" if legs else "flat"
    return passed(said + (f", {FRESH.partition(',')[0]}" if ctx.fresh else ""), expected, details=rows, about=about)


@check("orders", "book", needs=("key",))
async def orders(ctx: Context) -> Finding:
    """No order rests that belongs to no position and no intent, in either id space (E4, X4)."""
    expected = "each of a position or an intent of ours"
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return skipped(taken.why)
    resting: tuple[OrderRow | AlgoRow, ...] = (*taken.orders, *taken.algos)
    idle = [each for each in resting if _closes_nothing(each, taken.positions)]
    compared = None if ctx.fresh else await ctx.compared()
    told = [each for each in compared.findings if each.kind in ORDERS] if compared is not None else []
    named = {each.order for each in told}
    strangers = [each for each in idle if each.client_id not in named]
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
    others = f", {len(told)} of others" if told else ""
    value = f"{len(taken.orders)} ordinary, {len(taken.algos)} conditional{others}"
    return passed(value, expected, details=details, about=about)


@check("belief", "book", needs=("key", "journal"))
async def belief(ctx: Context) -> Finding:
    """What we believe to hold is what the exchange shows, size, side and price (B1)."""
    if ctx.fresh:
        return skipped(FRESH)
    expected = "as the exchange shows it"
    try:
        compared = await ctx.compared()
    except (RuntimeError, OSError, ValueError) as wrong:
        return skipped(f"no comparison: {wrong}")
    told = [each for each in compared.findings if each.kind not in ORDERS and each.kind is not Kind.NAKED]
    if not told:
        moving = f", {compared.moving} moving" if compared.moving else ""
        return passed(f"{plural(compared.legs, 'leg')}, {compared.mode}, no difference{moving}", expected)
    fix = ctx.asked.command("reconcile", "--apply", exchange=True)
    details = [_difference(each) for each in told][: ctx.limits.details_max]
    return failed(plural(len(told), "difference"), expected, fix, details=details)


@check("sizing", "book", needs=("config",))
async def sizing(ctx: Context) -> Finding:
    """The smallest order of each symbol fits under its caps at this NAV (R5)."""
    from hedgectl.config.instruments import checks_of, read_instruments
    from hedgectl.config.problem import ConfigRefused
    from hedgectl.screens.sizing import conflict

    expected = "every symbol can be entered"
    worth = await _nav(ctx)
    if worth is None:
        return skipped("no NAV is known: neither the account nor a journal says one")
    try:
        snapshot = await _priced_now(ctx) or read_instruments(ctx.asked.config)
    except ConfigRefused as wrong:
        return skipped(wrong.problems[0].what)
    told = checks_of(snapshot, ctx.settings, ctx.symbols, worth)
    barred = [each for each in told if not each.tradable]
    unknown = [each for each in ctx.symbols if each not in snapshot.listed]
    if unknown:
        return skipped(f"no rules of {', '.join(unknown)} are known")
    if not barred:
        return passed(f"{len(told)} of {len(ctx.symbols)} symbols can be entered", expected)
    fix = _sizing_fixes(barred) or ctx.asked.command("sizing-check", "--nav", plain(worth))
    needed = ", ".join(f"{each.asked.rules.symbol} {_needed(each)}" for each in barred)
    return warned(f"cannot be entered: {needed}", expected, fix, details=[_hide(conflict(each)) for each in barred])


def _needed(each: Check) -> str:
    needs = each.nav_needed_usdt
    return f"below NAV {money(needs)}" if needs is not None else f"at any NAV ({each.code})"


def _hide(text: str) -> str:
    """Sizes follow from NAV, so they say it."""
    symbol, colon, rest = text.partition(": ")
    return f"{symbol}{colon}{hidden('amount', rest)}" if colon else text


def _sizing_fixes(barred: Sequence[Check]) -> str:
    """One configuration line a key that lets all of them in: of what each needs, the largest, or the smallest floor."""
    from hedgectl.config.fixes import fixes

    lines: dict[str, str] = {}
    values: dict[str, Decimal] = {}
    for each in barred:
        found = next((fix for fix in fixes(each) if fix.settings and not fix.margin_usdt), None)
        for setting in found.settings if found is not None else ():
            try:
                new, old = Decimal(setting.new), Decimal(setting.old)
            except ArithmeticError:
                lines[setting.key] = setting.line
                continue
            best = max if new > old else min
            if values.setdefault(setting.key, new) != best(values[setting.key], new) or setting.key not in lines:
                values[setting.key] = new
                lines[setting.key] = setting.line
    return "\n".join(lines.values())


async def _nav(ctx: Context) -> Decimal | None:
    """NAV as the account states it, else as a journal noted it last."""
    from hedgectl.runtime.known import last_nav

    taken = await ctx.snapshot()
    if isinstance(taken, SnapshotTaken):
        return taken.wallet.margin_balance if taken.wallet.margin_balance > 0 else None
    known = last_nav(ctx.journal, ctx.now_ms)
    return known[0] if known is not None else None


async def _priced_now(ctx: Context) -> Instruments | None:
    """Rules and prices as they are now; None where the exchange does not tell them."""
    from hedgectl.config.instruments import Instruments, Listed

    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return None
    rules, quotes = await ctx.instruments(), await ctx.quotes()
    if not (isinstance(rules, InstrumentsTaken) and isinstance(quotes, QuotesTaken)):
        return None
    asks = {each.symbol: each.ask for each in quotes.quotes if each.ask}
    listed = {each.symbol: Listed(asks[each.symbol], each) for each in rules.instruments if each.symbol in asks}
    return Instruments(ctx.journal, ctx.environment, ctx.now_ms, listed)


def _noted_nav(ctx: Context) -> list[str]:
    from hedgectl.runtime.known import last_nav

    known = last_nav(ctx.journal, ctx.now_ms)
    if known is None:
        return []
    return [f"belief, {duration(known[1])} old: {hidden('amount', money(known[0]))} USDT, as the journal noted it"]


def _unseen(ctx: Context, believed: Believed | None, why: str, expected: str) -> Finding:
    """Positions that the exchange does not show: as the journal believes them, else as they were seen last; marked as
    belief, with its age, and never "none" for not knowing."""
    known = last_seen(ctx.state_dir, "positions", ctx.now_ms)
    about = {"source": "belief"} | (seen(*known) if known is not None else {})
    if believed is not None:
        legs, age_s, whose = _believed_legs(believed), believed.age_s, ""
    elif known is not None:
        legs, whose = [hidden("amount", each) for each in known[0]], ", of an earlier examination"
        age_s = max(ctx.now_ms - known[1], 0) / 1000
    else:
        told = ["nothing is known: no journal, and no earlier examination"]
        return failed(f"unreadable: {why}", expected, _again(ctx, "reach"), details=told, about={"source": "none"})
    details = [f"belief, {duration(age_s)} old{whose}: {each}" for each in legs or ["flat"]]
    return failed(f"unreadable: {why}", expected, _again(ctx, "reach"), details=details, about=about)


def _believed_legs(believed: Believed) -> list[str]:
    durable, told = believed.state.durable, []
    for key, each in sorted(durable.positions.items()):
        cover = durable.covers.get(key)
        stop = price(cover.trigger_price) if cover is not None and cover.direction is each.direction else "none"
        size = hidden("amount", f"{quantity(abs(each.quantity))} @ {price(each.entry_price)}")
        told.append(f"{each.symbol} {each.direction.value} {size}, stop {hidden('amount', stop)}")
    return told


def _again(ctx: Context, name: str) -> str:
    return ctx.asked.command("doctor", "--only", name, exchange=True)


def _signed(amount: Decimal) -> str:
    return hidden("amount", money(amount, sign=True))


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
