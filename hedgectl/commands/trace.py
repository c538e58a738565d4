"""`hedgectl trace ID`: everything that happened for one intent, in order of time, from the journal alone.

With `--replay` its inputs are decided again, by today's code, and compared with what was decided then (B9).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgectl.commands.common import Common, command
from hedgectl.commands.result import ExitCode, Problem, Result

if TYPE_CHECKING:
    from hedgectl.core.replay import Difference, Group, Replay
    from hedgectl.screens.trace import Told

NEAR_MAX = 10
EXAMPLES = (
    "hedgectl trace --last # the newest story",
    "hedgectl trace k7f2 --why # one by its beginning, with its inputs",
    "hedgectl trace --replay # the whole journal through today's code",
)


def register(app: typer.Typer) -> None:
    command(app, "trace", "Look", examples=EXAMPLES)(trace)


def trace(
    common: Common,
    name: Annotated[
        str, typer.Argument(metavar="[ID]", help="Correlation, intent or client id, or its beginning.")
    ] = "",
    last: Annotated[bool, typer.Option("--last", help="The last story (default without an ID).")] = False,
    why: Annotated[bool, typer.Option("--why", help="Also the inputs that led to each decision.")] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Decide its inputs again and compare; without an ID, the whole journal.")
    ] = False,
) -> Result:
    """Tell the story of one intent: evidence, belief, policy and action in order; "~" marks what is its symbol's."""
    from hedgectl.commands.journals import chosen, unusable_hint
    from hedgectl.commands.stories import find, story
    from hedgectl.store.reader import open_reader
    from hedgectl.store.rows import JournalUnusable

    path = chosen(common).path
    whole = replay and not name and not last
    try:
        with open_reader(path) as reader:
            found, others = ("", []) if whole else find(reader, "" if last else name)
            begins = [row[0] for row in reader.since(0, 1)]
            rows = story(reader, found, why) if found else []
        if whole or (replay and rows):
            return _replayed(path, found, begins)
    except JournalUnusable as wrong:
        problem = Problem("journal.unusable", str(wrong), unusable_hint(path, wrong))
        return Result("trace", ExitCode.PROBLEMS, problems=(problem,))
    return _told(found, path, rows) if rows else _nothing(name, str(path), others)


def _told(correlation: str, path: Path, rows: list[Told]) -> Result:
    from hedgectl.screens.trace import layer, trace_lines

    events = [
        {
            "seq": row.seq,
            "at_ms": row.at_ms,
            "kind": row.kind,
            "symbol": row.symbol,
            "event": row.event,
            "layer": layer(row.kind),
            "beside": row.beside,
            "used": row.used,
        }
        for row in rows
    ]
    data = {"correlation_id": correlation, "journal": str(path), "events": events}
    return Result("trace", data=data, lines=tuple(trace_lines(rows)))


def _replayed(path: Path, correlation: str, begins: list[int]) -> Result:
    """Decide the inputs of a story, or all, again. Without the journal's beginning there is no state to start from."""
    from hedgectl.core.replay import replay
    from hedgectl.screens.replay import replay_lines
    from hedgectl.store.reader import replay as rows_of
    from hedgectl.store.rows import given_of

    if begins != [1]:
        what = f"{path} begins at seq {begins[0]}" if begins else f"{path} is empty"
        hint = "a replay needs every row from the first one on"
        return Result("trace", ExitCode.PROBLEMS, problems=(Problem("replay.no_beginning", what, hint),))

    def asked(group: Group) -> bool:
        return not correlation or any(row[3] == correlation for row in group)

    found = replay(rows_of(path), given_of, asked)
    data = {
        "correlation_id": correlation,
        "journal": str(path),
        "inputs": found.inputs,
        "differences": [_difference(each) for each in found.differences],
        "skipped": found.skipped,
        "ended": found.ended,
    }
    sound = found.inputs and not found.differences and not found.ended
    code = ExitCode.OK if sound else ExitCode.PROBLEMS
    return Result("trace", code, data, tuple(_problems(found)), tuple(replay_lines(found)))


def _problems(found: Replay) -> list[Problem]:
    problems = []
    if found.differences:
        first = found.differences[0]
        hint = f"hedgectl trace {first.correlation_id} --why" if first.correlation_id else "see the changelog"
        problems.append(Problem("replay.differs", f"{len(found.differences)} inputs are decided otherwise today", hint))
    if found.ended:
        problems.append(Problem("replay.ended", found.ended, "replay it with the version that wrote it"))
    for why, count in found.skipped.items():
        hint = "replay them with the version that wrote them"
        problems.append(Problem("replay.skipped", f"{count} inputs were not compared: {why}", hint, "warn"))
    return problems


def _difference(each: Difference) -> dict[str, object]:
    return {
        "seq": each.seq,
        "at_ms": each.at_ms,
        "kind": each.kind,
        "correlation_id": each.correlation_id,
        "symbol": each.symbol,
        "where": each.where,
        "then": each.was,
        "now": each.now,
        "events_then": [{"kind": note.event.kind, "event": note.event} for note in each.then],
        "events_now": [{"kind": note.event.kind, "event": note.event} for note in each.today],
    }


def _nothing(name: str, path: str, others: list[str]) -> Result:
    if others:
        what = f"{name} is the beginning of {len(others)} stories"
        hint = "one of " + ", ".join(others[:NEAR_MAX])
        return Result("trace", ExitCode.PROBLEMS, problems=(Problem("trace.ambiguous", what, hint),))
    what = f"nothing named {name} in {path}" if name else f"{path} holds no story yet"
    return Result("trace", ExitCode.PROBLEMS, problems=(Problem("trace.not_found", what, "hedgectl trace --last"),))
