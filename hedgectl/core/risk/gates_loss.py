"""Gates on NAV: known, of now, and not fallen further than the desk bears (R1, R3). Unrealised losses count."""

from __future__ import annotations

from decimal import Decimal

from hedgectl.core.model.intent import Entry
from hedgectl.core.model.verdict import APPROVED, Code, Verdict, code, refused
from hedgectl.core.risk.desk import Desk

NO_NAV = code("nav.unknown", "What the account is worth is not known, so no share of it can be risked.")
OLD_NAV = code("nav.stale", "What the account is worth was read too long ago.")
EMPTY_NAV = code("nav.empty", "The account is worth nothing.")
DAILY_LOSS = code("risk.daily_loss", "The account lost more today (UTC, unrealised included) than a day may cost.")
DRAWDOWN = code("risk.drawdown", "The account fell further from its highest NAV than the desk bears.")


def nav_known(entry: Entry, desk: Desk) -> Verdict:
    """Caps are shares of NAV: unknown, stale or empty, nothing passes."""
    if desk.nav is None:
        return refused(NO_NAV, "unread", "read", "wait for the first look at the account")
    if desk.nav.age_ms > desk.settings.risk.nav_age_ms_max:
        limit = desk.settings.risk.nav_age_ms_max
        return refused(OLD_NAV, f"{desk.nav.age_ms} ms", f"{limit} ms", "hedgectl status says why it is not read")
    if desk.nav.usdt <= 0:
        return refused(EMPTY_NAV, f"{desk.nav.usdt:.2f} USDT", "above 0", "add margin")
    return APPROVED


def day_not_lost(entry: Entry, desk: Desk) -> Verdict:
    """Loss since the day's first NAV."""
    return _fallen(desk, desk.day_nav_usdt, desk.settings.risk.daily_loss_share, DAILY_LOSS, "it ends at 00:00 UTC")


def not_drawn_down(entry: Entry, desk: Desk) -> Verdict:
    """Loss since the highest NAV."""
    limit = desk.settings.risk.drawdown_share
    return _fallen(desk, desk.peak_nav_usdt, limit, DRAWDOWN, "a person decides: raise risk.drawdown_pct_max")


def _fallen(desk: Desk, since: Decimal, share_max: Decimal, reason: Code, hint: str) -> Verdict:
    assert desk.nav is not None
    lost = (since - desk.nav.usdt) / since if since > 0 else since
    if lost <= 0 or lost < share_max:
        return APPROVED
    return refused(reason, f"{lost * 100:.2f} % of {since:.2f} USDT", f"{share_max * 100:.2f} %", hint)
