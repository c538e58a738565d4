"""`hedgectl trace ID`: everything that happened for one intent, in order of time, from the journal alone."""

from __future__ import annotations

from typing import Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

ROWS_MAX = 2_000
NEAR_MAX = 10


def register(app: typer.Typer) -> None:
    command(app, "trace", "Look")(trace)


def trace(
    common: Common,
    name: Annotated[
        str, typer.Argument(metavar="[ID]", help="Correlation, intent or client id, or its beginning.")
    ] = "",
    last: Annotated[bool, typer.Option("--last", help="The last story (default without an ID).")] = False,
    why: Annotated[bool, typer.Option("--why", help="Also the inputs that led to each decision.")] = False,
) -> Result:
    """Tell the story of one intent: wish, verdict, sends, answers, fills, cover, truth."""
    from hedgectl.commands.stories import find
    from hedgectl.config.locate import journal_path
    from hedgectl.screens.trace import tell, trace_lines
    from hedgectl.store.reader import open_reader
    from hedgectl.store.rows import JournalUnusable

    path = journal_path(common.config, common.state_dir)
    try:
        with open_reader(path) as reader:
            found, others = find(reader, "" if last else name)
            rows = [tell(*row) for row in reader.by_correlation(found, ROWS_MAX)] if found else []
    except JournalUnusable as wrong:
        return Result(
            "trace", ExitCode.PROBLEMS, problems=(Problem("journal.unusable", str(wrong), "hedgectl run --for 20s"),)
        )
    rows = [row for row in rows if row.correlation == found and (why or not row.kind.startswith("in."))]
    if not rows:
        return _nothing(name, str(path), others)
    data = {
        "correlation_id": found,
        "journal": str(path),
        "events": [
            {"seq": r.seq, "at_ms": r.at_ms, "kind": r.kind, "symbol": r.symbol, "event": r.event} for r in rows
        ],
    }
    return Result("trace", data=data, lines=tuple(trace_lines(rows)))


def _nothing(name: str, path: str, others: list[str]) -> Result:
    if others:
        what = f"{name} is the beginning of {len(others)} stories"
        hint = "one of " + ", ".join(others[:NEAR_MAX])
        return Result("trace", ExitCode.PROBLEMS, problems=(Problem("trace.ambiguous", what, hint),))
    what = f"nothing named {name} in {path}" if name else f"{path} holds no story yet"
    return Result("trace", ExitCode.PROBLEMS, problems=(Problem("trace.not_found", what, "hedgectl trace --last"),))
