"""What the journal remembers that restrains entries, or that nobody here has seen before: posture, throttles, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from hedgectl.checks.context import Context
from hedgectl.checks.finding import Finding, failed, passed, skipped, warned
from hedgectl.checks.redact import hidden
from hedgectl.checks.registry import check
from hedgectl.checks.worth import nav_known
from hedgectl.screens.words import duration, plural

if TYPE_CHECKING:
    from hedgectl.core.settings import RiskLimits
    from hedgectl.core.state.durable import RiskMarks

BEGINS_ANEW = "the next run begins anew, with an exchange and a journal of its own"
ROWS_MAX = 2_000
DAY_MS = 86_400_000
CODE = re.compile(r"(?<![\d.-])(-[1-9]\d{3})(?!\d)")
TELLS_CODES = ("order.rejected", "order.unknown", "cancel.failed", "venue.retry")


@check("posture", "book", needs=("config", "journal"), may="warn fail")
def posture(ctx: Context) -> Finding:
    """Belief is GREEN: nothing that it cannot explain has been open for long (B3, B4)."""
    expected = "GREEN"
    if ctx.fresh:
        return skipped(BEGINS_ANEW)
    if ctx.believed is None:
        return passed("GREEN: there is no journal yet", expected)
    held, now_ms = ctx.believed.state.durable.belief, ctx.now_ms
    score = held.history[-1][1] if held.history else 0.0
    since = f" for {duration(max(now_ms - held.since_ms, 0) / 1000)}" if held.since_ms else ""
    value = f"{held.posture}{since}, debt {score:.2f}, {len(held.open)} open"
    if ctx.run is None:
        value += f", as noted {duration(ctx.believed.age_s)} ago"
    details = [
        f"{each.what}, open for {duration(max(now_ms - each.first_ms, 0) / 1000)}" for each in held.open.values()
    ][: ctx.limits.details_max]
    about = {"posture": held.posture, "debt": f"{score:.4f}", "streak": str(held.streak)}
    if held.posture == "GREEN":
        return passed(value, expected, details=details, about=about)
    fix = f"{ctx.asked.command('reconcile', '--apply', exchange=True)}    # it falls by itself once they agree"
    return (failed if held.posture == "RED" else warned)(value, expected, fix, details=details, about=about)


@check("throttles", "book", needs=("config", "journal"), may="warn")
async def throttles(ctx: Context) -> Finding:
    """No pause, no burst, no daily loss and no drawdown keeps entries from leaving (R2)."""
    expected = "entries neither paused nor ended by a loss"
    if ctx.fresh:
        return skipped(BEGINS_ANEW)
    believed = await ctx.belief()
    if believed is None:
        return passed("nothing is remembered: there is no journal yet", expected)
    marks, limits, now_ms = believed.state.durable.risk, ctx.settings.risk, ctx.exchange.now_ms()
    known = await nav_known(ctx)
    lost = _lost(marks, limits, known[0], now_ms) if known is not None else None
    if lost is not None:
        return warned(lost[0], expected, lost[1])
    if marks.paused_until_ms > now_ms:
        left_s = (marks.paused_until_ms - now_ms) / 1000
        value = f"entries pause for {duration(left_s)}: {limits.errors_max} went wrong in a short time"
        return warned(value, expected, f"{_sleep(left_s)}    # then it ends by itself; {ctx.asked.command('trace')}")
    recent = [each for each in marks.entries if each.at_ms > now_ms - limits.burst_window_ms]
    if len(recent) >= limits.burst_max:
        left_s = (recent[-limits.burst_max].at_ms + limits.burst_window_ms - now_ms) / 1000
        value = f"{len(recent)} entries in {duration(limits.burst_window_ms / 1000)}: no more fit"
        return warned(value, expected, f"{_sleep(left_s)}    # then there is room again")
    if known is None:
        return skipped("a loss cannot be judged: neither the account nor the journal says a NAV")
    errors = sum(each > now_ms - limits.errors_window_ms for each in marks.errors)
    value = f"{len(recent)} of {limits.burst_max} entries, {errors} of {limits.errors_max} errors{known[1]}"
    return passed(value, expected)


def _sleep(left_s: float) -> str:
    return f"sleep {ceil(max(left_s, 1))}"


def _lost(marks: RiskMarks, limits: RiskLimits, worth: Decimal, now_ms: int) -> tuple[str, str] | None:
    """(what was lost, what to do) where it ends entries; `worth` is the NAV in USDT."""
    day_nav = marks.day_nav_usdt if now_ms // DAY_MS == marks.day else Decimal(0)
    for name, since, share, fix in (
        ("today", day_nav, limits.daily_loss_share, "[risk] daily_loss_pct_max = {}"),
        ("since the highest NAV", marks.peak_nav_usdt, limits.drawdown_share, "[risk] drawdown_pct_max = {}"),
    ):
        lost = (since - worth) / since if since > 0 else Decimal(0)
        if lost > 0 and lost >= share:
            more = min(int(lost * 100) + 1, 100)
            said = f"{hidden('amount', f'{lost * 100:.2f} %')} lost {name}, of {share * 100:.2f} %: entries are ended"
            return said, fix.format(more)
    return None


@check("error-codes", "book", needs=("journal",), may="warn")
def error_codes(ctx: Context) -> Finding:
    """Every error code of the last day is one that this version knows what to do about (X6, X11)."""
    from hedgectl.core.model.codec import decode_row
    from hedgectl.core.orders.outcome import GONE
    from hedgectl.core.orders.refusals import DEFINITE, NOT_PROOF, THERE, THROTTLED
    from hedgectl.store.reader import open_reader

    expected = "none that is new to this version"
    path = ctx.journal
    if not path.is_file():
        return passed("none: there is no journal yet", expected)
    since_ms = ctx.now_ms - ctx.limits.new_code_s_max * 1000
    known = {*DEFINITE, *NOT_PROOF, *THERE, *GONE, THROTTLED}
    new: dict[int, list[str]] = {}
    seen = 0
    with open_reader(path) as reader:
        for row in (row for kind in TELLS_CODES for row in reader.by_kind(kind, ROWS_MAX)):
            _, at_ms, kind, correlation, symbol, body = row
            if at_ms < since_ms:
                continue
            for code in _codes(decode_row(kind, body)):
                seen += 1
                if code not in known:
                    new.setdefault(code, []).append(correlation or symbol)
    if not new:
        hours = ctx.limits.new_code_s_max // 3600
        return passed(f"{plural(seen, 'refusal')} in the last {hours} h, every code known", expected)
    codes = ", ".join(f"{code} ({len(who)} times)" for code, who in sorted(new.items()))
    story = next(iter(new.values()))[-1]
    fix = ctx.asked.command("trace", story) if story else ctx.asked.command("trace")
    return warned(f"new: {codes}", expected, fix, about={"codes": " ".join(map(str, sorted(new)))})


def _codes(event: Any) -> Iterator[int]:
    """The exchange's codes that an event tells of: stated, or in the words of why."""
    code = getattr(event, "code", 0)
    if isinstance(code, int) and code:
        yield code
        return
    for found in CODE.findall(getattr(event, "why", "")):
        yield int(found)
