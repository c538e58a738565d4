"""The exchange: within reach, in time with us, with room in its limits, and with rules that are the ones we size by."""

from __future__ import annotations

import shlex
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.limits import NotAsked
from hedgectl.checks.parallel import in_thread
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.core.model.input import ClockMeasured, ReadFailed

if TYPE_CHECKING:
    from hedgectl.config.instruments import Instruments
    from hedgectl.core.model.instrument import Instrument

STATUS_PAGE = "check the network, and the exchange's status page"
AHEAD_MS_MAX = 1_000
"""A request that was stamped later than this after the exchange's time is refused whatever its recvWindow (-1021)."""


@check("client", "exchange", needs=("config", "secrets", "hosts"), may="fail", limit_s=8.0)
async def client(ctx: Context) -> Finding:
    """The exchange client can be made: ccxt is there, and there are credentials (X1)."""
    from importlib import metadata

    from hedgectl.venue.client import ClientError

    expected = "a client of ccxt"
    try:
        await ctx.place()
    except ClientError as wrong:
        missing = "import" in str(wrong)
        fix = "python -m pip install 'ccxt>=4.5.90,<4.6'" if missing else ctx.asked.again("secrets")
        return failed(str(wrong), expected, fix)
    where = "an exchange of its own, opened for this look" if ctx.fresh else ctx.environment
    return passed(f"ccxt {metadata.version('ccxt')}, {where}", expected)


@check("reach", "exchange", needs=("client",), may="fail")
async def reach(ctx: Context) -> Finding:
    """The exchange answers, and does not ask us to wait (X8)."""
    expected, measured = "an answer", await ctx.clock()
    left_s = await _told_to_wait_s(ctx)
    if left_s:
        what = measured.why if isinstance(measured, ReadFailed) else "answers"
        return failed(f"asks us to wait {left_s} s: {what}", expected, _wait(left_s))
    if isinstance(measured, ReadFailed):
        return failed(f"no answer: {measured.why}", expected, _out_of_reach(ctx), about={"why": measured.why})
    return passed(f"answers in {measured.round_trip_ms} ms", expected)


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


async def _told_to_wait_s(ctx: Context) -> int:
    """For how long a 429 or 418 still asks us to wait, in whole seconds; 0 if none does."""
    rates = (await ctx.place()).rates
    left_ms = max(rates.retry_after_ms - ctx.exchange.now_ms(), 0)
    return -(-left_ms // 1000)


def _wait(left_s: int) -> str:
    return f"sleep {left_s}    # and ask less from then on"


@check("clock", "exchange", needs=("reach",), may="warn fail")
async def clock(ctx: Context) -> Finding:
    """Our clock is near the exchange's, measured against the shortest recvWindow (X9)."""
    measured = await ctx.clock()
    assert not isinstance(measured, ReadFailed)
    window_ms = min(ctx.settings.protect_recv_window_ms, ctx.settings.entry_recv_window_ms)
    return in_time(measured, window_ms, ctx.limits.clock_warn_share)


def in_time(measured: ClockMeasured, window_ms: int, share: Decimal) -> Finding:
    """A measured offset, judged: it warns beyond a `share` of what the exchange bears, the doubt of half a round trip
    included. A run corrects it; who reads its times, and every other program here, does not."""
    offset_ms, round_trip_ms = measured.offset_ms, measured.round_trip_ms
    unsure_ms = (round_trip_ms + 1) // 2  # the question may have taken all of the way, or none of it
    most_ms = window_ms if offset_ms >= 0 else min(window_ms, AHEAD_MS_MAX)
    good_ms = round(most_ms * share)
    value = f"{offset_ms:+} ms ± {unsure_ms} ms, round trip {round_trip_ms} ms, recvWindow {window_ms} ms"
    expected = f"within {good_ms} ms, in doubt included"
    about = {"offset_ms": str(offset_ms), "unsure_ms": str(unsure_ms), "round_trip_ms": str(round_trip_ms)}
    fix = "sudo timedatectl set-ntp true"
    if round_trip_ms > window_ms:
        fix = f"{fix}    # and a line that answers within {window_ms} ms: no order would arrive in time"
    if abs(offset_ms) > most_ms or round_trip_ms > window_ms:
        return failed(value, expected, fix, about=about)
    if abs(offset_ms) + unsure_ms > good_ms:
        return warned(value, expected, fix, about=about)
    return passed(value, expected, about=about)


@check("weight", "exchange", needs=("reach",), may="warn fail")
async def weight(ctx: Context) -> Finding:
    """This minute's request weight has room, and nobody has banned us (X8)."""
    await ctx.snapshot()  # so that an answer, if there is one, has stated the weight
    rates = (await ctx.place()).rates
    used, limit = rates.weight_1m, rates.weight_limit_1m
    least = round(limit * (1 - ctx.limits.weight_share_max))
    expected = f"at least {least} left"
    left_s = await _told_to_wait_s(ctx)
    if left_s:
        return failed(f"{'banned' if rates.banned else 'told to wait'} for {left_s} s", expected, _wait(left_s))
    if used < 0:
        return skipped("no answer stated the weight that is used")
    value, about = f"{used} of {limit} this minute", {"used": str(used), "limit": str(limit)}
    if limit - used < least:
        fix = f"sleep {ctx.minute_left_s}    # until the minute is over"
        return warned(value, expected, fix, about=about)
    return passed(value, expected, about=about)


@check("filters", "exchange", needs=("reach",), may="warn fail")
async def filters(ctx: Context) -> Finding:
    """Our symbols trade, and their rules are those of the snapshot that sizes are checked by offline (R4, R5)."""
    from hedgectl.config.catalogue import shown
    from hedgectl.config.instruments import read_instruments
    from hedgectl.config.problem import ConfigRefused

    expected = "listed, trading, and as in the instrument snapshot"
    taken = await ctx.instruments()
    if isinstance(taken, NotAsked):
        return skipped(taken.why)
    if isinstance(taken, ReadFailed):
        return failed(taken.why, expected, ctx.asked.again("reach"))
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
        snapshot = await in_thread(lambda: read_instruments(ctx.asked.config))
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
