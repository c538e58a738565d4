"""When an unknown order is proven absent (DESIGN "Settle").

The exchange keeps client ids unique among open orders only, so asking again is not idempotent and a resend can
double. Nothing is absent before the exchange can no longer accept it; then every source must show nothing, twice, the
second time `visibility_ms_max` later. Measured in a model with lost and late replies: a blind resend doubled 17 % of
orders, ask-then-resend 1.8 %, this rule none.
"""

from __future__ import annotations

from enum import StrEnum

QUEUE_MARGIN_MS = 1_000  # the exchange accepts timestamps up to a second ahead of its clock


class Proof(StrEnum):
    """What the evidence gathered so far amounts to."""

    OPEN = "open"  # not enough yet
    MISSED = "missed"  # one complete look past the deadline showed nothing
    ABSENT = "absent"  # and a second one, late enough that lagging views must have caught up


def deadline_ms(timestamp_ms: int, recv_window_ms: int, margin_ms: int) -> int:
    """The exchange time after which it cannot accept the send any more.

    >>> deadline_ms(10_000, 2_500, 500)
    14000
    """
    return timestamp_ms + recv_window_ms + QUEUE_MARGIN_MS + margin_ms


def judge(
    looked_ms: int, trades_ms: int, positions_ms: int, missed_ms: int, deadline: int, visibility_ms_max: int
) -> Proof:
    """What is proven. The first three are exchange times up to which order look-up, own trades and positions showed
    nothing; 0 when they have not, or showed something that nobody can attribute. `missed_ms` is the first miss.

    >>> judge(15_000, 15_000, 15_000, 0, 14_000, 10_000).value
    'missed'
    >>> judge(25_000, 24_500, 24_000, 15_000, 14_000, 10_000).value
    'absent'
    """
    seen_until = min(looked_ms, trades_ms, positions_ms)
    if seen_until < deadline:
        return Proof.OPEN
    if not missed_ms:
        return Proof.MISSED
    return Proof.ABSENT if seen_until >= deadline + visibility_ms_max else Proof.OPEN
