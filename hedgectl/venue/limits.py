"""Every bound of the venue room, by name (L7)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VenueLimits:
    """Times in ms. A read gives up after `read_attempts_max`, or when `read_elapsed_ms_max` has passed on our clock.

    A write has one attempt. No read begins once `read_weight_share` of the minute's weight is used. -1021 asks for at
    most `resyncs_max` clock measurements in `resync_window_ms`: bounded, and soon enough again that a clock which moved
    twice does not keep us blind.
    `trade_pages_max` pages of 1000 are read for one question, `trade_days_max` is how far back the exchange answers.
    """

    write_timeout_ms: int = 8_000
    read_timeout_ms: int = 4_000
    read_attempts_max: int = 4
    read_elapsed_ms_max: int = 10_000
    backoff_ms: int = 200
    backoff_ms_max: int = 3_200
    jitter_ms: int = 100
    clock_samples: int = 4
    clock_good_round_trip_ms: int = 20
    read_weight_share: float = 0.9
    resyncs_max: int = 2
    resync_window_ms: int = 10_000
    trade_pages_max: int = 10
    trade_days_max: int = 90
    raw_chars_max: int = 2_000


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Times in ms. The key lives 60 minutes and a connection 24 hours; both are renewed well before.

    `silence_ms_max`: without any event or heartbeat for so long, the feed counts as dead.
    """

    keepalive_ms: int = 20 * 60_000
    connection_ms_max: int = 23 * 60 * 60_000
    silence_ms_max: int = 10 * 60_000
    heartbeat_ms: int = 10_000
    backoff_ms: int = 500
    backoff_ms_max: int = 30_000
    ring_max: int = 1_000
    message_bytes_max: int = 1024 * 1024
