"""Faults that answer in HTTP: overload, bans, broken gateways, and the codes that leave execution unknown.

A table: status, code, text, and whether the exchange may have done what was asked nevertheless. A row is a fault.
Source: reference/binance-usdm.md section 4 (503 semantics) and 6.2. Taxonomy F11, F12, F13.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import orjson

from hedgectl.sim.faults.flight import Flight
from hedgectl.sim.faults.registry import on_request
from hedgectl.sim.http import Response

BAN_S = 120
UNKNOWN = "Unknown error, please check your request or try again later."
_THROTTLED_PATHS = frozenset({"/fapi/v1/order", "/fapi/v1/batchOrders", "/fapi/v1/order/test"})


class Answer(NamedTuple):
    """What the gateway says. `code` None: `text` is the whole body. `done`: executed never, maybe, or always."""

    name: str
    status: int
    code: int | None
    text: str
    done: str
    peak: float
    retry_after_s: int = 0


ANSWERS: tuple[Answer, ...] = (
    Answer("http_429", 429, -1003, "Too many requests; current limit is 2400 requests per minute. Please use the "
           "websocket for live updates to avoid polling the API.", "never", 0.005, 2),
    Answer("http_418", 418, -1003, "Way too many requests; IP banned until {banned_until_ms}. Please use the websocket "
           "for live updates to avoid bans.", "never", 0.0003, BAN_S),
    Answer("http_500", 500, None, "<html><body><h1>500 Internal Server Error</h1></body></html>", "maybe", 0.01),
    Answer("http_502", 502, None, "<html><body><h1>502 Bad Gateway</h1></body></html>", "maybe", 0.01),
    Answer("http_503_unknown", 503, -1000, UNKNOWN, "maybe", 0.02),
    Answer("http_503_plain", 503, None, UNKNOWN, "maybe", 0.01),
    Answer("http_503_unavailable", 503, None, "Service Unavailable.", "never", 0.02),
    Answer("http_503_internal", 503, -1001, "Internal error; unable to process your request. Please try again.",
           "never", 0.01),
    Answer("http_503_throttled", 503, -1008, "Request throttled by system-level protection. Reduce-only/close-position "
           "orders are exempt. Please try again.", "never", 0.02),
    Answer("http_504", 504, None, "<html><body><h1>504 Gateway Time-out</h1></body></html>", "maybe", 0.01),
    Answer("http_5xx_occur", 500, 0, "Request occur unknown error.", "maybe", 0.005),
    Answer("http_408", 408, -1007, "Timeout waiting for response from backend server. Send status unknown; execution "
           "status unknown.", "maybe", 0.02),
    Answer("code_1000", 400, -1000, "An unknown error occured while processing the request.", "maybe", 0.01),
    Answer("code_1006", 400, -1006, "An unexpected response was received from the message bus. Execution status "
           "unknown.", "maybe", 0.02),
    Answer("code_1021", 400, -1021, "Timestamp for this request is outside of the recvWindow.", "never", 0.01),
    Answer("success_without_order", 200, 200, "success", "always", 0.01),
    Answer("http_403", 403, None, "<html><body><h1>403 Forbidden</h1></body></html>", "never", 0.002),
)  # fmt: skip


def exempt_from_throttling(flight: Flight) -> bool:
    """Whether the overload protection lets the request pass: reads, cancels, and orders that reduce exposure."""
    if flight.request.method not in ("POST", "PUT") or flight.request.path not in _THROTTLED_PATHS:
        return True
    sent = flight.params()
    reduces = sent.get("reduceOnly", "").lower() == "true" or sent.get("closePosition", "").lower() == "true"
    return reduces or (sent.get("positionSide"), sent.get("side")) in (("LONG", "SELL"), ("SHORT", "BUY"))


def _response(answer: Answer, now_ms: int) -> Response:
    headers = {"Retry-After": str(answer.retry_after_s)} if answer.retry_after_s else {}
    if answer.code is None:
        kind = "text/html" if answer.text.startswith("<") else "text/plain"
        return Response(answer.status, {"Content-Type": kind} | headers, answer.text.encode())
    text = answer.text.format(banned_until_ms=now_ms + answer.retry_after_s * 1000)
    body = orjson.dumps({"code": answer.code, "msg": text})
    return Response(answer.status, {"Content-Type": "application/json;charset=UTF-8"} | headers, body)


def _register(answer: Answer) -> None:
    signed_only = answer.name == "code_1021"
    writes_only = answer.name == "success_without_order"

    def act(flight: Flight, rng: Random) -> bool:
        if answer.code == -1008 and exempt_from_throttling(flight):
            return False
        if (writes_only and not flight.writes) or (signed_only and "timestamp" not in flight.params()):
            return False
        flight.arrives = answer.done == "always" or (answer.done == "maybe" and rng.random() < 0.5)
        flight.edit = lambda reply: _response(answer, flight.now_ms)
        return True

    executed = {"never": "not executed", "maybe": "may have been executed", "always": "executed"}[answer.done]
    act.__name__ = answer.name
    code = f" code {answer.code}" if answer.code else ""
    act.__doc__ = f"HTTP {answer.status}{code} in place of the reply; {executed}."
    on_request(answer.peak)(act)


for _answer in ANSWERS:
    _register(_answer)
