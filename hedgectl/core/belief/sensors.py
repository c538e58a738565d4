"""What the sensors are worth now: each by its reliability and the age of its last good statement (B6).

A sensor that never spoke counts for nothing. The sum, as a part of what all of them could be worth, is the confidence.
"""

from __future__ import annotations

from collections.abc import Mapping

from hedgectl.core.settings import BeliefLimits, Sensor

NEVER_MS = 1 << 62


def freshness(age_ms: int, sensor: Sensor) -> float:
    """1 while a statement is fresh, 0 once it is stale, in between by its age.

    >>> freshness(10_000, Sensor(1.0, 5.0, 15.0))
    0.5
    """
    age_s = age_ms / 1000
    if age_s <= sensor.fresh_s:
        return 1.0
    if age_s >= sensor.stale_s:
        return 0.0
    return (sensor.stale_s - age_s) / (sensor.stale_s - sensor.fresh_s)


def confidence_of(ages_ms: Mapping[str, int], limits: BeliefLimits) -> float:
    """0 to 1. `ages_ms`: how long ago snapshot, stream, replies and quotes last spoke as they should; a missing one
    never did.

    >>> confidence_of({"snapshot": 0, "stream": 0, "replies": 0, "quotes": 0}, BeliefLimits())
    1.0
    """
    sensors = {
        "snapshot": limits.snapshot,
        "stream": limits.stream,
        "replies": limits.replies,
        "quotes": limits.quotes,
    }
    whole = sum(sensor.weight for sensor in sensors.values())
    worth = sum(each.weight * freshness(ages_ms.get(name, NEVER_MS), each) for name, each in sensors.items())
    return worth / whole if whole else 0.0
