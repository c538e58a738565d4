"""Faults of the way: a request or a reply that is lost or late. Taxonomy F1, F3, F4 of reference/reliability.md."""

from __future__ import annotations

from random import Random

from hedgectl.sim.faults.flight import Flight, Kind
from hedgectl.sim.faults.registry import on_request


@on_request(peak=0.10)
def request_lost(flight: Flight, rng: Random) -> bool:
    """The request leaves and never arrives; the caller waits in vain."""
    flight.arrives = False
    flight.fault = Kind.READ_TIMEOUT
    return True


@on_request(peak=0.10)
def reply_lost(flight: Flight, rng: Random) -> bool:
    """The exchange does what was asked and its reply is lost."""
    flight.fault = Kind.READ_TIMEOUT
    return True


@on_request(peak=0.05)
def reply_late(flight: Flight, rng: Random) -> bool:
    """The exchange does what was asked and its reply comes after the caller has given up."""
    flight.back_ms = flight.timeout_ms + rng.randint(1, 5_000)
    return True


@on_request(peak=0.05)
def reply_slow(flight: Flight, rng: Random) -> bool:
    """The reply comes late, but in time."""
    room_ms = flight.timeout_ms - flight.out_ms
    flight.back_ms = max(flight.back_ms, int(room_ms * rng.uniform(0.2, 0.9)))
    return True


@on_request(peak=0.08)
def accepted_late(flight: Flight, rng: Random) -> bool:
    """A write waits in a queue and reaches the exchange near the end of its recvWindow, or past it; no reply comes."""
    if not flight.writes:
        return False
    window_ms = flight.recv_window_ms()
    flight.hold_ms = max(0, int(window_ms * rng.uniform(0.3, 1.3)) - flight.out_ms)
    flight.fault = Kind.READ_TIMEOUT
    return True
