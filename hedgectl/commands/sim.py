"""`hedgectl sim serve`: the embedded exchange on loopback, alive on its own, for runs that attach by --sim-url."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command, group
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.config.schema import Config
    from hedgectl.runtime.signals import Stops
EXAMPLES = ("hedgectl sim serve --port 8900 # for run --sim-url http://127.0.0.1:8900",)


def register(app: typer.Typer) -> None:
    command(group(app, "sim", "The embedded exchange.", "Trade"), "serve", examples=EXAMPLES)(serve)


def serve(
    common: Common,
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 takes a free one.")] = 0,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of the market.")] = None,
    position_mode: Annotated[str, typer.Option("--position-mode", metavar="hedge|one-way", help="Its account.")] = "",
    balance: Annotated[str, typer.Option("--balance", metavar="USDT", help="Wallet balance at the start.")] = "",
    symbols: Annotated[str, typer.Option("--symbols", metavar="A,B", help="Symbols of its market.")] = "",
    feed: Annotated[Path | None, typer.Option("--feed", metavar="FILE", help="Recorded market.")] = None,
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="End after this time.")] = "",
) -> Result:
    """Serve the embedded exchange on 127.0.0.1 until Ctrl-C. Key and secret are `sim`."""
    import asyncio
    import os

    from hedgectl.config.options import duration_s
    from hedgectl.config.sources import load

    try:
        for_s = duration_s(for_) if for_ else None
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--for") from wrong
    flags = {
        "box.seed": seed,
        "box.position_mode": position_mode or None,
        "box.balance_usdt": balance or None,
        "run.symbols": symbols or None,
    }
    config = load(flags, os.environ, common.config).config

    from hedgectl.runtime.signals import Stops
    from hedgectl.sim.market.errors import FeedError

    try:
        with Stops() as stops:
            told = asyncio.run(_serve(common, config, port, feed, for_s, stops))
    except FeedError as wrong:
        problem = Problem("feed.unusable", f"{wrong.where}: {wrong.what}", wrong.fix)
        return Result("sim serve", ExitCode.PROBLEMS, problems=(problem,))
    except OSError as wrong:
        problem = Problem("sim.port", f"port {port}: {wrong.strerror}", "hedgectl sim serve --port 0")
        return Result("sim serve", ExitCode.PROBLEMS, problems=(problem,))
    return Result("sim serve", data=told)


async def _serve(
    common: Common, config: Config, port: int, feed: Path | None, for_s: float | None, stops: Stops
) -> dict[str, object]:
    import asyncio
    import sys

    from hedgectl.commands.output import write
    from hedgectl.runtime.clock import RealClock
    from hedgectl.runtime.place import open_box
    from hedgectl.screens.ink import Tone, line
    from hedgectl.sim.server import serve as open_port

    clock = RealClock()
    box, listed = open_box(feed, config, clock)
    served = await open_port(box, port=port, now_ms=clock.wall_ms)
    ended = asyncio.Event()
    rows = [
        line(("exchange  ", Tone.DIM), (served.url, Tone.HINT), f"  {config.box.position_mode}  {' '.join(listed)}"),
        line(("  next  ", Tone.DIM), (f"hedgectl run --sim-url {served.url}", Tone.HINT)),
    ]
    try:
        write(rows, sys.stderr if common.json else sys.stdout, common.no_color)
        stops.tell(lambda _: ended.set())
        await asyncio.wait_for(ended.wait(), for_s)
    except TimeoutError:
        pass
    finally:
        await served.close()
    return {"url": served.url, "symbols": list(listed)}
