"""What `hedgectl run` was asked, beyond the configuration, as plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)?")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION_S_MAX = 366 * 86400.0


def duration_s(text: str) -> float:
    """Seconds of "20s", "10m", "1h", "1.5h", "250ms" or plain seconds. Raises ValueError.

    >>> duration_s("10m"), duration_s("1.5h"), duration_s("20")
    (600.0, 5400.0, 20.0)
    """
    match = DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write 20s, 10m or 1h")
    seconds = float(match[1]) * SECONDS[match[2] or "s"]
    if not 0 < seconds <= DURATION_S_MAX:
        raise ValueError(f"{text!r} is not between 1ms and 366d")
    return seconds


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The flags of one run that are not configuration. Seconds; None: not asked for.

    `for_s` None runs until a signal. `virtual`: time is simulated (box only). `feed`: a recorded market for the box.
    `sim_url`: attach to a `hedgectl sim serve`. `demo`: the built-in strategy trades (box only). `repair`: with `once`,
    the errand is to repair what differs from the exchange, and nothing is taken in. `despite`: checks that failed, and
    whose failing somebody overrode.
    """

    for_s: float | None = None
    virtual: bool = False
    once: bool = False
    live: bool = False
    demo: bool = True
    feed: Path | None = None
    sim_url: str | None = None
    repair: bool = False
    despite: tuple[str, ...] = ()
