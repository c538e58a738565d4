"""`hedgectl submit`: one or more intents to the run of this state folder; into its inbox when none is alive.

Every intent is completed here (id and time), so that sending the same thing again can never trade twice (L1).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import Result

ANSWER_S_MAX = 5.0
STDIN_BYTES_MAX = 4 * 1024 * 1024
EXAMPLES = (
    "hedgectl submit --symbol ETHUSDT --side BUY --notional 100 # an entry",
    "hedgectl submit --symbol ETHUSDT --exit --leg LONG # close it",
    "hedgectl submit intents.jsonl --json # many, from a file",
)


def register(app: typer.Typer) -> None:
    command(app, "submit", "Trade", examples=EXAMPLES)(submit)


def submit(
    common: Common,
    source: Annotated[
        str, typer.Argument(metavar="[JSON|FILE|-]", help="Intents: JSON text, a file, or - for stdin.")
    ] = "",
    symbol: Annotated[str, typer.Option("--symbol", metavar="BTCUSDT", help="What to trade.")] = "",
    side: Annotated[str, typer.Option("--side", metavar="BUY|SELL", help="Of an entry.")] = "",
    notional: Annotated[str, typer.Option("--notional", metavar="USDT", help="Size of an entry in USDT.")] = "",
    quantity: Annotated[str, typer.Option("--quantity", metavar="QTY", help="Size in the base asset.")] = "",
    type_: Annotated[str, typer.Option("--type", metavar="market|limit", help="Else a market order.")] = "",
    price: Annotated[str, typer.Option("--price", metavar="PRICE", help="Of a limit order.")] = "",
    leg: Annotated[str, typer.Option("--leg", metavar="LONG|SHORT|BOTH", help="Which leg of the position.")] = "",
    exit_: Annotated[bool, typer.Option("--exit", help="Close, all of the leg without --quantity.")] = False,
    name: Annotated[str, typer.Option("--id", metavar="ID", help="Intent id: the same id never trades twice.")] = "",
    paper: Annotated[bool, typer.Option("--paper", help="The whole path, with no order sent.")] = False,
) -> Result:
    """Send intents: by flags, or as JSON (one object, an array, or one object a line)."""
    import time

    import orjson

    from hedgectl.commands.handing import hand_over
    from hedgectl.config.locate import state_dir

    given = {
        "symbol": symbol, "side": side, "notional_usdt": notional, "quantity": quantity, "type": type_, "price": price,
        "leg": leg, "action": "exit" if exit_ else "", "intent_id": name, "paper": paper,
    }  # fmt: skip
    flags: dict[str, Any] = {key: value for key, value in given.items() if value}
    if bool(source) == bool(flags):
        raise typer.BadParameter("give intents by flags, or as JSON, a file or -", param_hint="JSON|FILE|-")
    raw = raw_of(source, STDIN_BYTES_MAX) if source else orjson.dumps(flags)
    return hand_over(raw, state_dir(common.config, common.state_dir), round(time.time() * 1000), ANSWER_S_MAX)


def raw_of(source: str, bytes_max: int) -> bytes:
    """The bytes that an argument names (JSON text, a file, or - for stdin), and one more where there are too many."""
    import sys

    if source == "-":
        return sys.stdin.buffer.read(bytes_max + 1)
    if source.lstrip()[:1] in ("{", "["):
        return source.encode("utf-8", "surrogateescape")
    try:
        with Path(source).open("rb") as file:
            return file.read(bytes_max + 1)
    except OSError as wrong:
        raise typer.BadParameter(f"{source}: {wrong.strerror}", param_hint="JSON|FILE|-") from wrong
