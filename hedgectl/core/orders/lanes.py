"""Who may spend the exchange's rate budget: protection always, reconciling up to a share, entries up to a smaller one.

Counted from the exchange's own headers, plus what was granted since, in its fixed windows of exchange time (X8). A 429
or 418 stops entries and reading until Retry-After is over; protection is never refused here (L2).
Volatile: a restart begins at 0 and learns from the first headers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from hedgectl.core.model.order import Lane
from hedgectl.core.model.reply import Reply
from hedgectl.core.model.verdict import APPROVED, Refused, Verdict, code, refused

MINUTE_MS = 60_000
TEN_SECONDS_MS = 10_000
BAN_MS_UNSTATED = 120_000

RATE_BUDGET = code("lane.rate_budget", "The exchange's rate limit has no room left for this lane: the rest is kept.")
RATE_STOP = code("lane.rate_stop", "The exchange refused requests (429, 418); this lane waits until it may ask again.")


@dataclass(frozen=True, slots=True)
class Shares:
    """Which part of each limit a lane may use up to. Protection has no row: it is always granted."""

    entry: Decimal = Decimal("0.8")
    reconcile: Decimal = Decimal("0.9")

    def of(self, lane: Lane) -> Decimal:
        return self.entry if lane is Lane.ENTRY else self.reconcile


@dataclass(slots=True)
class Window:
    """One limit: `used` in the current fixed window, never below what we granted in it ourselves."""

    size_ms: int
    limit: int
    name: str
    index: int = -1
    granted: int = 0
    used: int = 0

    def at(self, exchange_ms: int) -> int:
        """What is used now; a later window starts at 0, an earlier time (a clock step back) changes nothing."""
        index = exchange_ms // self.size_ms
        if index > self.index:
            self.index, self.granted, self.used = index, 0, 0
        return self.used

    def spend(self, amount: int, exchange_ms: int) -> None:
        self.used = self.at(exchange_ms) + amount
        self.granted += amount

    def stated(self, used: int, exchange_ms: int) -> None:
        """The exchange's count. Grants may still be on their way to it, so ours is the floor."""
        self.at(exchange_ms)
        self.used = max(used, self.granted)

    def left(self, share: Decimal, exchange_ms: int) -> int:
        """How much is left below `share` of the limit, rounded down; negative when others spent more."""
        return int(self.limit * share) - self.at(exchange_ms)


@dataclass(slots=True)
class Budget:
    """The three limits, and until when (exchange ms) a refusal by the exchange stops a lane."""

    shares: Shares = field(default_factory=Shares)
    weight: Window = field(default_factory=lambda: Window(MINUTE_MS, 2400, "weight/1m"))
    orders_10s: Window = field(default_factory=lambda: Window(TEN_SECONDS_MS, 300, "orders/10s"))
    orders_1m: Window = field(default_factory=lambda: Window(MINUTE_MS, 1200, "orders/1m"))
    entries_after_ms: int = 0
    reads_after_ms: int = 0

    def limits(self, weight_1m: int, orders_10s: int, orders_1m: int) -> None:
        """What exchangeInfo states (InstrumentsTaken). A limit of 0 means "not stated" and changes nothing."""
        self.weight.limit = weight_1m or self.weight.limit
        self.orders_10s.limit = orders_10s or self.orders_10s.limit
        self.orders_1m.limit = orders_1m or self.orders_1m.limit

    def grant(self, lane: Lane, weight: int, orders: int, exchange_ms: int) -> Verdict:
        """Room for one request of `weight` that carries `orders` new orders, counted as spent when granted."""
        verdict = self.verdict(lane, weight, orders, exchange_ms)
        if verdict.approved:
            self.weight.spend(weight, exchange_ms)
            self.orders_10s.spend(orders, exchange_ms)
            self.orders_1m.spend(orders, exchange_ms)
        return verdict

    def verdict(self, lane: Lane, weight: int, orders: int, exchange_ms: int) -> Verdict:
        """What `grant` would say. Nothing is spent."""
        if lane is Lane.PROTECT:
            return APPROVED
        return self._stopped(lane, exchange_ms) or self._over(lane, weight, orders, exchange_ms) or APPROVED

    def allows(self, lane: Lane, weight: int, orders: int, exchange_ms: int) -> bool:
        """Whether `grant` would grant it. Nothing is spent."""
        return self.verdict(lane, weight, orders, exchange_ms).approved

    def seen(self, reply: Reply, exchange_ms: int) -> None:
        """Learn from an answer: its counts, and a 429 or 418 with its Retry-After."""
        found = _numbers(reply.headers)
        for window, header in (
            (self.weight, "x-mbx-used-weight-1m"),
            (self.orders_10s, "x-mbx-order-count-10s"),
            (self.orders_1m, "x-mbx-order-count-1m"),
        ):
            if header in found:
                window.stated(found[header], exchange_ms)
        if reply.status in (418, 429):
            self._stop(reply.status, found.get("retry-after"), exchange_ms)

    def weighed(self, used: int, exchange_ms: int) -> None:
        """The weight that a read reported (SnapshotTaken, QuotesTaken); 0 means that it reported none."""
        if used > 0:
            self.weight.stated(used, exchange_ms)

    def _stop(self, status: int, retry_after_s: int | None, exchange_ms: int) -> None:
        if retry_after_s is not None:
            until_ms = exchange_ms + retry_after_s * 1000
        elif status == 418:
            until_ms = exchange_ms + BAN_MS_UNSTATED
        else:
            until_ms = (exchange_ms // MINUTE_MS + 1) * MINUTE_MS
        self.told(status, until_ms)

    def told(self, status: int, until_ms: int) -> None:
        """The exchange asked to wait until then: entries and reading stop. Each request after a 429 is an offence more,
        each under a 418 lengthens the ban; protection is what the rest is kept for."""
        self.entries_after_ms = max(self.entries_after_ms, until_ms)
        self.reads_after_ms = max(self.reads_after_ms, until_ms)

    def _stopped(self, lane: Lane, exchange_ms: int) -> Refused | None:
        until_ms = self.entries_after_ms if lane is Lane.ENTRY else self.reads_after_ms
        if exchange_ms >= until_ms:
            return None
        return refused(RATE_STOP, exchange_ms, until_ms, f"wait {-(-(until_ms - exchange_ms) // 1000)} s")

    def _over(self, lane: Lane, weight: int, orders: int, exchange_ms: int) -> Refused | None:
        share = self.shares.of(lane)
        for window, amount in ((self.weight, weight), (self.orders_10s, orders), (self.orders_1m, orders)):
            if amount > 0 and amount > window.left(share, exchange_ms):
                used, most = window.used + amount, int(window.limit * share)
                return refused(RATE_BUDGET, used, most, f"{window.name}: wait for the next window")
        # An entry weighs nothing itself, but reading what became of it does.
        if lane is Lane.ENTRY and self.weight.left(share, exchange_ms) <= 0:
            return refused(RATE_BUDGET, self.weight.used, int(self.weight.limit * share), "weight/1m: wait a minute")
        return None


def _numbers(headers: Iterable[tuple[str, str]]) -> dict[str, int]:
    return {name.lower(): int(value) for name, value in headers if value.isdecimal() and value.isascii()}
