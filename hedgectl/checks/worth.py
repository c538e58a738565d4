"""What the account is worth, and what can be traded with that: NAV with its age, and the sizes of orders.

What the exchange does not show now is told as the journal noted it last, with its age: never as nothing (O2, R3).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.parallel import in_thread
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.core.model.input import InstrumentsTaken, QuotesTaken, SnapshotTaken
from hedgectl.core.model.money import plain
from hedgectl.screens.words import duration, money

if TYPE_CHECKING:
    from hedgectl.config.instruments import Instruments
    from hedgectl.core.risk.nav import Nav
    from hedgectl.core.risk.sizing_check import Check


@check("nav", "book", needs=("key",), may="warn fail")
async def nav(ctx: Context) -> Finding:
    """NAV, with its parts and its age, is at least 500 USDT: below, sizes come into conflict with caps (R3, R5)."""
    limit = ctx.limits.nav_low_usdt
    expected = f"at least {limit} USDT"
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        details = await in_thread(lambda: _noted_nav(ctx))
        return failed(f"unreadable: {taken.why}", expected, ctx.asked.again("reach"), details=details)
    worth, wallet = await _portfolio(ctx, taken), taken.wallet
    parts = f"wallet {_private(wallet.wallet)}, unrealised {_private(wallet.unrealised, sign=True)}"
    value = f"{_private(worth.usdt)} USDT  ({parts}), {duration(worth.age_ms / 1000)} old"
    details = [f"not priced, not counted: {', '.join(worth.unpriced)}"] if worth.unpriced else []
    if worth.usdt <= 0:
        return failed(value, expected, "add margin", details=details)
    if worth.usdt < limit:
        lacks = _private(limit - worth.usdt)
        fix = f"{ctx.asked.command('sizing-check')}    # what its symbols need; or add {lacks} USDT of margin"
        return warned(value, expected, fix, details=details)
    return passed(value, expected, details=details)


async def nav_known(ctx: Context) -> tuple[Decimal, str] | None:
    """(NAV in USDT, "") as the account states it, else as a journal noted it last, with words on that; None where
    neither says one."""
    from hedgectl.runtime.known import last_nav

    taken = await ctx.snapshot()
    if isinstance(taken, SnapshotTaken):
        return (await _portfolio(ctx, taken)).usdt, ""
    known = await in_thread(lambda: last_nav(ctx.journal, ctx.now_ms))
    return (known[0], f", by the NAV noted {duration(known[1])} ago") if known is not None else None


async def _portfolio(ctx: Context, taken: SnapshotTaken) -> Nav:
    """The account's worth, what is beside USDT priced by the market of now."""
    from hedgectl.core.risk.nav import portfolio_nav

    quotes = {}
    if taken.wallet.others:
        rules = await ctx.instruments()
        listed = {each.symbol for each in rules.instruments} if isinstance(rules, InstrumentsTaken) else set()
        symbols = tuple(name for each in taken.wallet.others if (name := f"{each.asset}USDT") in listed)
        read = await ctx.quotes(symbols) if symbols else None  # one that is not listed would spoil the answer
        quotes = {each.symbol: each for each in read.quotes} if isinstance(read, QuotesTaken) else {}
    worth = portfolio_nav(taken.wallet, quotes, ctx.exchange.now_ms())
    assert worth is not None  # it is only before the account was read
    return worth


@check("sizing", "book", needs=("config",), may="warn")
async def sizing(ctx: Context) -> Finding:
    """The smallest order of each symbol fits under its caps at this NAV (R5)."""
    from hedgectl.config.instruments import checks_of, read_instruments
    from hedgectl.config.problem import ConfigRefused
    from hedgectl.screens.sizing import conflict

    expected, known = "every symbol can be entered", await nav_known(ctx)
    if known is None:
        return skipped("no NAV is known: neither the account nor a journal says one")
    worth, noted = known
    if worth <= 0:
        return skipped("the account is worth nothing: nothing can be entered")
    try:
        listed = await _priced_now(ctx)
        snapshot = listed if listed is not None else await in_thread(lambda: read_instruments(ctx.asked.config))
    except ConfigRefused as wrong:
        return skipped(wrong.problems[0].what)
    unknown = [each for each in ctx.symbols if each not in snapshot.listed]
    if unknown:
        return skipped(f"no rules of {', '.join(unknown)} are known")
    told = checks_of(snapshot, ctx.settings, ctx.symbols, worth)
    barred = [each for each in told if not each.tradable]
    if not barred:
        return passed(f"{len(told)} of {len(ctx.symbols)} symbols can be entered{noted}", expected)
    fix = _sizing_fixes(barred) or ctx.asked.command("sizing-check", "--nav", plain(worth))
    needed = ", ".join(f"{each.asked.rules.symbol} {_needed(each)}" for each in barred)
    return warned(
        f"cannot be entered: {needed}{noted}", expected, fix, details=[_hide(conflict(each)) for each in barred]
    )


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


async def _priced_now(ctx: Context) -> Instruments | None:
    """Rules and prices as they are now; None where the exchange does not tell them."""
    from hedgectl.config.instruments import Instruments, Listed

    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return None
    rules, quotes = await ctx.instruments(), await ctx.quotes(ctx.symbols)
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
    return [f"belief, {duration(known[1])} old: {_private(known[0])} USDT, as the journal noted it"]


def _private(amount: Decimal, *, sign: bool = False) -> str:
    return hidden("amount", money(amount, sign=sign))
