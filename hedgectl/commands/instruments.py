"""`hedgectl config instruments`: the snapshot that offline checks size by; `--refresh` takes a new one from the venue.

Public data only, so no key is needed in any environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hedgectl.config.instruments import Instruments, Listed
    from hedgectl.config.schema import Config
    from hedgectl.core.model.input import ReadFailed
    from hedgectl.screens.ink import Line

COLUMNS = ("symbol", "status", "price", "tick", "step", "min qty", "market max", "min USDT")


def instruments(
    common: Common,
    refresh: Annotated[bool, typer.Option("--refresh", help="Take a new one from the venue.")] = False,
    env: Annotated[str, typer.Option("--env", metavar="sim|demo|live", help="With --refresh: which venue.")] = "",
) -> Result:
    """Rules and prices that `sizing-check` works by, with their age; --refresh rewrites them from the venue."""
    import os
    import time

    from hedgectl.config.instruments import read_instruments
    from hedgectl.config.locate import find_file
    from hedgectl.config.sources import load

    if env and not refresh:
        raise typer.BadParameter("names the venue of a --refresh", param_hint="--env")
    find_file(common.config)  # the snapshot is looked for beside it: one that is not there is a slip
    missing: tuple[str, ...] = ()
    if refresh:
        config = load({"run.environment": env or None}, os.environ, common.config).config
        symbols = dict.fromkeys(
            (*config.run.symbols, *(each for tier in config.tiers.values() for each in tier.symbols))
        )
        taken = _refreshed(config, tuple(symbols), common.config)
        if isinstance(taken, Result):
            return taken
        missing = taken
    return _result(read_instruments(common.config), missing, round(time.time() * 1000))


def _refreshed(config: Config, symbols: tuple[str, ...], named: Path | None) -> tuple[str, ...] | Result:
    """Write a new snapshot; the symbols that the venue does not list, or why there is none."""
    import asyncio

    from hedgectl.config.instruments import target, written
    from hedgectl.core.model.input import ReadFailed
    from hedgectl.runtime.clock import RealClock
    from hedgectl.sim.market.errors import FeedError
    from hedgectl.venue.client import ClientError

    try:
        taken = asyncio.run(_taken(config, symbols))
        if isinstance(taken, ReadFailed):
            what = f"{config.run.environment}: {taken.why}"
            return _cannot(ExitCode.VENUE, "venue.unreadable", what, "check the network and the exchange's status page")
        path = target(named)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(written(config.run.environment, RealClock().wall_ms(), taken))
        fresh.replace(path)
    except FeedError as wrong:
        return _cannot(ExitCode.PROBLEMS, "feed.unusable", f"{wrong.where}: {wrong.what}", wrong.fix)
    except ClientError as wrong:
        return _cannot(ExitCode.VENUE, "venue.no_client", str(wrong), "hedgectl version")
    except OSError as wrong:
        what = f"{wrong.filename}: {wrong.strerror or wrong}"
        return _cannot(
            ExitCode.CONFIG, "config.not_written", what, "name a file by --config whose folder can be written"
        )
    return tuple(sorted(set(symbols) - {each.rules.symbol for each in taken}))


async def _taken(config: Config, symbols: tuple[str, ...]) -> tuple[Listed, ...] | ReadFailed:
    """Rules and prices of those symbols that the venue lists and quotes."""
    from hedgectl.config.instruments import Listed
    from hedgectl.config.options import RunOptions
    from hedgectl.core.model.input import ReadFailed
    from hedgectl.runtime.clock import ExchangeTime, RealClock
    from hedgectl.runtime.place import open_place

    clock = RealClock()
    wanted = config.model_copy(update={"run": config.run.model_copy(update={"symbols": symbols})})
    place = open_place(RunOptions(), wanted, None, clock, ExchangeTime(clock))
    try:
        found = await place.venue.instruments(())
        if isinstance(found, ReadFailed):
            return found
        rules = {each.symbol: each for each in found.instruments if each.symbol in symbols}
        quoted = await place.venue.quotes(tuple(rules))
        if isinstance(quoted, ReadFailed):
            return quoted
    finally:
        await place.venue.close()
    prices = {each.symbol: each.ask or each.mark for each in quoted.quotes}
    return tuple(Listed(prices[symbol], rules[symbol]) for symbol in rules if prices[symbol])


def _cannot(exit_code: ExitCode, code: str, what: str, hint: str) -> Result:
    return Result("config instruments", exit_code, problems=(Problem(code, what, hint),))


def _result(snapshot: Instruments, missing: tuple[str, ...], now_ms: int) -> Result:
    """The snapshot as a table. Symbols that the venue does not list are problems."""
    from dataclasses import asdict

    from hedgectl.config.instruments import OLD_RULES, REFRESH

    problems = [
        Problem("venue.not_listed", f"{symbol} is not at the venue", f"take {symbol} out of its tier", "warn")
        for symbol in missing
    ]
    if snapshot.old(now_ms):
        problems.append(Problem(OLD_RULES.name, "prices and filters may have changed", REFRESH, "warn"))
    data = {
        "path": str(snapshot.path),
        "source": snapshot.source,
        "taken_ms": snapshot.taken_ms,
        "age_s": snapshot.age_s(now_ms),
        "old": snapshot.old(now_ms),
        "instruments": [asdict(each) for each in snapshot.listed.values()],
    }
    lines = tuple(_lines(snapshot, problems, now_ms))
    return Result("config instruments", ExitCode.OK, data, tuple(problems), lines)


def _lines(snapshot: Instruments, problems: Sequence[Problem], now_ms: int) -> list[Line]:
    from hedgectl.commands.sizing import rules_said
    from hedgectl.core.model.money import plain
    from hedgectl.screens.ink import Tone, line
    from hedgectl.screens.words import price

    rows: list[tuple[str, ...]] = [COLUMNS]
    for each in snapshot.listed.values():
        rules = each.rules
        numbers = (rules.tick, rules.step, rules.market_min_qty, rules.market_max_qty, rules.min_notional)
        rows.append((rules.symbol, rules.status, price(each.price), *(plain(number) for number in numbers)))
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    texts = [
        "  ".join(
            f"{text:<{room}}" if at < 2 else f"{text:>{room}}"
            for at, (text, room) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    made = [line(("rules     ", Tone.DIM), rules_said(snapshot, now_ms))]
    made += [line(("! ", Tone.WARN), f"{each.what}  ", (each.hint, Tone.HINT)) for each in problems]
    return [*made, line(), line((texts[0], Tone.DIM)), *(line(text) for text in texts[1:])]
