"""A story of the journal, row by row, with the time between: what was evidence, belief, policy and action (B9).

Bodies are decoded here; a row that this version cannot read is shown by its kind, never an error (O6). Rows of belief
carry no story's name: those of its symbols, while it lasted, stand beside it, marked "~".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hedgectl.core.decision import Noted
from hedgectl.core.model.codec import EVENTS, INPUTS, decode_row
from hedgectl.core.model.event import BeliefState, Event, Filled, IntentDone, IntentRefused, OrderPrepared
from hedgectl.core.model.input import Input
from hedgectl.screens.describe import describe
from hedgectl.screens.evidence import evidence
from hedgectl.screens.ink import Line, Part, Tone, line
from hedgectl.screens.words import clock, duration, plural
from hedgectl.store.rows import given_of

EVENT_TEXT, TEXT = 49, 37
"""Where the words of a row begin: of an event of a run, and of one of a story."""
EVIDENCE, BELIEF, POLICY, ACTION = "evidence", "belief", "policy", "action"
FAMILIES = dict.fromkeys(("intent", "exit", "alert", "run"), POLICY) | dict.fromkeys(
    ("mismatch", "execution", "belief", "position", "reconcile"), BELIEF
)
EXACT = dict.fromkeys(("order.prepared", "order.voided", "order.retry", "cancel.sent"), ACTION) | {
    "order.inferred": POLICY
}
BESIDE = ("mismatch.opened", "mismatch.closed", BeliefState.kind, "position.corrected")
"""Kinds that belong into every story of their symbol."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the journal, with its event or input where this version can read it. `at_ms` is exchange time, `used`
    what an input's decision used of what is volatile; `beside`: it belongs to the symbol, not to the story alone."""

    seq: int
    at_ms: int
    kind: str
    correlation: str
    symbol: str
    event: Event | Input | None
    used: Mapping[str, Any] = field(default_factory=dict)
    beside: bool = False


def tell(seq: int, at_ms: int, kind: str, correlation: str, symbol: str, body: bytes) -> Told:
    """A journal row for a screen."""
    event: Event | Input | None = None
    used: Mapping[str, Any] = {}
    try:
        if kind in EVENTS:
            event = decode_row(kind, body)
        elif kind in INPUTS:
            event, used, _ = given_of(kind, body)
    except ValueError:
        event = None
    return Told(seq, at_ms, kind, correlation, symbol, event, used)


def noted(note: Noted, at_ms: int) -> Told:
    """An event that was just noted, as a row for a screen; it has no seq yet."""
    return Told(0, at_ms, note.event.kind, note.correlation_id, note.symbol, note.event)


def beside(rows: Iterable[Told], symbols: frozenset[str]) -> list[Told]:
    """Of rows of belief, those that say something of these symbols: mismatches, corrections, and the posture where it
    moved or was weighed anew because of one. A screen for one story leaves out what ails the whole account."""
    kept: list[Told] = []
    for row in rows:
        if isinstance(row.event, BeliefState):
            ours = row.event.posture != row.event.was or (bool(kept) and kept[-1].at_ms == row.at_ms)
        else:
            ours = row.symbol in symbols
        if ours:
            kept.append(replace(row, beside=True))
    return kept


def layer(kind: str) -> str:
    """What a kind of row is to a reader of incidents.

    >>> layer("in.Tick"), layer("mismatch.opened"), layer("intent.refused"), layer("order.prepared")
    ('evidence', 'belief', 'policy', 'action')
    """
    return EXACT.get(kind) or FAMILIES.get(kind.partition(".")[0], EVIDENCE)


def said(row: Told) -> tuple[str, str, Tone]:
    """Word, text and tone of a row."""
    if row.event is None:
        return row.kind, "not readable by this version", Tone.DIM
    if row.kind not in INPUTS:
        return describe(row.event)
    word, text, tone = evidence(row.event)
    quotes = [f"  {symbol} {each['bid']} / {each['ask']}" for symbol, each in row.used.get("quotes", {}).items()]
    return word, text + "".join(quotes), tone


def event_line(row: Told) -> Line:
    """A row as `run` prints it into a pipe: time, name of the story, symbol, what happened."""
    word, text, tone = said(row)
    return line(
        (clock(row.at_ms, millis=True), Tone.DIM), f"  {row.correlation[:10]:<11}{row.symbol[:13]:<14}",
        (f"{word:<9} ", tone), text, hang=EVENT_TEXT,
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
        mark = "~" if row.beside else " "
        when = f"{since:>14} {mark} {layer(row.kind):<10}"
        made.append(line((when, Tone.DIM), (f"{word:<9} ", tone), text, hang=TEXT))
    return [*made, line(*_sum([row for row in rows if not row.beside]))]


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
