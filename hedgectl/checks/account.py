"""The account behind the key: what it may do, its position mode and its margin mode, as the exchange says it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.limits import NotAsked
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.core.model.input import ReadFailed
from hedgectl.screens.words import day_clock

if TYPE_CHECKING:
    from hedgectl.venue.rights import KeyRights

MANAGE = "API Management at the exchange"
OTHER_KEY = "is the key of this environment, and is it enabled?"
REFUSALS = {
    -1002: f"{MANAGE}: may this key read, and trade futures?",
    -1022: "write the secret anew: it is not that of this key",
    -1109: f"{MANAGE}: {OTHER_KEY}",
    -2008: f"{MANAGE}: {OTHER_KEY}",
    -2014: "write the key anew: it holds what no key holds",
    -2015: f"{MANAGE}: {OTHER_KEY} Does it name the address {{ip}}, and may it trade futures?",
    -2017: "keys are locked on this account: see the exchange's messages to it",
}
"""What to do when the exchange does not take a key, by its code (wire facts, section 4)."""
CODE = re.compile(r"(?<![\d-])-[1-9]\d{3}(?!\d)")
REQUEST_IP = re.compile(r"request ip: ([0-9a-fA-F.:]+)")
NUMBER = re.compile(r"-?\d+")
PERMISSIONS = "reading and futures, no withdrawals"


@check("key", "exchange", needs=("reach", "secrets"), may="fail")
async def key(ctx: Context) -> Finding:
    """The exchange takes our key, our signature and our address (X1)."""
    expected, taken = "a key that the exchange takes", await ctx.mode()
    if not isinstance(taken, ReadFailed):
        return passed("taken", expected)
    if isinstance(taken, NotAsked):
        return skipped(taken.why)
    codes = [int(found) for found in CODE.findall(taken.why)]
    fix = next((REFUSALS[each] for each in codes if each in REFUSALS), "")
    if fix:
        seen = REQUEST_IP.search(taken.why)
        address = hidden("host", seen[1] if seen else "of this machine")
        return failed(f"refused: {taken.why}", expected, fix.replace("{ip}", address))
    return failed(f"unreadable: {taken.why}", expected, ctx.asked.again("reach"))


@check("key-permissions", "exchange", needs=("key",), may="warn fail")
async def key_permissions(ctx: Context) -> Finding:
    """The key may trade futures and nothing else; above all it may not withdraw (L8)."""
    mode, rights = await ctx.mode(), await ctx.rights()
    assert not isinstance(mode, ReadFailed)
    if _says(mode.raw, "canTrade") is False:
        fix = "trading is off for this account: see the exchange's messages to it"
        return failed("the account may not trade", PERMISSIONS, fix)
    return skipped(rights.why) if isinstance(rights, ReadFailed) else permitted(rights, ctx.environment)


def permitted(rights: KeyRights, environment: str) -> Finding:
    """What a key may do, judged. One that any address may use warns: the exchange takes it, and deletes one that idles;
    who steals it can trade, and cannot withdraw."""
    expected = f"{PERMISSIONS}, bound to addresses" if environment == "live" else PERMISSIONS
    about = {"withdrawals": str(rights.withdrawals).lower(), "ip_bound": str(rights.ip_bound).lower()}
    if rights.withdrawals:
        fix = f"{MANAGE}: turn withdrawals off for this key"
        return failed("withdrawals are enabled", expected, fix, about=about)
    if not (rights.reading and rights.futures):
        lacks = "reading" if not rights.reading else "futures"
        return failed(f"{lacks} is not enabled", expected, f"{MANAGE}: enable {lacks} for this key", about=about)
    loose, fixes = [], []
    if environment == "live" and not rights.ip_bound:
        loose.append("any address may use the key")
        fixes.append(f"{MANAGE}: restrict the key to this machine's address")
    if rights.surplus:
        named = ", ".join(rights.surplus)
        loose.append(f"more than is needed: {named}")
        fixes.append(f"{MANAGE}: turn {named} off")
    if loose:
        return warned("; ".join(loose), expected, "\n".join(fixes), about=about)
    bound = ", bound to addresses" if rights.ip_bound else ""
    return passed(f"{PERMISSIONS}{bound}", expected, about=about)


@check("position-mode", "exchange", needs=("key",), may="warn")
async def position_mode(ctx: Context) -> Finding:
    """The account states its mode, hedge or one-way, and it is the believed one; never a flag of ours (X2)."""
    taken, expected = await ctx.mode(), "as believed"
    assert not isinstance(taken, ReadFailed)  # else the key has failed, which names every source that was tried
    dual, tried_text = str(_says(taken.raw, "dualSidePosition")).lower(), " -> ".join(taken.tried)
    raw = NUMBER.sub(lambda found: hidden("number", found[0]), taken.raw)
    about = {"dualSide": dual, "dualSide_raw": raw, "source": taken.source, "tried": tried_text}
    details = [f"dualSide {dual}, by {taken.source}, tried {tried_text}", f"dualSide_raw {raw}"]
    believed = None if ctx.fresh else await ctx.belief()
    held = believed.state.durable if believed is not None else None
    if held is not None and held.mode is not None and held.mode is not taken.mode:
        value = f"{taken.mode.value}, believed was {held.mode.value}"
        fix = ctx.asked.command("reconcile", "--apply", exchange=True)
        return warned(value, expected, fix, details=details, about=about)
    return passed(taken.mode.value, expected, details=details, about=about)


@check("multi-assets", "exchange", needs=("key",), may="warn")
async def multi_assets(ctx: Context) -> Finding:
    """Margin is USDT alone: otherwise other assets are margin at the exchange's price, and NAV is its word (R3)."""
    expected, taken = "off: USDT alone is margin", await ctx.mode()
    assert not isinstance(taken, ReadFailed)
    multi = _says(taken.raw, "multiAssetsMargin")
    if multi is None:
        return skipped(f"{taken.source} does not say, which alone could be read")
    if multi:
        fix = "turn Multi-Assets Mode off in the futures preferences of the exchange"
        return warned("on: other assets are margin too", expected, fix)
    return passed("off", expected)


@check("trading-rules", "exchange", needs=("key",), may="warn")
async def trading_rules(ctx: Context) -> Finding:
    """No quantitative rule of the exchange bars our entries: where one does, it lets us close only (-4400)."""
    from hedgectl.venue.barred import ACCOUNT

    expected, told = "entries of every symbol taken", await ctx.barred()
    if isinstance(told, ReadFailed):
        return skipped(told.why)
    ours = [each for each in told if each.symbol in (ACCOUNT, *ctx.symbols)]
    if not ours:
        return passed("nothing is barred", expected)
    left_s = -(-max(0, *(each.until_ms - ctx.exchange.now_ms() for each in ours)) // 1000)
    value = ", ".join(f"{each.symbol} by {each.indicator}, until {day_clock(each.until_ms)}" for each in ours)
    return warned(value, expected, f"sleep {left_s}    # then entries are taken again; exits are all the time")


def _says(raw: str, name: str) -> object:
    """A field of a raw payload; None where it does not say."""
    try:
        told = orjson.loads(raw)
    except ValueError:
        return None
    return told.get(name) if isinstance(told, dict) else None
