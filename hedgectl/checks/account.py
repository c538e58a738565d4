"""The account behind the key: what it may do, its position mode and its margin mode, as the exchange says it."""

from __future__ import annotations

import re

import orjson

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.core.model.input import ReadFailed, SnapshotTaken

REFUSED = ("-2008", "-2014", "-2015", "-2017", "-1022", "-1002", "-1109")
MANAGE = "API Management at the exchange"
NUMBER = re.compile(r"-?\d+")


@check("key", "exchange", needs=("reach", "secrets"))
async def key(ctx: Context) -> Finding:
    """The exchange takes our key, our signature and our address (X1)."""
    expected = "a key that the exchange takes"
    taken = await (await ctx.place()).venue.mode()
    if not isinstance(taken, ReadFailed):
        return passed("taken", expected)
    if any(code in taken.why for code in REFUSED):
        fix = f"{MANAGE}: is the key of this environment, is it enabled, does it name this machine's address?"
        return failed(f"refused: {taken.why}", expected, fix)
    return failed(f"unreadable: {taken.why}", expected, ctx.asked.command("doctor", "--only", "reach", exchange=True))


@check("key-permissions", "exchange", needs=("key",))
async def key_permissions(ctx: Context) -> Finding:
    """The key may trade futures and nothing else; above all it may not withdraw (L8)."""
    expected = "reading and futures, no withdrawals" + (", bound to addresses" if ctx.environment == "live" else "")
    place = await ctx.place()
    mode, rights = await place.venue.mode(), await place.venue.rights()
    if not isinstance(mode, ReadFailed) and _says(mode.raw, "canTrade") is False:
        fix = "trading is off for this account: see the exchange's messages to it"
        return failed("the account may not trade", expected, fix)
    if isinstance(rights, ReadFailed):
        return skipped(rights.why)
    about = {"withdrawals": str(rights.withdrawals).lower(), "ip_bound": str(rights.ip_bound).lower()}
    if rights.withdrawals:
        return failed("withdrawals are enabled", expected, f"{MANAGE}: turn withdrawals off for this key", about=about)
    if not (rights.reading and rights.futures):
        lacks = "reading" if not rights.reading else "futures"
        return failed(f"{lacks} is not enabled", expected, f"{MANAGE}: enable {lacks} for this key", about=about)
    if ctx.environment == "live" and not rights.ip_bound:
        fix = f"{MANAGE}: restrict the key to this address"
        return failed("any address may use the key", expected, fix, about=about)
    if rights.surplus:
        named = ", ".join(rights.surplus)
        return warned(f"more than is needed: {named}", expected, f"{MANAGE}: turn {named} off", about=about)
    return passed("reading and futures, no withdrawals", expected, about=about)


@check("position-mode", "exchange", needs=("key",))
async def position_mode(ctx: Context) -> Finding:
    """Hedge or one-way, as the account says it, with the payload and the sources tried; never a flag of ours (X2)."""
    taken = await (await ctx.place()).venue.mode()
    expected = "readable, and as believed"
    if isinstance(taken, ReadFailed):
        tried = taken.why.split("; ")
        fix = ctx.asked.command("doctor", "--only", "key", exchange=True)
        return failed("unreadable", expected, fix, details=[f"tried {each}" for each in tried])
    dual = _says(taken.raw, "dualSidePosition")
    about = {"dualSide": str(dual).lower(), "dualSide_raw": taken.raw, "source": taken.source}
    about["tried"] = " -> ".join(taken.tried)
    raw = NUMBER.sub(lambda found: hidden("number", found[0]), taken.raw)
    about["dualSide_raw"] = raw
    said = f"dualSide {about['dualSide']}, by {taken.source}, tried {about['tried']}"
    details = [said, f"dualSide_raw {raw}"]
    believed = None if ctx.fresh else await ctx.belief()
    held = believed.state.durable if believed is not None else None
    if held is not None and held.mode is not None and held.mode is not taken.mode:
        value = f"{taken.mode.value}, believed was {held.mode.value}"
        fix = ctx.asked.command("reconcile", "--apply", exchange=True)
        return warned(value, expected, fix, details=details, about=about)
    return passed(taken.mode.value, expected, details=details, about=about)


@check("multi-assets", "exchange", needs=("key",))
async def multi_assets(ctx: Context) -> Finding:
    """Single-asset margin: otherwise other assets are margin at the exchange's price, and NAV is its word (R3)."""
    expected = "off: USDT alone is margin"
    taken = await ctx.snapshot()
    if not isinstance(taken, SnapshotTaken):
        return skipped(taken.why)
    if taken.wallet.multi:
        fix = "turn Multi-Assets Mode off in the futures preferences of the exchange"
        return warned("on: other assets are margin too", expected, fix)
    return passed("off", expected)


def _says(raw: str, name: str) -> object:
    """A field of a raw payload; None where it does not say."""
    try:
        told = orjson.loads(raw)
    except ValueError:
        return None
    return told.get(name) if isinstance(told, dict) else None
