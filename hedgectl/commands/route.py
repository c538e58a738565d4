"""`hedgectl route-dry-run`: what a run would do with an intent, gate by gate, up to the bytes it would send (T10).

Offline from the configuration, the instrument snapshot and the journal; or on a venue that is only read. Nothing is
ever sent: offline there is no client, and the one that reads can't write.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result
from hedgectl.commands.submit import raw_of

if TYPE_CHECKING:
    from hedgectl.config.schema import Config
    from hedgectl.intake.book import BookFile
    from hedgectl.runtime.scene import Scene, Supposed

NAME = "route-dry-run"
LINES_MAX = 10_000
BYTES_MAX = 16 * 1024 * 1024
READ, LIVE = "read", "live"
EXAMPLES = (
    "hedgectl route-dry-run --symbol BTCUSDT --side BUY --notional 200 # an entry",
    "hedgectl route-dry-run intents.jsonl --nav 400 # many",
    "hedgectl route-dry-run --exit --symbol BTCUSDT --side BUY # a close",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: intents as bytes, and what is supposed around them. `fresh`: without a past."""

    common: Common
    config: Config
    supposed: Supposed
    raw: bytes
    fresh: bool


def register(app: typer.Typer) -> None:
    command(app, NAME, "Look", examples=EXAMPLES)(route_dry_run)


