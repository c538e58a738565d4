"""Laws of leaving: an exit is never refused, never late, never too much; a bare leg is never left alone; what a person
must know is told (L2, L3, L6, X8; I6, I7, V1 of reference/reliability.md). Each yields what breaks it, in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hedgectl.core.model.intent import Exit
from hedgectl.core.orders.clientid import parse_client_id
from hedgectl.drill.books import Books, Key
from hedgectl.drill.evidence import REDUCING, Evidence, Row
from hedgectl.sim.ledger import CoverPoint

TENDED_MS = 5_000
SLACK_MS = 250
ZERO = Decimal(0)
EXCUSES = ("the mode is not known", "no position is known")
CLOSING = ("x", "c", "m")


def exits_are_taken(evidence: Evidence, books: Books) -> Iterator[str]:
    """L2, I6: the only thing that turns an exit away is having taken it before."""
    exits = {said.intent.intent_id for said in evidence.outcome.said if isinstance(said.intent, Exit)}
    for row in evidence.of("intent.refused"):
        if row.body["intent_id"] in exits and row.body["code"] != "risk.duplicate_intent":
            yield f"exit {row.body['intent_id']} was refused: {row.body['code']}"


def exits_leave_at_once(evidence: Evidence, books: Books) -> Iterator[str]:
    """L2: an exit is sent in the decision that takes it, unless mode or position are unknown."""
    for row in evidence.of("exit.accepted"):
        name = row.body["exit"]["intent_id"]
        for other in evidence.groups[row.group]:
            if other.kind == "order.prepared" and other.body["order"]["intent_id"] == name:
                break
            if other.kind == "exit.waiting" and other.body["intent_id"] == name and other.body["why"] in EXCUSES:
                break
        else:
            yield f"exit {name} was taken at {row.at_ms} and not sent then"


def rates_never_cost_protection(evidence: Evidence, books: Books) -> Iterator[str]:
    """L2, X8: no closing order meets the exchange's real rate limits or a bound of our own; we are never banned."""
    if evidence.outcome.bans:
        yield f"the exchange banned us {evidence.outcome.bans} times for asking too much"
    limit = str(evidence.plan.keys["box.weight_limit_1m"])
    for row in evidence.of("order.rejected", "order.voided"):
        name, why = row.body["client_id"], row.body.get("text", row.body.get("why", ""))
        if evidence.prepared[name].body["order"]["purpose"] not in CLOSING:
            continue
        code = row.body.get("code", 0)
        real = code == -1015 or (code == -1003 and limit in why)
        if real or row.kind == "order.voided":
            yield f"{name} did not leave: {code} {why}"


def closing_only_closes(evidence: Evidence, books: Books) -> Iterator[str]:
    """I7: a closing order of ours never makes a position larger, and never turns it round."""
    held: dict[Key, Decimal] = {}
    closing = ""
    for entry in evidence.ledger:
        body: dict[str, Any] = entry.body
        if entry.kind == "fill":
            named = parse_client_id(body["client_id"])
            closing = body["client_id"] if named is not None and named.purpose in REDUCING else ""
        elif entry.kind == "position":
            key = (entry.symbol, body["position_side"])
            before, after = held.get(key, ZERO), body["qty"]
            if closing and (abs(after) > abs(before) or after * before < 0):
                yield f"{closing} moved {entry.symbol} from {before} to {after}"
            held[key], closing = after, ""


def bare_legs_are_tended(evidence: Evidence, books: Books) -> Iterator[str]:
    """L3, V1: while a leg that we know of is bare, protection is sent for it at least every five seconds."""
    for key, beliefs in books.beliefs.items():
        points = evidence.ledger.positions.get(key)
        if points is None:
            continue
        truth = _bare_stretches(
            [(point.time_ms, point.qty) for point in points], list(evidence.ledger.covers.get(key, ())), evidence.end_ms
        )
        known = _known_stretches(beliefs, books, key, evidence.end_ms)
        for begin, end in _both(truth, known):
            times = [begin, *(at_ms for at_ms in books.sends[key] if begin < at_ms < end)]
            times += [at_ms for at_ms in books.starts if begin < at_ms < end]
            times.sort()
            for earlier, later in zip(times, [*times[1:], end], strict=True):
                if later - earlier > TENDED_MS + SLACK_MS:
                    yield f"{key[0]} {key[1]} was bare and untended from {earlier} for {later - earlier} ms"


