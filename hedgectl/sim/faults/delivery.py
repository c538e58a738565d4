"""One event of the user stream on its way, and the faults that streams have. Taxonomy F7, F8, F17.

The stream carries no sequence numbers, so none of these can be seen from the stream alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hedgectl.sim.faults.registry import on_stream
from hedgectl.sim.faults.sizes import Sizes


@dataclass(slots=True)
class Delivery:
    """An event's plan: how many copies come, whether it straggles behind later ones, how long silence follows (ms)."""

    sizes: Sizes
    copies: int = 1
    straggles_ms: int = 0
    holds_ms: int = 0
    silence_ms: int = 0


@on_stream(peak=0.10)
def event_duplicated(delivery: Delivery, rng: Random) -> bool:
    """The event comes twice, or three times."""
    delivery.copies = rng.choice((2, 2, 3))
    return True


@on_stream(peak=0.10)
def event_reordered(delivery: Delivery, rng: Random) -> bool:
    """The event comes after ones that happened later."""
    delivery.straggles_ms = rng.randint(1, delivery.sizes.straggle_ms)
    return True


@on_stream(peak=0.05)
def event_missing(delivery: Delivery, rng: Random) -> bool:
    """The event never comes."""
    delivery.copies = 0
    return True


@on_stream(peak=0.05)
def event_late(delivery: Delivery, rng: Random) -> bool:
    """The event and all after it are held up for a while, in order."""
    delivery.holds_ms = rng.randint(1, delivery.sizes.straggle_ms)
    return True


@on_stream(peak=0.01)
def stream_silent(delivery: Delivery, rng: Random) -> bool:
    """The stream stays open and says nothing for a while; what happens meanwhile is never told."""
    delivery.copies = 0
    delivery.silence_ms = rng.randint(1_000, delivery.sizes.silence_ms)
    return True
