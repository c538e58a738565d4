"""What a caller may ask per window: request weight per minute, new orders per 10 s and per minute, and the ban.

Windows are fixed and follow the exchange's clock. Passing a limit answers 429; ignoring `tolerated` such answers in one
window answers 418 for 2 minutes, doubling with each repeat (wire facts section 1, rate limits; requirement X8).
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgectl.sim.model import Refusal
from hedgectl.sim.wire.refusals import BANNED, BUSY

MINUTE_MS = 60_000
TEN_SECONDS_MS = 10_000
BAN_MS = 2 * MINUTE_MS
BAN_MS_MAX = 3 * 24 * 60 * MINUTE_MS


@dataclass(slots=True)
class Window:
    """A fixed window's counter: `used` belongs to window number `index`."""

    size_ms: int
    limit: int
    index: int = -1
    used: int = 0

    def roll(self, server_ms: int) -> int:
        """What is used in the window of `server_ms`; a new window starts at 0."""
        index = server_ms // self.size_ms
        if index != self.index:
            self.index, self.used = index, 0
        return self.used

    def rest_s(self, server_ms: int) -> int:
        """Whole seconds until the window ends, at least 1: the Retry-After of its 429."""
        return max(1, -(-(self.size_ms - server_ms % self.size_ms) // 1000))


class Limits:
    """The counters of one address (weight) and its account (orders). `retry_after_s` belongs to the last refusal."""

    def __init__(self, weight: int, orders_10s: int, orders_1m: int, *, tolerated: int = 10) -> None:
        self.weight = Window(MINUTE_MS, weight)
        self.orders_10s = Window(TEN_SECONDS_MS, orders_10s)
        self.orders_1m = Window(MINUTE_MS, orders_1m)
        self.tolerated = tolerated
        self.banned_until_ms = 0
        self.retry_after_s = 0
        self.offences = 0
        self.bans = 0

    def ask(self, weight: int, server_ms: int) -> None:
        """Count a request; -1003 with 429 beyond the minute's weight, with 418 while banned."""
        if server_ms < self.banned_until_ms:
            self.retry_after_s = -(-(self.banned_until_ms - server_ms) // 1000)
            raise Refusal(-1003, BANNED, self.banned_until_ms)
        window = self.weight
        if server_ms // MINUTE_MS != window.index:
            self.offences = 0
            window.roll(server_ms)
        window.used += weight
        if window.used > window.limit:
            self._offend(window, server_ms)
            raise Refusal(-1003, BUSY, window.limit)

    def order(self, ten_seconds: int, minute: int, server_ms: int) -> None:
        """Count new orders; -1015 with 429 beyond either limit (a refused request is not counted)."""
        short, long = self.orders_10s, self.orders_1m
        if short.roll(server_ms) + ten_seconds > short.limit:
            self._offend(short, server_ms)
            raise Refusal(-1015, short.limit, "10 SECOND")
        if long.roll(server_ms) + minute > long.limit:
            self._offend(long, server_ms)
            raise Refusal(-1015, long.limit, "1 MINUTE")
        short.used += ten_seconds
        long.used += minute

    def lift(self) -> None:
        """Forget bans and offences (not the counters): what the heal phase of a storm asks for."""
        self.banned_until_ms = self.offences = self.bans = 0

    def _offend(self, window: Window, server_ms: int) -> None:
        self.retry_after_s = window.rest_s(server_ms)
        self.offences += 1
        if self.offences > self.tolerated:
            length_ms = min(BAN_MS << self.bans, BAN_MS_MAX)
            self.banned_until_ms = server_ms + length_ms
            self.bans = min(self.bans + 1, 12)
            self.offences = 0
            self.retry_after_s = length_ms // 1000
            raise Refusal(-1003, BANNED, self.banned_until_ms)
