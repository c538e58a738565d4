"""Which story a person means: by correlation, intent or client id, or the beginning of a correlation; and its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hedgectl.core.orders.clientid import intent_hash, parse_client_id

if TYPE_CHECKING:
    from hedgectl.screens.trace import Told
    from hedgectl.store.reader import Reader

CORRELATION_CHARS = 10
LOOKED_AT_MAX = 2_000
ROWS_MAX = 2_000
BEGINNINGS = ("intent.accepted", "exit.accepted", "intent.refused")


def find(reader: Reader, name: str) -> tuple[str, list[str]]:
    """The correlation that `name` means, the newest one for ""; or none, and the several that begin with `name`."""
    if not name:
        newest = [row for kind in BEGINNINGS for row in reader.by_kind(kind, 1) if row[3]]
        return max(newest, default=(0, 0, "", "", "", b""))[3], []
    begun = list(dict.fromkeys(row[3] for row in reader.by_correlation(name, LOOKED_AT_MAX)))
    if name in begun or len(begun) == 1:
        return (name if name in begun else begun[0]), []
    if begun:
        return "", begun
    parsed = parse_client_id(name)
    wanted = (parsed.intent_hash if parsed is not None else intent_hash(name))[:CORRELATION_CHARS]
    return (wanted if reader.by_correlation(wanted, 1) else ""), []


def story(reader: Reader, correlation: str, why: bool) -> list[Told]:
    """The events of a story in order, with what was believed of its symbols meanwhile; `why`: and the input of each
    decision, whatever else that one was about. A refusal always brings its input, and what was believed then."""
    from hedgectl.core.model.event import BeliefState, IntentRefused
    from hedgectl.screens.trace import BESIDE, beside, tell

    own = [row for row in reader.by_correlation(correlation, ROWS_MAX) if row[3] == correlation]
    events = [tell(*row) for row in own if not row[2].startswith("in.")]
    if not events:
        return []
    around = reader.between(events[0].seq, events[-1].seq, BESIDE, ROWS_MAX)
    symbols = frozenset(event.symbol for event in events if event.symbol)
    rows = events + beside((tell(*row) for row in around if row[3] != correlation), symbols)
    refusals = [event for event in events if event.kind == IntentRefused.kind]
    inputs = {row[0]: row for event in (rows if why else refusals) for row in reader.input_of(event.seq)}
    rows += [tell(*row) for row in inputs.values()]
    if refusals:
        told = {row.seq for row in rows}
        stood = reader.by_kind(BeliefState.kind, 1, refusals[0].seq)
        rows += [replace(tell(*row), beside=True) for row in stood if row[0] not in told]
    return sorted(rows, key=lambda row: row.seq)
