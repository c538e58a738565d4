"""States that storms must reach, each declared with the number of seeds within which it has to be seen.

A sweep that never met a state proves nothing about it: such a run fails, and says which state it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hedgectl.core.model.event import COVER_CLOSED
from hedgectl.drill.books import Books
from hedgectl.drill.evidence import Evidence
from hedgectl.sim.faults.catalogue import FAULTS
from hedgectl.sim.faults.registry import Place

OFTEN, SELDOM, RARE, EXTREME = 200, 1_000, 2_000, 20_000

STATES: dict[str, int] = {
    "posture GREEN": OFTEN,
    "posture YELLOW": OFTEN,
    "posture ORANGE": OFTEN,
    "posture RED": SELDOM,
    "reply lost, order found": OFTEN,
    "proven absent": OFTEN,
    "partial fill": OFTEN,
    "intent in several orders": SELDOM,
    "post-only refused": OFTEN,
    "stop triggered": OFTEN,
    "stop vanished": OFTEN,
    "stop twice refused": OFTEN,
    "emergency close": SELDOM,
    "leftover stop withdrawn": SELDOM,
    "orphan adopted": RARE,
    "phantom cleared": RARE,
    "drift corrected": RARE,
    "stranger's fill": OFTEN,
    "mode changed": SELDOM,
    "exit waited": OFTEN,
    "exit sent again": OFTEN,
    "cancel not confirmed": SELDOM,
    "stream down": OFTEN,
    "restart": OFTEN,
    "restart with an unanswered order": SELDOM,
    "restart above GREEN": OFTEN,
    "killed between prepare and send": SELDOM,
    "killed with rows not on disk": SELDOM,
}
"""What is read off the journal, and within how many seeds."""

REFUSALS: dict[str, int] = {
    "belief.unsettled": OFTEN,
    "belief.posture": SELDOM,
    "belief.confidence": OFTEN,
    "belief.leverage": OFTEN,
    "belief.cooldown": OFTEN,
    "belief.open_orders": SELDOM,
    "run.unchecked": OFTEN,
    "venue.in_trouble": OFTEN,
    "venue.rules_unknown": RARE,
    "venue.not_trading": SELDOM,
    "market.stale_quote": OFTEN,
    "lane.rate_budget": SELDOM,
    "lane.rate_stop": OFTEN,
    "risk.duplicate_intent": OFTEN,
    "risk.expired": OFTEN,
    "risk.symbol_cap": OFTEN,
    "risk.gross_cap": OFTEN,
    "risk.tier_cap": OFTEN,
    "risk.already_held": OFTEN,
    "risk.self_match": OFTEN,
    "risk.collar": OFTEN,
    "risk.outlier": SELDOM,
    "risk.doubled": OFTEN,
    "risk.daily_loss": SELDOM,
    "risk.drawdown": OFTEN,
    "throttle.cooldown": OFTEN,
    "throttle.burst": OFTEN,
    "throttle.repeat": OFTEN,
    "throttle.errors": OFTEN,
    "sizer_cap": OFTEN,
    "sizer.below_minimum": OFTEN,
    "run.clock_unmeasured": OFTEN,
    "belief.stale_truth": OFTEN,
    "belief.notional": SELDOM,
}
"""Gates that must have said no to an entry."""


def _within(place: Place, peak: float) -> int:
    if place is Place.RUN or place is Place.STREAM:
        return OFTEN
    if place is Place.WORLD:
        return SELDOM if peak >= 10 else RARE
    if peak >= 0.05:
        return OFTEN
    return SELDOM if peak >= 0.01 else RARE


DECLARED: Mapping[str, int] = {
    **{f"fault {name}": _within(fault.place, fault.peak) for name, fault in FAULTS.items()},
    **STATES,
    **{f"refused {code}": within for code, within in REFUSALS.items()},
}
"""Every declared state, and within how many seeds it must be reached."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A declared state that a sweep did not reach."""

    state: str
    within: int
    seeds: int


def missed(reached: Mapping[str, int], seeds: int) -> list[Missed]:
    """The states that so many seeds should have reached and did not."""
    due = {name: within for name, within in DECLARED.items() if seeds >= within}
    return [Missed(name, within, seeds) for name, within in due.items() if not reached.get(name)]


def reached(evidence: Evidence, books: Books) -> Counter[str]:
    """The declared states of one life, and how often it met each."""
    found: Counter[str] = Counter(_states(evidence, books))
    for name, times in evidence.outcome.faults.fired.items():
        if name in FAULTS:
            found[f"fault {name}"] += times
    for row in evidence.of("intent.refused"):
        if row.body["code"] in REFUSALS:
            found[f"refused {row.body['code']}"] += 1
    return found


def _states(evidence: Evidence, books: Books) -> Iterator[str]:
    yield "posture GREEN"
    for row in evidence.of("execution.belief_state"):
        if row.body["posture"] != row.body["was"]:
            yield f"posture {row.body['posture']}"
    asked = {row.body["client_id"] for row in evidence.of("order.unknown")}
    for row in evidence.of("order.accepted"):
        if row.body["client_id"] in asked:
            yield "reply lost, order found"
    for row in evidence.rows:
        name = _state_of(row.kind, row.body)
        if name:
            yield name
    if len(evidence.of("mode.read")) > 1:
        yield "mode changed"
    yield from ("restart" for _ in books.starts[1:])
    yield from books.restarts
    for kill in evidence.outcome.killed:
        if kill.point == "send.before":
            yield "killed between prepare and send"
        elif kill.point == "commit.before":
            yield "killed with rows not on disk"


def _state_of(kind: str, body: dict[str, Any]) -> str:
    """The state that one event shows, "" for none."""
    match kind:
        case "order.absent":
            return "proven absent"
        case "order.retry":
            return "exit sent again"
        case "exit.waiting":
            return "exit waited"
        case "cancel.failed":
            return "cancel not confirmed"
        case "cancel.sent":
            return "leftover stop withdrawn" if body["why"] == COVER_CLOSED else ""
        case "order.rejected":
            return {-5022: "post-only refused", -4130: "stop twice refused"}.get(body["code"], "")
        case "order.moved":
            return {"PARTIALLY_FILLED": "partial fill", "TRIGGERED": "stop triggered"}.get(body["status"], "")
        case "order.prepared":
            return "intent in several orders" if body["order"]["part"] else ""
        case "order.filled":
            return "" if body["client_id"] else "stranger's fill"
        case "position.corrected":
            return _correction(body)
        case "alert":
            codes = {
                "cover.vanished": "stop vanished",
                "cover.emergency_close": "emergency close",
                "stream.down": "stream down",
            }
            return codes.get(body["code"], "")
    return ""


def _correction(body: dict[str, Any]) -> str:
    if not float(body["was"]):
        return "orphan adopted"
    return "drift corrected" if float(body["quantity"]) else "phantom cleared"
