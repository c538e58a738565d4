"""Throttles: how often, and what must have passed since. All in exchange time, all surviving a restart (R1, R2)."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.verdict import APPROVED, Verdict, code, refused
from hedgectl.core.risk.desk import Desk

REST = code("throttle.cooldown", "The last entry of this symbol was too short a time ago.")
BURST = code("throttle.burst", "Too many entries were taken in the window.")
REPEAT = code("throttle.repeat", "Too many entries of one symbol and side in the window: a loop, rather than a view.")
ERRORS = code("throttle.errors", "Too many entries were refused or went unanswered: entries pause.")

AT_MS = attrgetter("at_ms")


def rested(entry: Entry, desk: Desk) -> Verdict:
    """A symbol's entries keep a distance in time."""
    cooldown_ms = desk.settings.risk.cooldown_ms
    left_ms = desk.entered_ms + cooldown_ms - desk.now.exchange_ms
    if not desk.entered_ms or left_ms <= 0:
        return APPROVED
    return refused(REST, f"{left_ms} ms left", f"{cooldown_ms} ms", "send it again then")


def not_bursting(entry: Entry, desk: Desk) -> Verdict:
    """Entries of all symbols."""
    limits = desk.settings.risk
    since_ms = desk.now.exchange_ms - limits.burst_window_ms
    if len(desk.entries) < limits.burst_max or desk.entries[-limits.burst_max].at_ms <= since_ms:
        return APPROVED
    most = f"{limits.burst_max} in {limits.burst_window_ms} ms"
    return refused(BURST, limits.burst_max + 1, most, "slow the strategy down")


def not_repeating(entry: Entry, desk: Desk) -> Verdict:
    """Entries of one symbol and side."""
    limits, entries, symbol, side = desk.settings.risk, desk.entries, entry.symbol, entry.side
    first = bisect_right(entries, desk.now.exchange_ms - limits.repeat_window_ms, key=AT_MS)
    if len(entries) - first < limits.repeat_max:
        return APPROVED
    count = len([mark for mark in entries[first:] if mark.symbol == symbol and mark.side is side])
    if count < limits.repeat_max:
        return APPROVED
    most = f"{limits.repeat_max} in {limits.repeat_window_ms} ms"
    return refused(REPEAT, count + 1, most, f"look why {entry.side} {entry.symbol} repeats")


def not_failing(entry: Entry, desk: Desk) -> Verdict:
    """A pause after too many refusals: what is wrong will not be cured by more of it."""
    left_ms = desk.paused_until_ms - desk.now.exchange_ms
    if left_ms <= 0:
        return APPROVED
    return refused(ERRORS, f"{left_ms} ms left", "0", "hedgectl status names the refusals; it ends by itself")
