"""Bytes to intents: the one door through which wishes enter. Refuses whatever it does not wholly understand.

An exit has no expiry, leverage, confidence or limits: such fields are read and left aside, since an exit is never
refused for what only concerns entries (L2). Nothing here knows a market, a position or a limit of risk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import orjson

from hedgectl.core.model.input import IntentInvalid, IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Side
from hedgectl.intake import codes, fields, values
from hedgectl.intake.json_text import Bad, Bounds, Malformed, documents, show

FUTURE_MS_MAX = 5_000
READERS = {
    "intent_id": values.identity,
    "symbol": values.symbol,
    "quantity": values.positive,
    "notional_usdt": values.positive,
    "price": values.positive,
    "leverage": values.leverage,
    "confidence": values.share,
    "source": values.text,
    "paper": values.truth,
    "generated_at": values.time_ms,
    "expires_at": values.time_ms,
}


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """What the intake holds an intent to: age of an entry, and the bounds of a message."""

    intent_age_ms_max: int = 30_000
    bounds: Bounds = field(default_factory=Bounds)


def parse_intents(
    raw: bytes, *, now_ms: int, limits: IntakeLimits, origin: str = "inbox", salt: str = ""
) -> list[IntentReceived | IntentInvalid]:
    """The intents of a message (one object, an array, or one object a line), each valid or refused with its reason.

    `now_ms` is exchange time. An intent without an id gets one from its content, `salt` and its time, so that the same
    message read twice is the same intent; `salt` names the message where it has a name (a file).
    """
    return [given for _, given in numbered_intents(raw, now_ms=now_ms, limits=limits, origin=origin, salt=salt)]


def numbered_intents(
    raw: bytes, *, now_ms: int, limits: IntakeLimits, origin: str, salt: str = ""
) -> list[tuple[int, IntentReceived | IntentInvalid]]:
    """The same, each with its line, or its place in an array; 0 stands for the message itself."""
    found: list[tuple[int, IntentReceived | IntentInvalid]] = []
    for place, (number, document) in enumerate(documents(raw, limits.bounds)):
        try:
            if isinstance(document, Bad):
                raise Malformed(document.code, document.field, document.found, document.hint)
            intent = _intent(document, now_ms, limits, f"{salt}#{place}" if salt else "")
            found.append((number, IntentReceived(intent, origin)))
        except Malformed as wrong:
            bad = wrong.bad
            found.append((number, IntentInvalid(_id_of(document), bad.code, bad.field, bad.found, bad.hint, origin)))
    return found


def _id_of(document: object) -> str:
    """The id of a refused intent, where it has one that can be trusted as a name."""
    name = document.get("intent_id", document.get("id")) if isinstance(document, dict) else None
    return name if isinstance(name, str) and values.ID.fullmatch(name) else ""


def _intent(document: object, now_ms: int, limits: IntakeLimits, salt: str) -> Entry | Exit:
    if not isinstance(document, dict):
        raise Malformed(codes.NOT_AN_OBJECT, "", document, "write an object: {...}")
    given = _read(document)
    if "symbol" not in given:
        raise Malformed(codes.MISSING_FIELD, "symbol", "", "name the symbol, as BTCUSDT")
    generated_ms = given.get("generated_at", now_ms)
    intent_id = given.get("intent_id") or _made_id(document, salt or str(generated_ms))
    if given.get("action", "entry") == "exit":
        return _exit(given, intent_id, min(generated_ms, now_ms))
    if generated_ms > now_ms + FUTURE_MS_MAX:
        raise Malformed(codes.FROM_THE_FUTURE, "generated_at", generated_ms, "set the sender's clock")
    return _entry(given, intent_id, generated_ms, now_ms, limits)


def _read(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every field by its own name, checked by itself; two names that say different things are refused."""
    given: dict[str, Any] = {}
    for name, value in document.items():
        field = fields.canonical(name)
        if field not in fields.FIELDS:
            raise _unknown(name)
        if value is None:
            continue
        for each, meaning in _meaning(name, field, value).items():
            if each in given and given[each] != meaning:
                raise Malformed(codes.CONTRADICTION, name, value, f"{each} is {given[each]} already: say it once")
            given[each] = meaning
    return given


