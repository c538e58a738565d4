"""The fields of an intent and the names that older producers use for them: one table, nothing hidden elsewhere.

field         other names                                              meaning
intent_id     id, intentId                                             made from the content when absent
symbol        ticker, instrument
side          signal: BUY, SELL; LONG, SHORT (entry on that leg);      what to do on the market
              EXIT_LONG, EXIT_SHORT (exit of that leg)
action        reduceOnly, reduce_only: true is exit, false is entry    entry (default) or exit
leg           positionSide, position_side                              LONG, SHORT, BOTH
quantity      qty, amount                                              base asset
notional_usdt size_usdt, notional, usdt                                entries only
type          order_type, orderType: also in capitals                  market (default) or limit
price         limit_price, limitPrice                                  limit orders; none: at the touch
leverage, confidence, source (also strategy), paper
generated_at  signal_ts, timestamp, generated_ts                       seconds, milliseconds or ISO 8601
expires_at    expiry, valid_until                                      the same
"""

from __future__ import annotations

from typing import Any

ALIASES: dict[str, str] = {
    "id": "intent_id",
    "intentId": "intent_id",
    "ticker": "symbol",
    "instrument": "symbol",
    "signal": "side",
    "reduceOnly": "action",
    "reduce_only": "action",
    "positionSide": "leg",
    "position_side": "leg",
    "qty": "quantity",
    "amount": "quantity",
    "size_usdt": "notional_usdt",
    "notional": "notional_usdt",
    "usdt": "notional_usdt",
    "order_type": "type",
    "orderType": "type",
    "limit_price": "price",
    "limitPrice": "price",
    "strategy": "source",
    "signal_ts": "generated_at",
    "timestamp": "generated_at",
    "generated_ts": "generated_at",
    "expiry": "expires_at",
    "valid_until": "expires_at",
}
FIELDS: tuple[str, ...] = (
    "intent_id",
    "symbol",
    "side",
    "action",
    "leg",
    "quantity",
    "notional_usdt",
    "type",
    "price",
    "leverage",
    "confidence",
    "source",
    "paper",
    "generated_at",
    "expires_at",
)

SIDES: dict[str, dict[str, str]] = {
    "BUY": {"side": "BUY"},
    "SELL": {"side": "SELL"},
}
SIGNALS: dict[str, dict[str, str]] = {
    **SIDES,
    "LONG": {"side": "BUY", "leg": "LONG", "action": "entry"},
    "SHORT": {"side": "SELL", "leg": "SHORT", "action": "entry"},
    "EXIT_LONG": {"side": "SELL", "leg": "LONG", "action": "exit"},
    "EXIT_SHORT": {"side": "BUY", "leg": "SHORT", "action": "exit"},
}
"""What each word of `side`, and of the older `signal`, says about side, leg and action."""

WORDS: dict[str, dict[str, dict[str, str]]] = {
    "side": SIDES,
    "signal": SIGNALS,
    "action": {word: {"action": word} for word in ("entry", "exit")},
    "leg": {word: {"leg": word} for word in ("LONG", "SHORT", "BOTH")},
    "positionSide": {word: {"leg": word} for word in ("LONG", "SHORT", "BOTH")},
    "position_side": {word: {"leg": word} for word in ("LONG", "SHORT", "BOTH")},
    "type": {word: {"type": word} for word in ("market", "limit")},
    "order_type": {word: {"type": word.lower()} for word in ("market", "limit", "MARKET", "LIMIT")},
    "orderType": {word: {"type": word.lower()} for word in ("market", "limit", "MARKET", "LIMIT")},
}
"""By the name that was written: its words, and what each of them says."""

FLAGS = ("reduceOnly", "reduce_only")


def names() -> list[str]:
    """Every name that may be written."""
    return [*FIELDS, *ALIASES]


def canonical(name: str) -> str:
    """The field that a name stands for."""
    return ALIASES.get(name, name)


def flag_says(value: Any) -> dict[str, str] | None:
    """What reduceOnly says; None when it is neither true nor false."""
    if value is True or value == "true":
        return {"action": "exit"}
    return {"action": "entry"} if value is False or value == "false" else None
