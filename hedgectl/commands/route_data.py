"""One intent of `route-dry-run` for programs: what its screen says, as JSON; numbers as text, exact."""

from __future__ import annotations

from dataclasses import asdict

from hedgectl.core.engine.entries import Unasked
from hedgectl.core.engine.rehearsing import Rehearsal
from hedgectl.core.engine.surveying import Ruling, Survey
from hedgectl.core.model.intent import Entry
from hedgectl.core.model.money import plain
from hedgectl.core.model.verdict import Refused
from hedgectl.core.risk.caps import tightest
from hedgectl.screens.describe import leg_reason, sides_said
from hedgectl.screens.route_view import Act


def intent_data(act: Act) -> dict[str, object]:
    """Verdict, gates, size, orders and requests of one intent in one mode."""
    code, number, hint = act.refusal
    refusal = {"code": code, "number": number, "hint": hint} if code else None
    played = act.rehearsal
    if played is None:
        bad = act.bad
        assert bad is not None
        return {"line": act.number, "intent_id": bad.intent_id, "outcome": act.verdict[0], "field": bad.field,
                "refusal": refusal}  # fmt: skip
    intent, inferred, accepted = played.intent, played.inferred, played.accepted
    return {
        "line": act.number,
        "intent_id": intent.intent_id,
        "correlation_id": accepted.correlation_id if accepted is not None else "",
        "action": "entry" if isinstance(intent, Entry) else "exit",
        "symbol": intent.symbol,
        "side": intent.side,
        "mode": played.mode,
        "outcome": played.outcome.value,
        "refusal": refusal,
        "waits_for": played.waiting,
        "inferred": {"leg": inferred.inferred_side, "why": leg_reason(inferred.side, inferred.inferred_side)}
        if inferred is not None
        else None,
        "gates": [_gate(each) for each in played.survey.rulings] if played.survey is not None else [],
        "size": _size(played.survey) if played.survey is not None else None,
        "leverage": asdict(played.survey.leverage)
        if played.survey is not None and played.survey.leverage is not None
        else None,
        "orders": [_order(played, at) for at in range(len(played.orders))],
        "requests": [asdict(each) for each in act.wires],
        "cover": [asdict(each) for each in act.cover],
    }


def _gate(each: Ruling) -> dict[str, object]:
    made: dict[str, object] = {"gate": each.gate, "verdict": "approved", "facts": dict(each.facts)}
    match each.verdict:
        case Refused(code=code, number=number, limit=limit, hint=hint):
            made |= {"verdict": "refused", "code": code, "number": number, "limit": limit, "hint": hint}
        case Unasked(missing=missing):
            made |= {"verdict": "not_asked", "missing": missing}
    return made


def _size(survey: Survey) -> dict[str, object] | None:
    found = survey.steps
    if found is None:
        return None
    return {
        "price": plain(found.price),
        "caps": [{"key": each.key, "code": each.code.name, "usdt": plain(each.usdt)} for each in found.caps],
        "cap": tightest(found.caps).key,
        "allowed_usdt": plain(found.allowed_usdt) if found.allowed_usdt is not None else None,
        "step": plain(found.step),
        "quantity": plain(found.quantity),
        "notional_usdt": plain(found.quantity * found.price),
        "smallest": plain(found.smallest),
        "parts": [plain(each) for each in survey.parts],
    }


def _order(played: Rehearsal, at: int) -> dict[str, object]:
    order = played.orders[at]
    return {
        "client_id": order.client_id,
        "side": order.side,
        "leg": order.leg,
        "type": order.kind,
        "quantity": plain(order.quantity) if order.quantity is not None else None,
        "price": plain(order.price) if order.price is not None else None,
        "time_in_force": order.tif,
        "paper": order.paper,
        "sides": sides_said(order),
    }
