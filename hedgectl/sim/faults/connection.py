"""Faults of the connection itself: what a socket says instead of HTTP. Taxonomy F2 of reference/reliability.md."""

from __future__ import annotations

from random import Random

from hedgectl.sim.faults.flight import Flight, Kind
from hedgectl.sim.faults.registry import on_request


@on_request(peak=0.02)
def connection_refused(flight: Flight, rng: Random) -> bool:
    """Nobody listens: nothing was sent."""
    flight.departs, flight.fault = False, Kind.REFUSED
    return True


@on_request(peak=0.01)
def name_resolution(flight: Flight, rng: Random) -> bool:
    """The host's name is not resolved: nothing was sent."""
    flight.departs, flight.fault = False, Kind.DNS
    return True


@on_request(peak=0.02)
def connect_timeout(flight: Flight, rng: Random) -> bool:
    """The connection is never made: nothing was sent."""
    flight.departs, flight.fault = False, Kind.CONNECT_TIMEOUT
    return True


@on_request(peak=0.02)
def reset_before(flight: Flight, rng: Random) -> bool:
    """The connection is reset and the exchange saw nothing; the caller cannot know that."""
    flight.arrives, flight.fault = False, Kind.RESET
    return True


@on_request(peak=0.02)
def reset_after(flight: Flight, rng: Random) -> bool:
    """The connection is reset after the exchange did what was asked."""
    flight.fault = Kind.RESET
    return True


@on_request(peak=0.02)
def cut_in_body(flight: Flight, rng: Random) -> bool:
    """The connection ends inside the body of the reply; what was asked is done."""
    flight.fault = Kind.PAYLOAD_CUT
    return True
