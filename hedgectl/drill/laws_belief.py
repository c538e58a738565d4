"""Laws of restraint: what belief allows, entries obey; what belief knows, a restart remembers; what the journal says is
so (L4, L5, B3-B6; I4, I8, I9, I10, I11, V2 of reference/reliability.md). Each yields what breaks it, in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hedgectl.core.belief.posture import Posture, step_of
from hedgectl.core.model.codec import EVENTS, decode
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.state.apply import apply
from hedgectl.core.state.volatile import fresh_state
from hedgectl.drill.books import Books, EntryMoment
from hedgectl.drill.evidence import Evidence, Row
from hedgectl.runtime.folders import JOURNAL
from hedgectl.store.reader import replay

TRUTH_AGE_MS_MAX = 60_000
"""Several cycles, each with all its retries: an account that nobody has seen for longer is not known."""
PRICE_SLACK = Decimal("1.03")
"""Exposure is judged at the price of the entry here, which may be away from the market, and at the middle there."""


def entries_obey_the_posture(evidence: Evidence, books: Books) -> Iterator[str]:
    """L4, I8, B5: no entry in RED, none above the knobs of the posture held, none inside its cooldown (I11: over kills
    too), none beside an unknown order of its symbol."""
    for moment in books.entries:
        why = _too_much(moment, evidence)
        if why:
            yield f"entry {moment.row.body['entry']['intent_id']} at {moment.row.at_ms} in {moment.posture}: {why}"


def _too_much(moment: EntryMoment, evidence: Evidence) -> str:
    entry: dict[str, Any] = moment.row.body["entry"]
    posture, settings = Posture(moment.posture), evidence.settings
    step = step_of(posture, settings.belief)
    if posture is Posture.RED:
        return "RED takes none"
    if moment.unknown:
        return f"{moment.unknown} of its symbol is unknown"
    most = settings.order_notional_usdt_max * Decimal(str(step.notional_share))
    notional = Decimal(moment.row.body["notional_usdt"])
    if notional > most:
        return f"{notional} USDT, {most} allowed"
    if Decimal(entry["confidence"] or 0) < Decimal(str(step.confidence_min)):
        return f"confidence {entry['confidence']}"
    if (entry["leverage"] or 0) > step.leverage_max:
        return f"leverage {entry['leverage']}"
    if moment.working >= step.open_orders_max:
        return f"{moment.working} entries work already"
    patience_ms = step.cooldown_s * 1000 - _clock_slack_ms(evidence)
    if moment.since_entry_ms is not None and moment.since_entry_ms < patience_ms:
        return f"{moment.since_entry_ms} ms after the last one"
    return ""


def entries_see_the_account(evidence: Evidence, books: Books) -> Iterator[str]:
    """I9, O1: no entry before the account was looked at in this incarnation, or long after the last look. One that was
    held is judged by when it was handed in."""
    said = {(each.intent.intent_id, each.at_ms): each for each in evidence.outcome.said}
    held = {row.body["entry"]["intent_id"]: row.at_ms for row in reversed(evidence.of("intent.held"))}  # the first time
    for row in evidence.of("intent.accepted"):
        name = row.body["entry"]["intent_id"]
        each = said.get((name, held.get(name, row.at_ms) - evidence.begun_ms))
        if each is None or each.truth_age_ms is None:
            yield f"entry {name} at {row.at_ms}: the account was not seen before"
        elif each.truth_age_ms > TRUTH_AGE_MS_MAX:
            yield f"entry {name} at {row.at_ms}: the last look was {each.truth_age_ms} ms old"


def exposure_is_capped(evidence: Evidence, books: Books) -> Iterator[str]:
    """I10, R1: open, working and unknown together stay below the symbol's cap when an entry is accepted."""
    most = evidence.settings.symbol_notional_usdt_max
    for moment in books.entries:
        if moment.exposure_usdt > most * PRICE_SLACK:
            name = moment.row.body["entry"]["intent_id"]
            yield f"entry {name} at {moment.row.at_ms}: {moment.exposure_usdt:.2f} of {most} USDT"