def _meaning(name: str, field: str, value: Any) -> dict[str, Any]:
    if name in fields.FLAGS:
        said = fields.flag_says(value)
        if said is None:
            raise Malformed(codes.WRONG_TYPE, name, value, "write true or false")
        return dict(said)
    words = fields.WORDS.get(name)
    if words is not None:
        return dict(words[values.word(name, value, words)])
    return {field: READERS[field](name, value)}


def _unknown(name: str) -> Malformed:
    near = get_close_matches(name, fields.names(), 1, 0.6)
    hint = f"did you mean {near[0]}?" if near else "fields: " + ", ".join(fields.FIELDS)
    return Malformed(codes.UNKNOWN_KEY, show(name), name, hint)


def _entry(given: Mapping[str, Any], intent_id: str, generated_ms: int, now_ms: int, limits: IntakeLimits) -> Entry:
    if "side" not in given:
        raise Malformed(codes.MISSING_FIELD, "side", "", "write BUY or SELL")
    if "quantity" in given and "notional_usdt" in given:
        raise Malformed(codes.BOTH_SIZES, "notional_usdt", given["notional_usdt"], "leave out one of the two")
    if "quantity" not in given and "notional_usdt" not in given:
        raise Malformed(codes.NO_SIZE, "notional_usdt", "", "add notional_usdt or quantity")
    if (given["side"], given.get("leg")) in (("BUY", "SHORT"), ("SELL", "LONG")):
        hint = 'BUY opens LONG, SELL opens SHORT; to close a leg write "action": "exit"'
        raise Malformed(codes.CONTRADICTION, "leg", given["leg"], hint)
    expires_ms = given.get("expires_at")
    latest_ms = min(generated_ms + limits.intent_age_ms_max, expires_ms if expires_ms is not None else 2**63)
    if now_ms > latest_ms:
        raise Malformed(codes.EXPIRED, "expires_at", f"{(now_ms - latest_ms) / 1000:.1f} s late", "send a fresh one")
    return Entry(
        intent_id=intent_id,
        symbol=given["symbol"],
        side=Side(given["side"]),
        generated_ms=generated_ms,
        quantity=given.get("quantity"),
        notional_usdt=given.get("notional_usdt"),
        kind=_kind(given),
        price=given.get("price"),
        leg=Leg(given["leg"]) if "leg" in given else None,
        leverage=given.get("leverage"),
        confidence=given.get("confidence"),
        expires_ms=expires_ms,
        source=given.get("source", ""),
        paper=given.get("paper", False),
    )


def _exit(given: Mapping[str, Any], intent_id: str, generated_ms: int) -> Exit:
    if "side" not in given and "leg" not in given:
        raise Malformed(codes.MISSING_FIELD, "leg", "", "say which leg to close: LONG, SHORT or BOTH")
    if "notional_usdt" in given:
        hint = "an exit takes a quantity, or nothing to close the whole leg"
        raise Malformed(codes.CONTRADICTION, "notional_usdt", given["notional_usdt"], hint)
    side, leg = given.get("side"), given.get("leg")
    if (side, leg) in (("BUY", "LONG"), ("SELL", "SHORT")):
        hint = f"{'SELL' if leg == 'LONG' else 'BUY'} closes {leg}; leave the side out"
        raise Malformed(codes.CONTRADICTION, "side", side, hint)
    return Exit(
        intent_id=intent_id,
        symbol=given["symbol"],
        side=Side(side) if side else None,
        generated_ms=generated_ms,
        quantity=given.get("quantity"),
        kind=_kind(given),
        price=given.get("price"),
        leg=Leg(leg) if leg else None,
        source=given.get("source", ""),
        paper=given.get("paper", False),
    )


def _kind(given: Mapping[str, Any]) -> Kind:
    """A price makes it a limit order; a market order with a price is a contradiction."""
    told = given.get("type", "limit" if "price" in given else "market")
    if told == "market" and "price" in given:
        raise Malformed(codes.CONTRADICTION, "price", given["price"], 'leave the price out, or write "type": "limit"')
    return Kind.LIMIT if told == "limit" else Kind.MARKET


def _made_id(document: Mapping[str, Any], salt: str) -> str:
    canonical = orjson.dumps(document, default=str, option=orjson.OPT_SORT_KEYS)
    return "auto-" + hashlib.sha256(canonical + b"\0" + salt.encode()).hexdigest()[:20]
