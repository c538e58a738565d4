"""What the account is worth, and what its losses were measured from: marked with each look at the account (R2, R3)."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.engine.work import Work
from hedgectl.core.model.event import EntriesPaused, NavMarked
from hedgectl.core.model.money import plain
from hedgectl.core.risk.nav import LOW_NAV_USDT, Nav, portfolio_nav

DAY_MS = 86_400_000
PEAK_STEP = Decimal("1.0005")
"""A new highest NAV is noted when it is so much higher: a quiet climb needs no row with each look."""


def nav_now(work: Work) -> Nav | None:
    """The NAV of this moment (`portfolio_nav`)."""
    volatile, wallet = work.volatile, work.volatile.wallet
    asked = {holding.asset + "USDT": None for holding in wallet.others} if wallet is not None else {}
    quotes = {symbol: quote for symbol in asked if (quote := volatile.quote(symbol)) is not None}
    return portfolio_nav(wallet, quotes, work.now.exchange_ms)


def mark_nav(work: Work) -> None:
    """Note the first NAV of a UTC day, and a new highest one. Not before the clock is measured: a wrong day would
    forgive what this one lost; nor while an asset waits for its price, which would make the day's first NAV too low."""
    nav, marks = nav_now(work), work.durable.risk
    if nav is None or nav.usdt <= 0 or not work.volatile.clock_measured:
        return
    if any(asset + "USDT" in work.durable.instruments for asset in nav.unpriced):
        return
    day = work.now.exchange_ms // DAY_MS
    new_day, new_peak = day > marks.day, nav.usdt >= marks.peak_nav_usdt * PEAK_STEP
    if new_day or new_peak:
        day_nav = nav.usdt if new_day else marks.day_nav_usdt
        peak = max(nav.usdt, marks.peak_nav_usdt)
        work.note(NavMarked(max(day, marks.day), day_nav, peak, nav.usdt, work.now.exchange_ms))
        if new_day and nav.usdt < LOW_NAV_USDT:
            what = f"NAV {plain(nav.usdt)} is below {LOW_NAV_USDT} USDT: smallest orders may not fit their caps"
            work.alert("risk.low_nav", "", what, "hedgectl sizing-check")


def pause_entries_if_failing(work: Work) -> None:
    """Too many entries in a row of time went wrong: pause, and tell (R2)."""
    limits, marks, now = work.settings.risk, work.durable.risk, work.now.exchange_ms
    if len(marks.errors) < limits.errors_max or marks.errors[0] <= now - limits.errors_window_ms:
        return
    count = len(marks.errors)
    work.note(EntriesPaused(count, now + limits.errors_pause_ms))
    what = f"{count} entries were refused or went unanswered in {limits.errors_window_ms // 1000} s"
    work.alert("throttle.errors", "", what, f"entries pause for {limits.errors_pause_ms // 1000} s; hedgectl status")
