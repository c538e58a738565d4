"""`hedgectl sizing-check`: which symbols can be entered at a NAV, and what would cure those that cannot (R5).

Offline: the configuration, the instrument snapshot, and the journal where no NAV is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.nav import navs
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.config.fixes import Fix
    from hedgectl.config.instruments import Instruments
    from hedgectl.core.risk.sizing_check import Check
    from hedgectl.core.settings import Settings
    from hedgectl.screens.sizing import FixView, PostureView, SizingView

POSTURES = ("GREEN", "YELLOW", "ORANGE", "RED")
WIDTH_IN_A_PIPE = 120
EXAMPLES = (
    "hedgectl sizing-check --nav 187.49 # with so much money",
    "hedgectl sizing-check --nav-range 100:2000 # from which NAV each trades",
)


def register(app: typer.Typer) -> None:
    command(app, "sizing-check", "Look", examples=EXAMPLES)(sizing_check)


def sizing_check(
    common: Common,
    nav: Annotated[str, typer.Option("--nav", metavar="USDT", help="NAV; else the journal's last.")] = "",
    nav_range: Annotated[str, typer.Option("--nav-range", metavar="A:B", help="From which NAV each trades.")] = "",
    symbol: Annotated[str, typer.Option("--symbol", metavar="BTCUSDT", help="This one only.")] = "",
    posture: Annotated[
        str, typer.Option("--posture", metavar="GREEN|YELLOW|ORANGE|RED", help="As in this posture.")
    ] = "GREEN",
) -> Result:
    """Can each symbol be entered? Its smallest order against its caps. Exit code 1 if not, with what would cure it."""
    import os
    import time

    from hedgectl.config.convert import to_settings
    from hedgectl.config.instruments import checks_of, read_instruments
    from hedgectl.config.sources import load
    from hedgectl.screens.sizing import SizingView

    posture, now_ms = posture.upper(), round(time.time() * 1000)
    if posture not in POSTURES:
        raise typer.BadParameter(f"one of {', '.join(POSTURES)}", param_hint="--posture")
    flags = {"run.state_dir": str(common.state_dir) if common.state_dir else None}
    config = load(flags, os.environ, common.config).config
    least, most, nav_from = navs(common, nav, nav_range, now_ms)
    snapshot, settings = read_instruments(common.config), to_settings(config)
    symbols = (symbol.upper(),) if symbol else config.run.symbols
    view = SizingView(
        least,
        nav_from,
        posture,
        rules_said(snapshot, now_ms),
        checks_of(snapshot, settings, symbols, least, posture),
        postures=_postures(snapshot, settings, symbols, least),
        nav_most_usdt=most,
    )
    told = _warnings(snapshot, config.run.environment, config.run.symbols, symbols, now_ms)
    return _result(view, told, snapshot, now_ms)


def rules_said(snapshot: Instruments, now_ms: int) -> str:
    """Where rules and prices come from, and how old they are."""
    from hedgectl.config.instruments import SHIPPED
    from hedgectl.screens.words import day_clock, duration

    age, where = duration(snapshot.age_s(now_ms)), "as shipped" if snapshot.path in SHIPPED else snapshot.path
    return f"{snapshot.source}, {day_clock(snapshot.taken_ms)}, {age} old, {where}"


def _postures(
    snapshot: Instruments, settings: Settings, symbols: Sequence[str], nav_usdt: Decimal
) -> tuple[PostureView, ...]:
    """What each posture leaves of an order, and for which symbols that is too little."""
    from hedgectl.config.instruments import checks_of
    from hedgectl.screens.sizing import PostureView

    made = []
    for posture in POSTURES:
        told = checks_of(snapshot, settings, symbols, nav_usdt, posture)
        entry_usdt = told[0].asked.posture_usdt if told else Decimal(0)
        made.append(PostureView(posture, entry_usdt, tuple(each.symbol for each in told if not each.tradable)))
    return tuple(made)


def _warnings(
    snapshot: Instruments, environment: str, listed: Sequence[str], symbols: Sequence[str], now_ms: int
) -> list[Problem]:
    """What makes the answer less than certain, and symbols of which nothing is known (these fail the check)."""
    from hedgectl.config.instruments import NO_RULES, OLD_RULES, OTHER_RULES, REFRESH
    from hedgectl.core.risk.gates_intent import NOT_LISTED
    from hedgectl.screens.words import duration

    found = []
    if snapshot.old(now_ms):
        what = f"rules and prices are {duration(snapshot.age_s(now_ms))} old"
        found.append(Problem(OLD_RULES.name, what, REFRESH, "warn"))
    if snapshot.source != environment:
        what = f"the rules are of {snapshot.source}, the run is set to {environment}"
        found.append(Problem(OTHER_RULES.name, what, REFRESH, "warn"))
    for each in symbols:
        about = {"symbol": each}
        if each not in snapshot.listed:
            found.append(Problem(NO_RULES.name, f"{each} is not in the instrument snapshot", REFRESH, about=about))
        elif each not in listed:
            what, hint = f"{each} may not be traded", f"add {each} to run.symbols"
            found.append(Problem(NOT_LISTED.name, what, hint, "warn", about))
    return found


def _result(view: SizingView, told: Sequence[Problem], snapshot: Instruments, now_ms: int) -> Result:
    """The answer, its picture, and a problem for each conflict."""
    import shutil
    import sys
    from dataclasses import replace

    from hedgectl.config.fixes import fixes
    from hedgectl.core.model.money import plain
    from hedgectl.screens.sizing import conflict, elsewhere, sizing_lines

    found = {each.symbol: fixes(each) for each in view.checks}
    conflicts = [
        Problem(
            each.code,
            conflict(each),
            found[each.symbol][0].text if found[each.symbol] else elsewhere(each),
            about={"symbol": each.symbol},
        )
        for each in view.checks
        if not each.tradable
    ]
    problems = (*told, *conflicts)
    shown = replace(
        view,
        fixes={symbol: tuple(_shown(each) for each in several) for symbol, several in found.items()},
        warnings=tuple((each.what, each.hint) for each in told),
    )
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_IN_A_PIPE
    code = ExitCode.PROBLEMS if any(each.severity == "fail" for each in problems) else ExitCode.OK
    rules = {"source": snapshot.source, "taken_ms": snapshot.taken_ms, "path": str(snapshot.path)}
    data = {
        "nav_usdt": plain(view.nav_usdt),
        "nav_from": view.nav_from,
        "nav_most_usdt": plain(view.nav_most_usdt) if view.nav_most_usdt is not None else None,
        "posture": view.posture,
        "rules": {**rules, "age_s": snapshot.age_s(now_ms), "old": snapshot.old(now_ms)},
        "symbols": [_told(each, found[each.symbol]) for each in view.checks],
        "postures": [
            {"name": each.name, "entry_usdt": plain(each.entry_usdt), "refused": each.refused} for each in view.postures
        ],
    }
    return Result("sizing-check", code, data, problems, tuple(sizing_lines(shown, width)))


def _shown(fix: Fix) -> FixView:
    from hedgectl.screens.sizing import FixView
    from hedgectl.screens.words import money

    margin = ((f"{money(fix.margin_usdt)} USDT, to NAV {money(fix.nav_usdt)}", ""),) if fix.margin_usdt else ()
    return FixView(fix.kind.value, (*margin, *((each.line, each.old) for each in fix.settings)))


def _told(each: Check, found: Sequence[Fix]) -> dict[str, object]:
    """One symbol for programs; USDT and quantities as text, exact."""
    from hedgectl.config.catalogue import catalogue
    from hedgectl.core.model.money import plain

    price = each.asked.price
    return {
        "symbol": each.symbol,
        "tradable": each.tradable,
        "code": each.code,
        "price": plain(price),
        "smallest_quantity": plain(each.quantity),
        "smallest_usdt": plain(each.floor_usdt),
        "cap_usdt": plain(each.cap.usdt),
        "cap": each.cap.key,
        "nav_needed_usdt": plain(each.nav_needed_usdt) if each.nav_needed_usdt is not None else None,
        "floors": [
            {"key": one.key, "least": plain(one.least), "smallest_usdt": plain(one.quantity * price)}
            for one in each.floors
        ],
        "caps": [{"key": one.key, "code": one.code.name, "usdt": plain(one.usdt)} for one in each.caps],
        "fixes": [
            {
                "kind": fix.kind.value,
                "margin_usdt": plain(fix.margin_usdt),
                "nav_usdt": plain(fix.nav_usdt),
                "settings": [
                    {"key": one.key, "old": one.old, "new": one.new, "variable": catalogue()[one.key].variable}
                    for one in fix.settings
                ],
            }
            for fix in found
        ],
    }