def throttles_hold(evidence: Evidence, books: Books) -> Iterator[str]:
    """R2, I11: entries keep their distance, their number in each window, and their pauses, over kills too."""
    limits, slack_ms = evidence.settings.risk, _clock_slack_ms(evidence)
    for moment in books.entries:
        rested_ms = moment.since_entry_ms
        if rested_ms is not None and rested_ms < limits.cooldown_ms - slack_ms:
            yield f"{_name(moment.row)}: {rested_ms} ms after the last one of its symbol"
    taken = evidence.of("intent.accepted")
    yield from _crowded(taken, limits.burst_max, limits.burst_window_ms - slack_ms)
    alike: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in taken:
        alike[row.body["entry"]["symbol"], row.body["entry"]["side"]].append(row)
    for rows in alike.values():
        yield from _crowded(rows, limits.repeat_max, limits.repeat_window_ms - slack_ms)
    until_ms = 0
    for row in evidence.of("risk.entries_paused", "intent.accepted"):
        if row.kind == "risk.entries_paused":
            until_ms = max(until_ms, row.body["until_ms"])
        elif row.body["at_ms"] < until_ms:
            yield f"{_name(row)}: entries pause until {until_ms}"


def _crowded(rows: list[Row], most: int, window_ms: int) -> Iterator[str]:
    for first, last in zip(rows, rows[most:], strict=False):
        if last.at_ms - first.at_ms < window_ms:
            yield f"{_name(last)}: {most + 1} entries in {last.at_ms - first.at_ms} ms"


def _clock_slack_ms(evidence: Evidence) -> int:
    """What their clock may be off, or jump, between two stamps of ours."""
    sizes = evidence.outcome.faults.sizes
    return 2 * (sizes.clock_ms + sizes.clock_jump_ms)


def _name(row: Row) -> str:
    return f"entry {row.body['entry']['intent_id']} at {row.at_ms}"


def belief_survives(evidence: Evidence, books: Books) -> Iterator[str]:
    """I11, B4, L5: posture and debt go on where they were, over kills too: nothing opens twice or is forgotten."""
    posture = Posture.GREEN.value
    open_: set[str] = set()
    for row in evidence.of("execution.belief_state", "mismatch.opened", "mismatch.closed"):
        if row.kind == "execution.belief_state":
            if row.body["was"] != posture:
                yield f"at {row.at_ms} the posture was {row.body['was']}, and {posture} before"
            posture = row.body["posture"]
        elif row.kind == "mismatch.opened":
            if row.body["key"] in open_:
                yield f"at {row.at_ms} {row.body['key']} opened twice"
            open_.add(row.body["key"])
        else:
            if row.body["key"] not in open_:
                yield f"at {row.at_ms} {row.body['key']} closed without having been open"
            open_.discard(row.body["key"])


def calm_heals(evidence: Evidence, books: Books) -> Iterator[str]:
    """V2: once the troubles are over, belief is right, nothing is unknown or bare, and the posture is GREEN."""
    yield from evidence.outcome.unrest if evidence.outcome.calm_ms < 0 else ()


def ledger_is_whole(evidence: Evidence, books: Books) -> Iterator[str]:
    """Nothing is proven by a ledger that forgot something."""
    if evidence.ledger.dropped:
        yield f"the ledger forgot {evidence.ledger.dropped} entries"


def journal_is_the_state(evidence: Evidence, books: Books) -> Iterator[str]:
    """I4, L5: the journal, folded from its first row, is what the last incarnation believed at its end."""
    state = fresh_state(evidence.settings, Budget())
    for _seq, _at_ms, kind, _correlation, _symbol, body in replay(evidence.folder / JOURNAL):
        if not kind.startswith("in."):
            apply(state, decode(EVENTS[kind], body))
    live = evidence.outcome.life.state.durable
    for name in live.__slots__:
        if getattr(state.durable, name) != getattr(live, name):
            yield f"{name} differs between the journal and the state that wrote it"
