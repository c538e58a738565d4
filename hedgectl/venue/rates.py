"""What the exchange last said about its rate limits, for whoever shows or budgets them (X8)."""

from __future__ import annotations

from dataclasses import dataclass

from hedgectl.core.model.reply import Reply

MINUTE_MS = 60_000


@dataclass(slots=True)
class Rates:
    """Latest header values, at exchange time `at_ms`; -1: never said. `retry_after_ms` is the exchange time until which
    a 429 or 418 asks us to wait, 0 if none did; `weight_limit_1m` what exchangeInfo allows."""

    weight_1m: int = -1
    orders_10s: int = -1
    orders_1m: int = -1
    retry_after_ms: int = 0
    banned: bool = False
    at_ms: int = 0
    weight_limit_1m: int = 2_400

    def spent(self, share: float, exchange_ms: int) -> bool:
        """Whether so much of this minute's weight is used, by whomever: another process of ours may have been here."""
        this_minute = self.at_ms // MINUTE_MS == exchange_ms // MINUTE_MS
        return this_minute and self.weight_1m >= self.weight_limit_1m * share

    def seen(self, reply: Reply, exchange_ms: int) -> None:
        """Keep what the headers of `reply` state."""
        for name, value in reply.headers:
            if not value.isdecimal():
                continue
            match name:
                case "x-mbx-used-weight-1m":
                    self.weight_1m = int(value)
                case "x-mbx-order-count-10s":
                    self.orders_10s = int(value)
                case "x-mbx-order-count-1m":
                    self.orders_1m = int(value)
                case "retry-after" if reply.status in (418, 429):
                    self.retry_after_ms = exchange_ms + int(value) * 1000
        self.banned = reply.status == 418
        self.at_ms = exchange_ms


def weight_of(reply: Reply) -> int:
    """The used weight that a reply states, 0 if none."""
    for name, value in reply.headers:
        if name == "x-mbx-used-weight-1m" and value.isdecimal():
            return int(value)
    return 0


def retry_after_ms(reply: Reply) -> int:
    """Retry-After of a reply in ms, 0 if none."""
    for name, value in reply.headers:
        if name == "retry-after" and value.isdecimal():
            return int(value) * 1000
    return 0