def _bare_stretches(truth: list[tuple[int, Decimal]], covers: list[CoverPoint], end_ms: int) -> list[tuple[int, int]]:
    """When the exchange held a leg without a whole stop of the right side."""
    moves: list[tuple[int, int, Decimal, CoverPoint | None]] = [(at_ms, 0, qty, None) for at_ms, qty in truth]
    moves += [(point.time_ms, 1, ZERO, point) for point in covers]
    moves.sort(key=lambda move: (move[0], move[1]))
    held, resting, since = ZERO, dict[int, str](), 0
    found: list[tuple[int, int]] = []
    for at_ms, _, qty, point in moves:
        if point is None:
            held = qty
        elif point.resting and not point.qty:
            resting[point.algo_id] = point.side
        else:
            resting.pop(point.algo_id, None)
        bare = bool(held) and ("SELL" if held > 0 else "BUY") not in resting.values()
        if bare and not since:
            since = at_ms
        elif not bare and since:
            found.append((since, at_ms))
            since = 0
    return [*found, (since, end_ms)] if since else found


def _known_stretches(beliefs: list[tuple[int, Decimal]], books: Books, key: Key, end_ms: int) -> list[tuple[int, int]]:
    """When we believed the leg to be open, in a mode that has it, with no stop."""
    moves: list[tuple[int, int, Any]] = [(at_ms, 0, qty) for at_ms, qty in beliefs]
    moves += [(at_ms, 1, direction) for at_ms, direction in books.stops.get(key, ())]
    moves += [(at_ms, 2, mode) for at_ms, mode in books.modes]
    moves.sort(key=lambda move: (move[0], move[1]))
    held, stop, mode, since = ZERO, "", "", 0
    found: list[tuple[int, int]] = []
    for at_ms, what, value in moves:
        match what:
            case 0:
                held = value
            case 1:
                stop = value
            case _:
                mode = value
        fits = (key[1] == "BOTH") is (mode == "one-way")
        bare = bool(held) and fits and stop != ("LONG" if held > 0 else "SHORT")
        if bare and not since:
            since = at_ms
        elif not bare and since:
            found.append((since, at_ms))
            since = 0
    return [*found, (since, end_ms)] if since else found


def _both(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for begin, end in first:
        for other, until in second:
            if max(begin, other) < min(end, until):
                yield max(begin, other), min(end, until)


def what_matters_is_told(evidence: Evidence, books: Books) -> Iterator[str]:
    """L6: a vanished stop, an emergency close, and an exit that gave up are alerts of the same decision; a stop of ours
    that the exchange lost is spoken of afterwards."""
    for row in evidence.of("order.unknown"):
        if row.body["why"] == "acknowledged, then gone" and not _alerted(evidence, row, "cover.vanished"):
            yield f"{row.body['client_id']} vanished at {row.at_ms} and nobody was told"
    for row in evidence.of("intent.done"):
        if row.body["outcome"] == "gave_up" and not _alerted(evidence, row, "exit.gave_up"):
            yield f"exit {row.body['intent_id']} gave up at {row.at_ms} and nobody was told"
    for row in evidence.of("order.prepared"):
        if row.body["order"]["purpose"] == "m" and not _alerted(evidence, row, "cover.emergency_close"):
            yield f"{row.body['order']['client_id']} closes in an emergency and nobody was told"
    spoken: dict[str, int] = {}
    for row in evidence.of("order.moved", "order.unknown", "order.absent", "cover.lost"):
        spoken[row.body["client_id"]] = row.at_ms
    for entry in evidence.ledger:
        body: dict[str, Any] = entry.body
        vanished = entry.kind == "algo" and body["event"] == "VANISHED" and parse_client_id(body["client_id"])
        if vanished and spoken.get(body["client_id"], 0) < entry.time_ms:
            yield f"{body['client_id']} vanished at {entry.time_ms} and was never spoken of"


def _alerted(evidence: Evidence, row: Row, code: str) -> bool:
    return any(each.kind == "alert" and each.body["code"] == code for each in evidence.groups[row.group])
