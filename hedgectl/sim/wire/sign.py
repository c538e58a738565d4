"""Who asks, and is it fresh: API key, HMAC-SHA256 signature, timestamp and recvWindow.

A request is accepted iff timestamp < serverTime + 1000 and serverTime - timestamp <= recvWindow (wire facts section 1).
The key's state is data here, so that a revoked or locked key is a state of the exchange and not an injected answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from string import ascii_letters, digits

from hedgectl.sim.model import Refusal
from hedgectl.sim.wire.params import Params, integer, mandatory_integer
from hedgectl.sim.wire.refusals import AHEAD, LATE

RECV_WINDOW_MS = 5000
RECV_WINDOW_MS_MAX = 60000
AHEAD_MS = 1000
KEY_HEADER = "X-MBX-APIKEY"
CALLER_IP = "127.0.0.1"
_KEY_CHARS = frozenset(ascii_letters + digits + "_-")


@dataclass(slots=True)
class ApiKey:
    """The account's key. `revoked` answers -2015, `locked` -2017, `trading` off answers -1002 to every write. What it
    may do beyond is only told (apiRestrictions): nothing here can be withdrawn."""

    key: str
    secret: bytes
    trading: bool = True
    locked: bool = False
    revoked: bool = False
    withdrawals: bool = False
    transfers: bool = False
    ip_bound: bool = False


def check_key(key: ApiKey, headers: Mapping[str, str], *, writes: bool) -> None:
    """-2014 without a well-formed key, -2015 for a stranger, -2017 and -1002 by the key's state."""
    sent = headers.get(KEY_HEADER)
    if sent is None:
        sent = next((value for name, value in headers.items() if name.upper() == KEY_HEADER), "")
    if not sent or not _KEY_CHARS.issuperset(sent):
        raise Refusal(-2014)
    if sent != key.key or key.revoked:
        raise Refusal(-2015, CALLER_IP)
    if key.locked:
        raise Refusal(-2017)
    if writes and not key.trading:
        raise Refusal(-1002)


def check_signature(key: ApiKey, params: Params, query: str, body: str) -> None:
    """-1102 without a signature, -1022 when it is not that of query + body under the account's secret."""
    sent = params.get("signature")
    if not sent:
        raise Refusal(-1102, "signature")
    signed = _unsigned(query) + _unsigned(body)
    due = hmac.new(key.secret, signed.encode(), sha256).hexdigest()
    if due != sent and due != sent.lower():
        raise Refusal(-1022)


def check_time(params: Params, server_ms: int) -> None:
    """-1102 without a timestamp, -1130 for a recvWindow beyond 60 s, -1021 when too old or too far ahead."""
    stamp = mandatory_integer(params, "timestamp")
    window = integer(params, "recvWindow") if "recvWindow" in params else RECV_WINDOW_MS
    if window is None or not 0 < window <= RECV_WINDOW_MS_MAX:
        raise Refusal(-1130, "recvWindow")
    if stamp >= server_ms + AHEAD_MS:
        raise Refusal(-1021, AHEAD)
    if server_ms - stamp > window:
        raise Refusal(-1021, LATE)


def _unsigned(text: str) -> str:
    """The text that was signed: `text` without its signature parameter, wherever it stands."""
    at = text.find("signature=")
    if at < 0:
        return text
    if at and text[at - 1] != "&":
        return "&".join(part for part in text.split("&") if not part.startswith("signature="))
    end = text.find("&", at)
    return text[: max(at - 1, 0)] if end < 0 else text[:at] + text[end + 1 :]
