"""The general refusals (-1xxx) and those of key, account and order book (-2xxx): rows of the error table.

Texts are the venue's own; which text of a code is meant, a Refusal's arguments say. Source: wire facts section 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BAD_REQUEST = 400

UNKNOWN_STATUS = "Unknown error, please check your request or try again later."
AHEAD = "Timestamp for this request was 1000ms ahead of the server's time."
LATE = "Timestamp for this request is outside of the recvWindow."
BANNED = "Way too many requests; IP banned until %s. Please use the websocket for live updates to avoid bans."
BUSY = (
    "Too many requests; current limit is %s requests per minute. "
    "Please use the websocket for live updates to avoid polling the API."
)
THROTTLED = (
    "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again."
)
MISSING = "Mandatory parameter '%s' was not sent, was empty/null, or malformed."
NEITHER = "Param '%s' or '%s' must be sent, but both were empty/null!"

INJECTED = "a fault says it: no state of a healthy exchange does"
SUPERSEDED = "the venue answers another code first: %s"


@dataclass(frozen=True, slots=True)
class Row:
    """One code: its texts with the HTTP status of each; `note` says how it is reached, or the fact why it never is."""

    texts: tuple[tuple[str, int], ...]
    reachable: bool
    note: str


def _pairs(texts: Iterable[str | tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple((text, BAD_REQUEST) if isinstance(text, str) else text for text in texts)


def by(note: str, *texts: str | tuple[str, int]) -> Row:
    """A code that a state of the exchange reaches; a text without a status is HTTP 400."""
    return Row(_pairs(texts), True, note)


def never(fact: str, *texts: str | tuple[str, int]) -> Row:
    """A code that is known, has its text, and is reached by no state of this exchange because of `fact`."""
    return Row(_pairs(texts), False, fact)


GENERAL: dict[int, Row] = {
    -1000: never(INJECTED, "An unknown error occured while processing the request.", (UNKNOWN_STATUS, 503)),
    -1001: never(INJECTED, ("Internal error; unable to process your request. Please try again.", 503)),
    -1002: by("an order with a key that may only read", ("You are not authorized to execute this request.", 401)),
    -1003: by("weight beyond the minute's limit; going on regardless", (BUSY, 429), (BANNED, 418)),
    -1006: never(
        INJECTED, ("An unexpected response was received from the message bus. Execution status unknown.", 503)
    ),
    -1007: never(
        INJECTED,
        ("Timeout waiting for response from backend server. Send status unknown; execution status unknown.", 408),
    ),
    -1008: never(INJECTED, (THROTTLED, 503)),
    -1010: never(INJECTED, "ERROR_MSG_RECEIVED."),
    -1011: never("there is no IP white list in front of loopback", ("This IP cannot access this route.", 403)),
    -1013: never(SUPERSEDED % "-1102 or -1130 names the parameter", "INVALID_MESSAGE."),
    -1014: never("every combination has its own code on USD-M", "Unsupported order combination."),
    -1015: by(
        "more new orders than 10 s or a minute allow", ("Too many new orders; current limit is %s orders per %s.", 429)
    ),
    -1016: never("no service of this exchange is shut down", "This service is no longer available."),
    -1020: never(SUPERSEDED % "-5000 for a path that does not exist", "This operation is not supported."),
    -1021: by("timestamp older than recvWindow, or a second ahead", LATE, AHEAD),
    -1022: by("signature of another secret or text", "Signature for this request is not valid."),
    -1023: by("startTime after endTime", "Start time is greater than end time."),
    -1100: by(
        "a client id outside the exchange's alphabet",
        "Illegal characters found in parameter '%s'; legal range is '%s'.",
    ),
    -1101: by("the same parameter twice in one place", "Duplicate values for a parameter detected."),
    -1102: by("a mandatory parameter missing, or no number", MISSING, NEITHER),
    -1103: never("unknown parameters are ignored, as the venue does", "An unknown parameter was sent."),
    -1104: never(
        "unknown parameters are ignored, as the venue does",
        "Not all sent parameters were read; read '%s' parameter(s) but was sent '%s'.",
    ),
    -1105: by("orderId= with nothing behind it", "Parameter '%s' was empty."),
    -1106: by("price on MARKET, reduceOnly in hedge mode", "Parameter '%s' sent when not required."),
    -1109: by("an account that is no longer valid", "Invalid account."),
    -1111: by("more decimals than the symbol has", "Precision is over the maximum defined for this asset."),
    -1112: by("MARKET on an empty book", "No orders on book for symbol."),
    -1114: never(SUPERSEDED % "-1106 for timeInForce on MARKET", "TimeInForce parameter sent when not required."),
    -1115: by("timeInForce of another name", "Invalid timeInForce."),
    -1116: by("type of another name", "Invalid orderType."),
    -1117: by("side of another name", "Invalid side."),
    -1118: by("newClientOrderId= with nothing behind it", "New client order ID was empty."),
    -1119: by("origClientOrderId= with nothing behind it", "Original client order ID was empty."),
    -1120: by("klines with an interval of another name", "Invalid interval."),
    -1121: by("a symbol that is not listed", "Invalid symbol."),
    -1122: never(SUPERSEDED % "-4140 or -4141 by the symbol's status", "Invalid symbol status."),
    -1125: by(
        "keep-alive of a dead listen key",
        "This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate `listenKey`",
    ),
    -1127: by(
        "own trades or orders over more than seven days",
        "Lookup interval is too big. More than %s hours between startTime and endTime.",
    ),
    -1128: by("fromId together with a time range", "Combination of optional parameters invalid."),
    -1130: by("recvWindow over 60000, limit over its maximum", "Data sent for parameter '%s' is not valid."),
    -1136: by("newOrderRespType of another name", "Invalid newOrderRespType."),
}

ACCOUNT: dict[int, Row] = {
    -2010: never("a spot code", "NEW_ORDER_REJECTED"),
    -2011: by("cancel of an order that is not open", "Unknown order sent."),
    -2012: never("each leg of a batch cancel answers for itself", "Batch cancel failure."),
    -2013: by("an order unknown, closed (openOrder), purged or not yet visible", "Order does not exist."),
    -2014: by("no key, or one of another alphabet", ("API-key format invalid.", 401)),
    -2015: by(
        "a key that is unknown or revoked", ("Invalid API-key, IP, or permissions for action, request ip: %s", 401)
    ),
    -2017: by("a locked key", ("API Keys are locked on this account.", 401)),
    -2018: never(SUPERSEDED % "-2019 for futures margin", "Balance is insufficient."),
    -2019: by("an opening order beyond the available balance", "Margin is insufficient."),
    -2020: never(SUPERSEDED % "-5021 for FOK, EXPIRED for the rest", "Unable to fill."),
    -2021: by("a conditional order whose condition already holds", "Order would immediately trigger."),
    -2022: by("a close without a position", "ReduceOnly Order is rejected."),
    -2023: by("an order while the account is liquidated", "User in liquidation mode now."),
    -2024: never(SUPERSEDED % "-2022 for closes", "Position is not sufficient."),
    -2025: by("one order more than the symbol may rest", "Reach max open order limit."),
    -2026: never(SUPERSEDED % "-4120, every type left may reduce", "This OrderType is not supported when reduceOnly."),
    -2027: by("a position above the bracket's cap", "Exceeded the maximum allowable position at current leverage."),
    -2028: by(
        "less leverage than the balance can carry", "Leverage is smaller than permitted: insufficient margin balance."
    ),
}