def route_dry_run(
    common: Common,
    source: Annotated[
        str,
        typer.Argument(metavar="[JSON|FILE|-]", help="Intents as for `submit`; at most 10 000 lines, 16 KiB each."),
    ] = "",
    symbol: Annotated[str, typer.Option("--symbol", metavar="BTCUSDT", help="As the exchange writes it.")] = "",
    side: Annotated[str, typer.Option("--side", metavar="BUY|SELL", help="Of the order, of a close too.")] = "",
    notional: Annotated[str, typer.Option("--notional", metavar="USDT", help="Size of an entry in USDT.")] = "",
    quantity: Annotated[str, typer.Option("--quantity", metavar="QTY", help="Size in the base asset.")] = "",
    type_: Annotated[str, typer.Option("--type", metavar="market|limit", help="Else market.")] = "",
    price: Annotated[str, typer.Option("--price", metavar="PRICE", help="Of a limit order.")] = "",
    leg: Annotated[str, typer.Option("--leg", metavar="LONG|SHORT|BOTH", help="Else inferred from the side.")] = "",
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

    A --book FILE is JSON: {"quotes": [{"symbol", "bid", "ask", "bid_size", "ask_size", "mark", "at"}], "positions":
    [{"symbol", "leg", "quantity", "entry_price"}]}. Sizes, mark (else the middle), at (else now) and positions may be
    left out; a quantity is above 0, but signed on leg BOTH.
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
        return _cannot(ExitCode.PROBLEMS, TOO_BIG, f"more than {BYTES_MAX // 2**20} MiB", "ask for fewer at a time")
    asked = Asked(common, config, supposed, raw, fresh)
    return _at_venue(asked, sim_url) if reads else _offline(asked)


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


def _offline(asked: Asked) -> Result:
    """From files alone."""
    import time

    from hedgectl.commands.sizing import rules_said
    from hedgectl.config.convert import to_settings
    from hedgectl.config.instruments import OLD_RULES, OTHER_RULES, REFRESH, read_instruments
    from hedgectl.config.locate import journal_path
    from hedgectl.core.model.moment import Moment
    from hedgectl.runtime import scene as room
    from hedgectl.screens.words import duration
    from hedgectl.store.rows import JournalUnusable

    common, config, supposed, fresh = asked.common, asked.config, asked.supposed, asked.fresh
    wall_ms = round(time.time() * 1000)
    now, settings, rules = Moment(room.MONO_MS, wall_ms, wall_ms), to_settings(config), read_instruments(common.config)
    environment, state_dir = config.run.environment, Path(config.run.state_dir)
    folder = journal_path(common.config, common.state_dir).parent if environment == "sim" else state_dir
    try:
        past = None if fresh else room.past_of(folder, wall_ms)
        state = room.begun(settings, past, None if fresh else state_dir, environment, now)
    except JournalUnusable as wrong:
        return _cannot(ExitCode.PROBLEMS, "journal.unusable", str(wrong), "leave it out: --fresh")
    scene = room.offline(settings, rules, supposed, state, past, now)
    sources = [("rules", rules_said(rules, wall_ms))]
    if not supposed.quotes:
        sources.append(("market", "bid, ask and mark are the one price of these rules"))
    warnings = []
    if rules.old(wall_ms):
        about = "rules" if supposed.quotes else "rules and prices"
        warnings.append(Problem(OLD_RULES.name, f"{about} are {duration(rules.age_s(wall_ms))} old", REFRESH, "warn"))
    if rules.source != environment:
        what = f"the rules are of {rules.source}, the run is set to {environment}"
        warnings.append(Problem(OTHER_RULES.name, what, REFRESH, "warn"))
    return _told(asked, scene, sources, warnings)


def _at_venue(asked: Asked, sim_url: str) -> Result:
    """On a venue as it is now."""
    import os

    from hedgectl.commands.reconcile import KEY_CODES
    from hedgectl.config.options import RunOptions
    from hedgectl.config.secrets import SecretsRefused, find_secrets
    from hedgectl.runtime import reading
    from hedgectl.runtime.reconciling import Unread
    from hedgectl.store.rows import JournalUnusable
    from hedgectl.venue.client import ClientError
    from hedgectl.venue.credentials import Credentials

    config, environment = asked.config, asked.config.run.environment
    try:
        secrets = find_secrets(os.environ, environment) if environment != "sim" else None
        credentials = Credentials(secrets.key, secrets.secret) if secrets is not None else None
        door = reading.Door(RunOptions(sim_url=sim_url or None), config, credentials)
        scene, door = reading.scene_of(door, asked.supposed, asked.fresh)
    except SecretsRefused as wrong:
        return _cannot(ExitCode.CREDENTIALS, "credentials.missing", wrong.what, wrong.hint)
    except Unread as wrong:
        refused = any(each in wrong.what for each in KEY_CODES)
        code = ExitCode.CREDENTIALS if refused else ExitCode.VENUE
        return _cannot(code, "credentials.refused" if refused else wrong.code, wrong.what, wrong.hint)
    except JournalUnusable as wrong:
        return _cannot(ExitCode.PROBLEMS, "journal.unusable", str(wrong), "leave it out: --fresh")
    except ClientError as wrong:
        return _cannot(ExitCode.VENUE, "venue.no_client", str(wrong), "hedgectl version")
    where: str = environment
    if door.fresh_box:
        where = "a fresh embedded exchange, since no run serves one"
    elif door.options.sim_url:
        where = f"the embedded exchange at {door.options.sim_url}"
    sources = [("venue", f"{where}, read just now")]
    return _told(asked, scene, sources, [])


def _told(asked: Asked, scene: Scene, sources: list[tuple[str, str]], warnings: list[Problem]) -> Result:
    """Rehearse every intent of the message in every mode that may hold, and say what came of it."""
    from hedgectl.commands.route_told import acts_of, result
    from hedgectl.core.engine.rehearsing import recall
    from hedgectl.core.model.input import IntentReceived
    from hedgectl.intake.json_text import Bounds
    from hedgectl.intake.parse import IntakeLimits, numbered_intents

    bounds = Bounds(asked.config.limits.intent_bytes_max, LINES_MAX)
    limits = IntakeLimits(scene.state.settings.intent_age_ms_max, bounds)
    intents = numbered_intents(asked.raw, now_ms=scene.now.exchange_ms, limits=limits, origin=NAME)
    recall(scene.state, [each.intent.intent_id for _, each in intents if isinstance(each, IntentReceived)])
    acts, verbose = acts_of(scene, intents), asked.common.verbose
    return result(acts, scene, asked.supposed, asked.fresh, sources, warnings, verbose)


def _cannot(exit_code: ExitCode, code: str, what: str, hint: str) -> Result:
    return Result(NAME, exit_code, problems=(Problem(code, what, hint),))
