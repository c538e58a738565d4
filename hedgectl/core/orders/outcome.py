"""What an answer proves about a write: Accepted, Rejected or Unknown, and the default is Unknown (X6, L9).

Decided by HTTP status, code and text of the raw answer, never by an exception class. Acceptance needs an exchange id
and our echoed client id; rejection needs a code of the allow-list (refusals.py) with HTTP 4xx, a documented total
failure, or a request that never left. "Already done" exists for cancels only. Source: wire facts sections 4 and 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from hedgectl.core.model.money import ZERO, dec
from hedgectl.core.model.order import Prepared
from hedgectl.core.model.reply import Answer, Fault, Reply
from hedgectl.core.orders.refusals import DEFINITE, NOT_PROOF, THERE, THROTTLED, Remedy

TEXT_CHARS_MAX = 200
UNAVAILABLE = "Service Unavailable."
LIMITED = (418, 429)
NO_SUCH_DOOR = (403, 404)
GONE = (-2011, -2013)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The exchange has it. `order_id` is the algo id of a conditional order; `executed` is what it said was filled."""

    order_id: int
    status: str
    executed: Decimal


@dataclass(frozen=True, slots=True)
class Rejected:
    """It was not and will not be executed. `code` 0: no code of the exchange, `text` says what refused it."""

    code: int
    text: str
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows. `look_now`: the exchange says that it, or its twin, is there."""

    why: str
    look_now: bool = False


Outcome = Accepted | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Withdrawn. `executed` may be above zero: a cancel races fills."""

    status: str
    executed: Decimal


@dataclass(frozen=True, slots=True)
class AlreadyGone:
    """Not open any more, or not yet visible: success only after a status check (B7)."""


@dataclass(frozen=True, slots=True)
class CancelRefused:
    """The order was not withdrawn by this request."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class CancelUnknown:
    """Nobody knows whether it was withdrawn. Asking again is harmless."""

    why: str


CancelOutcome = Cancelled | AlreadyGone | CancelRefused | CancelUnknown


def classify_create(answer: Answer, sent: Prepared, *, throttled_is_failure: bool = False) -> Outcome:
    """What `answer` proves about the create `sent`. Never more than it proves.

    `throttled_is_failure` takes the documentation's word that -1008 is never executed (open point 8).
    """
    if isinstance(answer, Fault):
        if answer.kind.never_left:
            return Rejected(0, f"never left: {answer.kind.value}", Remedy.AGAIN)
        return Unknown(f"no answer: {answer.kind.value}")
    body = _parsed(answer.body)
    if 200 <= answer.status < 300:
        return _accepted(body, sent)
    error = _error(body)
    return _no_code(answer) if error is None else _coded(answer.status, *error, throttled_is_failure)


def classify_cancel(answer: Answer, client_id: str) -> CancelOutcome:
    """What `answer` proves about the cancel of `client_id`, ordinary or conditional."""
    if isinstance(answer, Fault):
        if answer.kind.never_left:
            return CancelRefused(0, f"never left: {answer.kind.value}")
        return CancelUnknown(f"no answer: {answer.kind.value}")
    body = _parsed(answer.body)
    if 200 <= answer.status < 300:
        return _cancelled(body, client_id)
    error = _error(body)
    if error is None:
        found = _no_code(answer)
        return CancelRefused(found.code, found.text) if isinstance(found, Rejected) else CancelUnknown(found.why)
    code, text = error
    if 400 <= answer.status < 500:
        if code in GONE:
            return AlreadyGone()
        if code in DEFINITE or code in THERE:
            return CancelRefused(code, text)
    return CancelUnknown(f"{answer.status} {code} {text}")


def error_of(answer: Answer) -> tuple[int, str] | None:
    """(code, text) of an error object in the body; None for a fault, another body, or "success" (code 200 or 0)."""
    return None if isinstance(answer, Fault) else _error(_parsed(answer.body))


def _accepted(body: Any, sent: Prepared) -> Outcome:
    if type(body) is not dict:
        return Unknown("200 without a readable order")
    if (error := _error(body)) is not None:
        return Unknown(f"200 with an error inside: {error[0]} {error[1]}")
    conditional = sent.kind.conditional
    order_id = body.get("algoId" if conditional else "orderId")
    if type(order_id) is not int or order_id <= 0:
        return Unknown("200 without an exchange id")
    if body.get("clientAlgoId" if conditional else "clientOrderId") != sent.client_id:
        return Unknown("200 that echoes another client id")
    executed = _executed(body)
    if executed is None:
        return Unknown("200 with an executed quantity that is no number")
    return Accepted(order_id, _status(body, "NEW"), executed)


def _cancelled(body: Any, client_id: str) -> CancelOutcome:
    if type(body) is not dict:
        return CancelUnknown("200 without a readable order")
    if (error := _error(body)) is not None:
        return CancelUnknown(f"200 with an error inside: {error[0]} {error[1]}")
    if client_id not in (body.get("clientOrderId"), body.get("clientAlgoId")):
        return CancelUnknown("200 that echoes another client id")
    executed = _executed(body)
    if executed is None:
        return CancelUnknown("200 with an executed quantity that is no number")
    return Cancelled(_status(body, "CANCELED"), executed)


def _coded(status: int, code: int, text: str, throttled_is_failure: bool) -> Outcome:
    if code == THROTTLED and throttled_is_failure:
        return Rejected(code, text, Remedy.AGAIN)
    if 400 <= status < 500:
        if code in THERE:
            return Unknown(f"{code}: {THERE[code]}", look_now=True)
        if code in DEFINITE:
            return Rejected(code, text, DEFINITE[code])
        if status in LIMITED:
            return Rejected(code, text, Remedy.AGAIN)
    return Unknown(f"{status} {code}: {NOT_PROOF.get(code, text)}")


def _no_code(answer: Reply) -> Rejected | Unknown:
    """An answer without a code of the exchange: something before it spoke, or it was overwhelmed."""
    text = answer.body.strip()[:TEXT_CHARS_MAX]
    if answer.status in LIMITED:
        return Rejected(0, f"{answer.status} {text}", Remedy.AGAIN)
    if answer.status in NO_SUCH_DOOR:
        return Rejected(0, f"{answer.status} {text}", Remedy.NONE)
    if answer.status == 503 and _message(answer.body) == UNAVAILABLE:
        return Rejected(0, UNAVAILABLE, Remedy.AGAIN)
    return Unknown(f"{answer.status} {text}")


def _parsed(body: str) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None


def _error(body: Any) -> tuple[int, str] | None:
    if type(body) is not dict:
        return None
    code = body.get("code")
    if type(code) is str:  # an algo cancel says "200"
        try:
            code = int(code)
        except ValueError:
            return None
    if type(code) is not int or code in (0, 200):
        return None
    return code, str(body.get("msg", ""))[:TEXT_CHARS_MAX]


def _message(body: str) -> str:
    """The text of a plain answer, or of one wrapped as {"code":0,"msg":...}."""
    parsed = _parsed(body)
    return str(parsed.get("msg", "")) if type(parsed) is dict else body.strip()


def _executed(body: dict[str, Any]) -> Decimal | None:
    found = body.get("executedQty")
    if found is None:
        return ZERO
    try:
        return dec(found) if type(found) is str else None
    except ValueError:
        return None


def _status(body: dict[str, Any], default: str) -> str:
    found = body.get("status") or body.get("algoStatus")
    return found if type(found) is str else default
