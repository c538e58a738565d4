"""`hedgectl route-dry-run`: what a run would do with an intent, gate by gate, up to the bytes it would send (T10).

Offline from the configuration, the instrument snapshot and the journal; or on a venue that is only read. Nothing is
ever sent: offline there is no client, and the one that reads can't write.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result
from hedgectl.commands.route_scene import NAME, Asked, Known, at_venue, cannot, from_files
from hedgectl.commands.submit import raw_of

if TYPE_CHECKING:
    from hedgectl.config.schema import Config
    from hedgectl.intake.book import BookFile
    from hedgectl.runtime.scene import Supposed

LINES_MAX = 10_000
BYTES_MAX = 16 * 1024 * 1024
READ, LIVE = "read", "live"
EXAMPLES = (
    "hedgectl route-dry-run intents.jsonl --nav 5000 # many, from files",
    "hedgectl route-dry-run - --nav read --book live # by a look",
    "hedgectl route-dry-run - --nav 400 --book book.json # your quotes",
)


def register(app: typer.Typer) -> None:
    command(app, NAME, "Look", examples=EXAMPLES)(route_dry_run)


def route_dry_run(
    common: Common,
    source: Annotated[
        str,
        typer.Argument(metavar="[JSON|FILE|-]", help="Intents as for `submit`; at most 10 000 lines, 16 KiB each."),
    ] = "",
    symbol: Annotated[str, typer.Option("--symbol", metavar="BTCUSDT", help="What to trade.")] = "",
    side: Annotated[
        str, typer.Option("--side", metavar="BUY|SELL", help="Of an entry; of an exit it infers the leg.")
    ] = "",
    notional: Annotated[str, typer.Option("--notional", metavar="USDT", help="Size of an entry in USDT.")] = "",
    quantity: Annotated[str, typer.Option("--quantity", metavar="QTY", help="Size in the base asset.")] = "",
    type_: Annotated[str, typer.Option("--type", metavar="market|limit", help="Else a market order.")] = "",
    price: Annotated[str, typer.Option("--price", metavar="PRICE", help="Of a limit order.")] = "",
    leg: Annotated[str, typer.Option("--leg", metavar="LONG|SHORT|BOTH", help="Which leg of the position.")] = "",
    exit_: Annotated[bool, typer.Option("--exit", help="Close, all of the leg without --quantity.")] = False,
    name: Annotated[str, typer.Option("--id", metavar="ID", help="Intent id.")] = "",
    paper: Annotated[bool, typer.Option("--paper", help="As a paper order.")] = False,
    nav: Annotated[str, typer.Option("--nav", metavar="USDT|read", help="NAV, or the account's.")] = "",
    position_mode: Annotated[
        str, typer.Option("--position-mode", metavar="hedge|one-way|read", help="Else the journal's, else both.")
    ] = "",
    book: Annotated[
        str, typer.Option("--book", metavar="FILE|live", help="Quotes and positions; else the snapshot's prices.")
    ] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="A desk without a past: no journal, no kill switch.")] = False,
    env: Annotated[str, typer.Option("--env", metavar="sim|demo|live", help="With read and live: where.")] = "",
    sim_url: Annotated[str, typer.Option("--sim-url", metavar="URL", help="With read and live: a served box.")] = "",
) -> Result:
    """Show what a run would do with intents: every gate's verdict, the size, the plan, the exact requests. Sends
    nothing. Exit code 1 if one is refused.

    A --book FILE is JSON; sizes, mark (else the middle), at (else now) and
    positions may be left out, a quantity is above 0, but signed on leg BOTH:
    {"quotes": [{"symbol", "bid", "ask", "bid_size", "ask_size", "mark", "at"}],
    "positions": [{"symbol", "leg", "quantity", "entry_price"}]}
    """
    import orjson

    from hedgectl.intake.codes import TOO_BIG

    given = {
        "symbol": symbol, "side": side, "notional_usdt": notional, "quantity": quantity, "type": type_, "price": price,
        "leg": leg, "action": "exit" if exit_ else "", "intent_id": name, "paper": paper,
    }  # fmt: skip
    flags: dict[str, Any] = {key: value for key, value in given.items() if value}
    if bool(source) == bool(flags):
        raise typer.BadParameter("give intents by flags, or as JSON, a file or -", param_hint="JSON|FILE|-")
    config = _config(common, env)
    reads = READ in (nav, position_mode) or book == LIVE
    _check(config.run.environment, reads, env, sim_url)
    supposed = _supposed(nav, position_mode, book)
    if isinstance(supposed, Result):
        return supposed
    raw = raw_of(source, BYTES_MAX) if source else orjson.dumps(flags)
    if len(raw) > BYTES_MAX:
        return cannot(ExitCode.PROBLEMS, TOO_BIG, f"more than {BYTES_MAX // 2**20} MiB", "ask for fewer at a time")
    asked = Asked(common, config, supposed, raw, fresh)
    known = at_venue(asked, sim_url) if reads else from_files(asked)
    return known if isinstance(known, Result) else _told(asked, known)


def _config(common: Common, env: str) -> Config:
    import os

    from hedgectl.config.sources import load

    flags = {
        "run.environment": env or None,
        "run.state_dir": str(common.state_dir) if common.state_dir else None,
    }
    return load(flags, os.environ, common.config).config


def _check(environment: str, reads: bool, env: str, sim_url: str) -> None:
    """Flags that contradict each other are usage errors, before anything is opened."""
    from hedgectl.venue.environment import loopback_base

    for flag, value in (("--env", env), ("--sim-url", sim_url)):
        if value and not reads:
            hint = "nothing is read without --nav read, --position-mode read or --book live"
            raise typer.BadParameter(hint, param_hint=flag)
    if sim_url and environment != "sim":
        raise typer.BadParameter(f"works in the box only, not in {environment}", param_hint="--sim-url")
    if sim_url:
        try:
            loopback_base(sim_url)
        except ValueError as wrong:
            raise typer.BadParameter(str(wrong), param_hint="--sim-url") from wrong


def _supposed(nav: str, position_mode: str, book: str) -> Supposed | Result:
    """What was given by hand, or why a book file is none."""
    from hedgectl.commands.nav import nav_of
    from hedgectl.core.model.order import Leg, Mode
    from hedgectl.intake.json_text import Malformed
    from hedgectl.runtime.scene import Supposed

    modes = [each.value for each in Mode]
    if position_mode not in ("", READ, *modes):
        raise typer.BadParameter(f"one of {', '.join(modes)}, {READ}", param_hint="--position-mode")
    mode = Mode(position_mode) if position_mode in modes else None
    try:
        told = _book(book) if book not in ("", LIVE) else None
    except Malformed as wrong:
        bad = wrong.bad
        what = f"{book}: {bad.field} {bad.found}".replace("  ", " ").strip()
        about = {"field": bad.field, "found": bad.found}
        return Result(NAME, ExitCode.PROBLEMS, problems=(Problem(bad.code, what, bad.hint, about=about),))
    legs = {each.leg is Leg.BOTH for each in told.positions or ()} if told is not None else set()
    if len(legs) > 1 or (mode is not None and legs and (mode is Mode.ONE_WAY) not in legs):
        hint = "BOTH is the leg of one-way mode, LONG and SHORT are those of hedge mode"
        raise typer.BadParameter(hint, param_hint="--book")
    return Supposed(nav_of(nav, "--nav") if nav not in ("", READ) else None, mode, told)


def _book(path: str) -> BookFile:
    import time

    from hedgectl.intake import book

    try:
        with Path(path).open("rb") as file:
            raw = file.read(book.BYTES_MAX + 1)
    except OSError as wrong:
        raise typer.BadParameter(f"{path}: {wrong.strerror}", param_hint="--book") from wrong
    return book.read_book(raw, round(time.time() * 1000))


def _told(asked: Asked, known: Known) -> Result:
    """Rehearse every intent of the message in every mode that may hold, and say what came of it."""
    from hedgectl.commands.route_answer import acts_of, result
    from hedgectl.core.engine.rehearsing import recall
    from hedgectl.core.model.input import IntentReceived
    from hedgectl.core.model.intent import Entry
    from hedgectl.intake.json_text import Bounds
    from hedgectl.intake.parse import IntakeLimits, numbered_intents

    scene = known.scene
    bounds = Bounds(asked.config.limits.intent_bytes_max, LINES_MAX)
    limits = IntakeLimits(scene.state.settings.intent_age_ms_max, bounds)
    intents = numbered_intents(asked.raw, now_ms=scene.now.exchange_ms, limits=limits, origin=NAME)
    wishes = [each.intent for _, each in intents if isinstance(each, IntentReceived)]
    if scene.state.volatile.wallet is None and any(isinstance(each, Entry) for each in wishes):
        raise typer.BadParameter("an entry is judged by it: give --nav 400, or --nav read", param_hint="--nav")
    recall(scene.state, [each.intent_id for each in wishes])
    return result(acts_of(scene, intents), known, asked)
