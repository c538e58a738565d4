"""The exchange: within reach, in time with us, with room in its limits, and with rules that are the ones we size by."""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import TYPE_CHECKING

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.core.model.input import ReadFailed

if TYPE_CHECKING:
    from hedgectl.config.instruments import Instruments
    from hedgectl.core.model.instrument import Instrument

STATUS_PAGE = "check the network, and the exchange's status page"


@check("client", "exchange", needs=("config", "secrets", "hosts"), limit_s=8.0)
async def client(ctx: Context) -> Finding:
    """The exchange client can be made: ccxt is there, and there are credentials (X1)."""
    from importlib import metadata

    from hedgectl.venue.client import ClientError

    expected = "a client of ccxt"
    try:
        await ctx.place()
    except ClientError as wrong:
        missing = "import" in str(wrong)
        fix = "python -m pip install 'ccxt>=4.5.90,<4.6'" if missing else "hedgectl doctor --only secrets"
        return failed(str(wrong), expected, fix)
    where = "an exchange of its own, opened for this look" if ctx.fresh else ctx.environment
    return passed(f"ccxt {metadata.version('ccxt')}, {where}", expected)


@check("reach", "exchange", needs=("client",))
async def reach(ctx: Context) -> Finding:
    """The exchange answers, and does not ask us to wait (X8)."""
    measured = await ctx.clock()
    if isinstance(measured, ReadFailed):
        return failed(f"no answer: {measured.why}", "an answer", _out_of_reach(ctx), about={"why": measured.why})
    return passed(f"answers in {measured.round_trip_ms} ms", "an answer")


def _out_of_reach(ctx: Context) -> str:
    """What to try when nothing answers."""
    from hedgectl.runtime.served import SIM_FILE
    from hedgectl.venue.environment import PLACES, Environment

    if ctx.asked.sim_url:
        port = ctx.asked.sim_url.rpartition(":")[2]
        return f"hedgectl sim serve --port {port}"
    if ctx.sim_url:  # the run that wrote the note was killed
        return f"rm {shlex.quote(str(ctx.state_dir / SIM_FILE))}"
    return f"curl -sS {PLACES[Environment(ctx.environment)].rest}/fapi/v1/time    # {STATUS_PAGE}"


@check("clock", "exchange", needs=("reach",))
async def clock(ctx: Context) -> Finding:
    """Our clock is near the exchange's, measured against the shortest recvWindow (X9)."""
    measured = await ctx.clock()
    assert not isinstance(measured, ReadFailed)
    window_ms = min(ctx.settings.protect_recv_window_ms, ctx.settings.entry_recv_window_ms)
    share, offset_ms = ctx.limits.clock_warn_share, measured.offset_ms
    value = f"{offset_ms:+} ms, round trip {measured.round_trip_ms} ms, recvWindow {window_ms} ms"
    expected = f"within {window_ms * share:.0f} ms"
    about = {"offset_ms": str(offset_ms), "round_trip_ms": str(measured.round_trip_ms)}
    fix = "sudo timedatectl set-ntp true"
    if abs(offset_ms) > window_ms or measured.round_trip_ms > window_ms:
        return failed(value, expected, fix, about=about)
    if abs(offset_ms) > window_ms * share:
        return warned(value, expected, fix, about=about)
    return passed(value, expected, about=about)


@check("weight", "exchange", needs=("reach",))
async def weight(ctx: Context) -> Finding:
    """This minute's request weight has room, and nobody has banned us (X8)."""
    await ctx.snapshot()
    rates = (await ctx.place()).rates
    now_ms, limit = ctx.exchange.now_ms(), rates.weight_limit_1m
    least = round(limit * (1 - ctx.limits.weight_share_max))
    expected = f"at least {least} left"
    if rates.retry_after_ms > now_ms:
        left_s = (rates.retry_after_ms - now_ms) / 1000
        word = "banned" if rates.banned else "told to wait"
        return failed(f"{word} for {left_s:.0f} s", expected, f"sleep {left_s:.0f}    # ask less until then")
    used = max(rates.weight_1m, 0)
    value, about = f"{used} of {limit} this minute", {"used": str(used), "limit": str(limit)}
    if limit - used < least:
        return warned(value, expected, f"sleep {60 - now_ms // 1000 % 60}    # until the minute is over", about=about)
    return passed(value, expected, about=about)


@check("filters", "exchange", needs=("reach",))
async def filters(ctx: Context) -> Finding:
    """Our symbols trade, and their rules are those of the snapshot that sizes are checked by offline (R4, R5)."""
    from hedgectl.config.catalogue import shown
    from hedgectl.config.instruments import read_instruments
    from hedgectl.config.problem import ConfigRefused

    expected = "listed, trading, and as in the instrument snapshot"
    taken = await ctx.instruments()
    if isinstance(taken, ReadFailed):
        return failed(taken.why, expected, ctx.asked.command("doctor", "--only", "reach", exchange=True))
    there = {each.symbol: each for each in taken.instruments}
    gone = [each for each in ctx.symbols if each not in there]
    idle = [each for each in ctx.symbols if each in there and not there[each].tradable]
    if gone or idle:
        left = tuple(each for each in ctx.symbols if each not in (*gone, *idle))
        what = [f"{each} is not listed" for each in gone] + [f"{each} is {there[each].status}" for each in idle]
        fix = f"[run] symbols = {shown(left)}" if left else "name symbols that trade: run.symbols"
        return (failed if gone else warned)("; ".join(what), expected, fix)
    refresh = ctx.asked.command("config instruments", "--refresh", "--env", ctx.environment)
    try:
        snapshot = read_instruments(ctx.asked.config)
    except ConfigRefused as wrong:
        return warned(wrong.problems[0].what, expected, refresh)
    told = [text for each in ctx.symbols for text in _differs(each, there[each], snapshot)]
    if told:
        where = hidden("path", snapshot.path)
        return warned(f"{len(told)} differ from {where}", expected, refresh, details=told[: ctx.limits.details_max])
    return passed(f"{len(ctx.symbols)} symbols trade, rules as in the snapshot", expected)


def _differs(symbol: str, live: Instrument, snapshot: Instruments) -> list[str]:
    known = snapshot.listed.get(symbol)
    if known is None:
        return [f"{symbol} is not in the snapshot"]
    pairs = [(each.name, getattr(known.rules, each.name), getattr(live, each.name)) for each in fields(live)]
    return [f"{symbol} {name}: {ours} in the snapshot, {theirs} now" for name, ours, theirs in pairs if ours != theirs]
