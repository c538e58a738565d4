"""What must be true of a life in which a process was killed at a known point, beside the laws of every storm.

Here the world is calm but for the one thing that the scenario tells, so that the laws are sharper: the exchange's own
ledger says when a leg was bare (L3), and the fold says what a birth changed (L5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model import event as ev
from hedgectl.core.model.codec import EVENTS, decode
from hedgectl.core.model.order import Purpose
from hedgectl.core.orders.clientid import intent_hash, parse_client_id
from hedgectl.core.orders.lanes import Budget
from hedgectl.core.state.apply import apply
from hedgectl.core.state.durable import Durable
from hedgectl.core.state.volatile import fresh_state
from hedgectl.drill.books import Books
from hedgectl.drill.calm import wrong
from hedgectl.drill.evidence import Evidence, gather
from hedgectl.drill.naked import naked_stretches
from hedgectl.drill.oracle import judge
from hedgectl.drill.storm import Outcome
from hedgectl.runtime.assembly import Trader
from hedgectl.runtime.folders import JOURNAL
from hedgectl.store.reader import replay

COVERED_MS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Aftermath:
    """A life that is over. `lived`: when each incarnation began and ended, wall ms."""

    outcome: Outcome
    evidence: Evidence
    lived: tuple[tuple[int, int], ...]


def broken(outcome: Outcome, lived: tuple[tuple[int, int], ...]) -> list[str]:
    """Every law that the life broke: "law: how"."""
    evidence = gather(outcome)
    after = Aftermath(outcome, evidence, lived)
    found = [f"{breach.law}: {breach.what}" for breach in judge(evidence, Books(evidence))]
    return found + [f"{law.__name__}: {what}" for law in LAWS for what in law(after)]


def left_once(after: Aftermath) -> Iterator[str]:
    """L9: a partial exit never closes more than was asked; whole ones may overlap, since they can only close."""
    exits = [row.body["exit"] for row in after.evidence.of("exit.accepted")]
    asked = {intent_hash(each["intent_id"]): Decimal(each["quantity"]) for each in exits if each["quantity"]}
    closed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in after.evidence.ledger.of("fill"):
        known = parse_client_id(str(entry.body["client_id"]))
        if known is not None and known.purpose is Purpose.EXIT:
            closed[known.intent_hash] += Decimal(str(entry.body["qty"]))
    for name, quantity in asked.items():
        if closed[name] > quantity:
            yield f"exit {name}: {closed[name]} closed, {quantity} asked"


def covered(after: Aftermath) -> Iterator[str]:
    """L3: bare for at most 5 s of a process's life, or an emergency close has been prepared by then."""
    orders = [(row.at_ms, row.body["order"]["purpose"]) for row in after.evidence.of("order.prepared")]
    closes = [at_ms for at_ms, purpose in orders if purpose == Purpose.EMERGENCY]
    for key, bare_from, bare_to in naked_stretches(after.evidence.ledger, after.lived[-1][1]):
        for begun_ms, ended_ms in after.lived:
            since, until = max(bare_from, begun_ms), min(bare_to, ended_ms)
            due_ms = since + COVERED_MS_MAX
            if until > due_ms and not any(bare_from <= at_ms <= due_ms for at_ms in closes):
                yield f"{key} was bare from {since} on, for {until - since} ms of one process's life"


def nothing_is_forgotten(after: Aftermath) -> Iterator[str]:
    """L5: no birth changes what is known: posture, debt, cooldowns, what was done, what is open, held and covered."""
    state = fresh_state(after.evidence.settings, Budget(), Durable())
    for _seq, _at_ms, kind, _correlation, _symbol, body in replay(after.evidence.folder / JOURNAL):
        if kind.startswith("in."):
            continue
        before = _known(state.durable) if kind == ev.RunStarted.kind else ()
        apply(state, decode(EVENTS[kind], body))
        if before and _known(state.durable) != before:
            yield f"the start of a process made {_known(state.durable)} of {before}"


def at_rest(after: Aftermath) -> Iterator[str]:
    """L5: when the run has ended too, belief is the exchange, and nothing is unknown, bare, left over or under way."""
    yield from unrest(after.outcome.life.trader)


LAWS = (left_once, covered, nothing_is_forgotten, at_rest)


def unrest(trader: Trader) -> Iterator[str]:
    """What is not yet as it should be, in words. An order that rests is no unrest: it may wait for its price."""
    assert trader.place.box is not None
    exchange, durable, index = trader.place.box.exchange, trader.state.durable, trader.state.index
    yield from wrong(trader.state, exchange)
    for each in exchange.positions():
        key = f"{each.symbol}|{each.position_side}"
        if each.qty and key in durable.positions and key not in durable.covers:
            yield f"{key}: no stop of it is known to us"
    orders = {each.client_id for each in exchange.open_orders()}
    for intent_id, intent in durable.intents.items():
        if not orders & index.by_intent.get(intent_id, {}).keys():
            yield f"intent {intent_id} is not over: attempts {intent.attempts}, waiting {intent.waiting}"


def _known(durable: Durable) -> tuple[object, ...]:
    belief = durable.belief
    return (
        belief.posture, belief.streak, belief.since_ms, list(belief.open), dict(durable.entry_ms),
        dict(durable.intents_done), list(durable.intents), list(durable.orders), list(durable.done),
        {key: each.quantity for key, each in durable.positions.items()}, list(durable.covers),
    )  # fmt: skip
