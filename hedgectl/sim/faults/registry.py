"""The register of faults: name, sentence, place, and how often a storm may make it happen.

A fault is one function and one decorator: the function's name is the fault's name, its docstring is what a person
reads. It edits what it is given and says whether it applied; only then it counts as fired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from hedgectl.sim.faults.delivery import Delivery
    from hedgectl.sim.faults.flight import Flight
    from hedgectl.sim.faults.scene import Scene

Act = TypeVar("Act", bound=Callable[..., bool])
RequestAct = Callable[["Flight", Random], bool]
StreamAct = Callable[["Delivery", Random], bool]
WorldAct = Callable[["Scene", Random], bool]


class Place(StrEnum):
    """Where a fault acts, which is also what its rate is counted in."""

    REQUEST = "per request"
    STREAM = "per stream event"
    WORLD = "per hour"
    RUN = "per run"


@dataclass(frozen=True, slots=True)
class Fault(Generic[Act]):
    """One fault. `peak` is the highest rate that a storm draws for it, in the unit of its place."""

    name: str
    doc: str
    place: Place
    peak: float
    act: Act


REQUEST: dict[str, Fault[RequestAct]] = {}
STREAM: dict[str, Fault[StreamAct]] = {}
WORLD: dict[str, Fault[WorldAct]] = {}
RUN: dict[str, Fault[WorldAct]] = {}


def on_request(peak: float) -> Callable[[RequestAct], RequestAct]:
    """Register a fault of one request and its reply."""
    return lambda act: _add(REQUEST, Place.REQUEST, peak, act)


def on_stream(peak: float) -> Callable[[StreamAct], StreamAct]:
    """Register a fault of one event of the user stream."""
    return lambda act: _add(STREAM, Place.STREAM, peak, act)


def on_world(peak: float) -> Callable[[WorldAct], WorldAct]:
    """Register something that happens at the exchange, to the account or to its clock."""
    return lambda act: _add(WORLD, Place.WORLD, peak, act)


def on_run(peak: float) -> Callable[[WorldAct], WorldAct]:
    """Register something that holds for the whole run, until the profile heals."""
    return lambda act: _add(RUN, Place.RUN, peak, act)


def _add(into: dict[str, Fault[Act]], place: Place, peak: float, act: Act) -> Act:
    name = act.__name__
    if any(name in shelf for shelf in (REQUEST, STREAM, WORLD, RUN)):
        raise ValueError(f"two faults named {name}")
    into[name] = Fault(name, (act.__doc__ or "").strip(), place, peak, act)
    return act
