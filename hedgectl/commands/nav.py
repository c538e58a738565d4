"""Which NAV a check is for: as somebody typed it, or as the journal noted it last, with its age (R3, R5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import typer

from hedgectl.commands.common import Common

if TYPE_CHECKING:
    from pathlib import Path

NAV_USDT_MAX = Decimal(10**12)


def navs(common: Common, nav: str, nav_range: str, now_ms: int) -> tuple[Decimal, Decimal | None, str]:
    """The NAV, or both ends of a range, and where it comes from."""
    if nav and nav_range:
        raise typer.BadParameter("give a NAV or a range, not both", param_hint="--nav-range")
    if nav:
        return nav_of(nav, "--nav"), None, "given"
    if nav_range:
        low, colon, high = nav_range.partition(":")
        if not colon:
            raise typer.BadParameter(f"{nav_range!r} is no range: write 100:1000", param_hint="--nav-range")
        least, most = nav_of(low, "--nav-range"), nav_of(high, "--nav-range")
        if least >= most:
            raise typer.BadParameter(f"{low} is not below {high}", param_hint="--nav-range")
        return least, most, "given"
    known = known_nav(common.config, common.state_dir, now_ms)
    if known is None:
        raise typer.BadParameter("no journal tells one: give --nav 400", param_hint="--nav")
    return known[0], None, known[1]


def nav_of(text: str, flag: str) -> Decimal:
    """A NAV in USDT as somebody typed it."""
    from hedgectl.core.model.money import dec

    try:
        nav = dec(text)
    except ValueError as wrong:
        raise typer.BadParameter(f"{text!r} is not a number: write 400 or 412.18", param_hint=flag) from wrong
    if not 0 < nav <= NAV_USDT_MAX:
        raise typer.BadParameter(f"{text} is not above 0 and at most {NAV_USDT_MAX}", param_hint=flag)
    return nav


def known_nav(config: Path | None, state_dir: Path | None, now_ms: int) -> tuple[Decimal, str] | None:
    """The NAV that the journal noted last, and where from, with its age; None where there is none."""
    from hedgectl.config.locate import journal_path
    from hedgectl.runtime.known import last_nav
    from hedgectl.screens.words import duration

    path = journal_path(config, state_dir)
    known = last_nav(path, now_ms)
    return (known[0], f"noted {duration(known[1])} ago in {path}") if known is not None else None
