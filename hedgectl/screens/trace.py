"""A story of the journal, row by row: the events of one correlation with the time between them, or a stream of them.

Bodies are decoded here; a row that this version cannot read is shown by its kind, never an error (O6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hedgectl.core.decision import Noted
from hedgectl.core.model.codec import EVENTS, decode_row
from hedgectl.core.model.event import Event, Filled, IntentDone, IntentRefused, OrderPrepared
from hedgectl.core.model.input import Input
from hedgectl.screens.describe import describe
from hedgectl.screens.ink import Line, Part, Tone, line
from hedgectl.screens.words import clock, duration, plural


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the journal, with its event where this version can read it. `at_ms` is exchange time."""

    seq: int
    at_ms: int
    kind: str
    correlation: str
    symbol: str
    event: Event | Input | None


def tell(seq: int, at_ms: int, kind: str, correlation: str, symbol: str, body: bytes | str) -> Told:
    """A journal row for a screen."""
    event = None
    if kind in EVENTS:
        try:
            event = decode_row(kind, body)
        except ValueError:
            event = None
    return Told(seq, at_ms, kind, correlation, symbol, event)


def noted(note: Noted, at_ms: int) -> Told:
    """An event that was just noted, as a row for a screen; it has no seq yet."""
    return Told(0, at_ms, note.event.kind, note.correlation_id, note.symbol, note.event)


def said(row: Told) -> tuple[str, str, Tone]:
    """Word, text and tone of a row."""
    if row.event is not None:
        return describe(row.event)
    return row.kind, "" if row.kind.startswith("in.") else "not readable by this version", Tone.DIM


def event_line(row: Told) -> Line:
    """A row as `run` prints it into a pipe: time, name of the story, symbol, what happened."""
    word, text, tone = said(row)
    return line(
        (clock(row.at_ms, millis=True), Tone.DIM), f"  {row.correlation[:10]:<11}{row.symbol[:13]:<14}",
        (f"{word:<10}", tone), text
    )  # fmt: skip


def trace_lines(rows: Sequence[Told]) -> list[Line]:
    """The rows in order of time: the first with its time of day, the others with the time since it; then the sum."""
    if not rows:
        return []
    first = rows[0].at_ms
    made = []
    for number, row in enumerate(rows):
        word, text, tone = said(row)
        since = clock(first, millis=True) if number == 0 else _since(row.at_ms - first)
        made.append(line((f"{since:>14}   ", Tone.DIM), (f"{word:<10}", tone), text))
    return [*made, line(*_sum(rows))]


def _since(passed_ms: int) -> str:
    if passed_ms < 1_000:
        return f"+{passed_ms} ms"
    return f"+{passed_ms / 1000:.1f} s" if passed_ms < 120_000 else f"+{duration(passed_ms / 1000)}"


def _sum(rows: Sequence[Told]) -> list[str | Part]:
    events = [row.event for row in rows]
    sent = sum(isinstance(each, OrderPrepared) for each in events)
    fills = sum(isinstance(each, Filled) for each in events)
    done = [each for each in events if isinstance(each, IntentDone)]
    refused = [each for each in events if isinstance(each, IntentRefused)]
    if done:  # a second delivery of the same intent is refused, and changes nothing about how the first ended
        end: Part = (done[-1].outcome, Tone.BOLD)
    elif refused:
        end = (f"refused by {refused[-1].code}", Tone.BAD)
    else:
        end = ("open", Tone.WARN)
    passed = duration(max(rows[-1].at_ms - rows[0].at_ms, 0) / 1000)
    return [end, f" after {passed}   {plural(sent, 'order')}, {plural(fills, 'fill')}"]
