"""`hedgectl config`: show, explain, check and init the configuration file; the instrument snapshot beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command, group
from hedgectl.commands.instruments import instruments
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.config.schema import Config


def register(app: typer.Typer) -> None:
    room = group(app, "config", "The configuration: show it, explain it, check it, make a file.", "Setup")
    command(room, "show", examples=("hedgectl config show --origin # and who set each value",))(show)
    command(room, "explain", examples=("hedgectl config explain run.cycle_s # one key",))(explain)
    command(room, "check", examples=("hedgectl config check --nav 400 # and its sizes",))(check)
    command(room, "init", examples=("hedgectl config init # ./hedgectl.toml",))(init)
    refresh = "hedgectl config instruments --refresh --env demo # no key needed"
    command(room, "instruments", examples=(refresh,))(instruments)


def show(
    common: Common,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
) -> Result:
    """Every value that is in force, as TOML; --origin adds whether flag, variable, file or default set it."""
    import os

    from hedgectl.config.catalogue import catalogue, shown
    from hedgectl.config.sources import load, value_of
    from hedgectl.screens.ink import Tone, line

    loaded = load(_flags(common), os.environ, common.config)
    rows, values, section = (
        [line(("# " + (str(loaded.file) if loaded.file else "no file: defaults"), Tone.DIM))],
        {},
        "",
    )
    for name in catalogue():
        table, _, last = name.partition(".")
        if table != section:
            rows += [line(), line((f"[{table}]", Tone.BOLD))]
            section = table
        text = shown(value_of(loaded.config, name))
        where = loaded.origins[name]
        values[name] = {"value": text, "origin": where}
        comment = f"  # {where}" if origin else ""
        tone = Tone.DIM if where == "default" else Tone.HINT
        rows.append(line(f"{last} = {text}", (comment, tone), whole=True))
    return Result("config show", data={"file": str(loaded.file or ""), "values": values}, lines=tuple(rows))


def explain(
    common: Common, name: Annotated[str, typer.Argument(metavar="[KEY]", help="As run.cycle_s.")] = ""
) -> Result:
    """What a key means, its unit, its bounds, its default and its environment variable."""
    from difflib import get_close_matches

    from hedgectl.config.catalogue import catalogue, shown
    from hedgectl.screens.ink import Tone, line

    keys = [each for each in catalogue().values() if each.name == name or each.name.startswith(f"{name}.") or not name]
    if not keys:
        near = get_close_matches(name, catalogue(), 1, 0.4)
        hint = f"hedgectl config explain {near[0]}" if near else "hedgectl config explain"
        problem = Problem("config.unknown_key", f"there is no key {name}", hint)
        return Result("config explain", ExitCode.PROBLEMS, problems=(problem,))
    rows = []
    for key in keys:
        rows += [line((key.name, Tone.BOLD), f"  {key.about}"), line(f"  {key.expected}, default {shown(key.default)}")]
        rows.append(line((f"  {key.variable}", Tone.DIM)))
    data = {
        key.name: {
            "about": key.about,
            "expected": key.expected,
            "default": shown(key.default),
            "variable": key.variable,
        }
        for key in keys
    }
    return Result("config explain", data=data, lines=tuple(rows))


def check(
    common: Common,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Else what is in force.")] = None,
    nav: Annotated[str, typer.Option("--nav", metavar="USDT", help="NAV; else the journal's last.")] = "",
) -> Result:
    """Check a file, or what is in force now: every problem at once, exit code 3 if there is one. A smallest order above
    its cap is a warning."""
    import os

    from hedgectl.config.sources import load
    from hedgectl.screens.ink import Tone, line

    named = file or common.config
    loaded = load(_flags(common), os.environ, named)
    changed = sum(origin != "default" for origin in loaded.origins.values())
    what = f"{loaded.file or 'no file'}, {changed} of {len(loaded.origins)} values set"
    rows = [line(("✓ ", Tone.GOOD), "config  ", what)]
    conflicts = _conflicts(loaded.config, named, common.state_dir, nav)
    for each in conflicts:
        rows += [line(("! ", Tone.WARN), "sizing  ", each.what), line(" " * 10, (each.hint, Tone.HINT))]
    data = {"file": str(loaded.file or ""), "set": changed}
    return Result("config check", data=data, problems=conflicts, lines=tuple(rows))


def _conflicts(config: Config, named: Path | None, state_dir: Path | None, nav: str) -> tuple[Problem, ...]:
    """The symbols that can't be entered at a NAV: given, or the journal's last; where none is known, at any (R5)."""
    import time

    from hedgectl.commands.nav import NAV_USDT_MAX, known_nav, nav_of
    from hedgectl.config.convert import to_settings
    from hedgectl.config.instruments import checks_of, read_instruments
    from hedgectl.config.problem import ConfigRefused
    from hedgectl.core.model.money import plain
    from hedgectl.screens.sizing import conflict

    known = (nav_of(nav, "--nav"), "") if nav else known_nav(named, state_dir, round(time.time() * 1000))
    nav_usdt = known[0] if known else NAV_USDT_MAX
    try:
        snapshot = read_instruments(named)
    except ConfigRefused as wrong:
        return tuple(Problem(each.code, each.what, each.hint, "warn", each.about) for each in wrong.problems)
    at = f"at NAV {plain(nav_usdt)}" if known else "at any NAV"
    where = f" --config {named}" if named else ""
    hint = f"hedgectl sizing-check --nav {plain(nav_usdt) if known else 1000}{where} --symbol"
    return tuple(
        Problem(each.code, f"{conflict(each)} {at}", f"{hint} {each.symbol}", "warn", {"symbol": each.symbol})
        for each in checks_of(snapshot, to_settings(config), config.run.symbols, nav_usdt)
        if not each.tradable
    )


def init(
    common: Common,
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="Where to.")] = Path("hedgectl.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> Result:
    """Write a file with every key, commented out, with its meaning and bounds."""
    from hedgectl.config.template import template
    from hedgectl.screens.ink import Tone, line

    text = template()  # before the file is there: Ctrl-C leaves no half one in the way
    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        problem = Problem("config.exists", f"{file} is there already", f"hedgectl config init {file} --force")
        return Result("config init", ExitCode.PROBLEMS, problems=(problem,))
    except OSError as wrong:
        problem = Problem("config.not_written", f"{file}: {wrong.strerror}", "name a file that can be written")
        return Result("config init", ExitCode.PROBLEMS, problems=(problem,))
    rows = (
        line(("✓ ", Tone.GOOD), f"wrote {file}"),
        line(("  next  ", Tone.DIM), ("hedgectl config show --origin", Tone.HINT)),
    )
    return Result("config init", data={"file": str(file)}, lines=rows)


def _flags(common: Common) -> dict[str, object]:
    return {"run.state_dir": str(common.state_dir) if common.state_dir else None}
