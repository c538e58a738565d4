"""What lives came to: one `Lived` each, folded into a `Report` that is the same in whatever order they came."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hedgectl.drill.oracle import LAWS, Breach
from hedgectl.drill.sometimes import Missed, missed

REPAIR_MS_MAX = 30_000
"""p99 of time to repair after healing must be below this."""


@dataclass(frozen=True, slots=True)
class Lived:
    """One life, judged. Times are ms, `cpu_ms` of setting up, living and judging; `repairs_ms` how long each difference
    between belief and exchange lasted, `repair_ms` how long after healing something was wrong, None: to the end."""

    seed: int
    level: str
    breaches: tuple[Breach, ...]
    reached: dict[str, int]
    repair_ms: int | None
    repairs_ms: tuple[int, ...]
    wrong_usd_s: float
    naked_usd_s: float
    intents: int
    orders: int
    kills: int
    cpu_ms: tuple[float, float, float]
    journal_hash: str


class Spread(NamedTuple):
    """Middle, 99th of a hundred, worst."""

    p50: float
    p99: float
    most: float


def spread(values: Iterable[float]) -> Spread | None:
    """None without values.

    >>> spread([3, 1, 2])
    Spread(p50=2, p99=3, most=3)
    """
    ranked = sorted(values)
    if not ranked:
        return None
    last = len(ranked) - 1
    return Spread(ranked[round(last * 0.5)], ranked[round(last * 0.99)], ranked[last])


@dataclass(frozen=True, slots=True)
class Report:
    """A sweep. `reached`: in how many lives each state was met. `digest`: one hash over all journals, equal for equal
    sweeps."""

    level: str
    lives: int
    intents: int
    orders: int
    kills: int
    laws: dict[str, int]
    failing: tuple[Lived, ...]
    reached: dict[str, int]
    missed: tuple[Missed, ...]
    repair_ms: Spread | None
    repairs_ms: Spread | None
    wrong_usd_s: Spread | None
    naked_usd_s: Spread | None
    cpu_ms: tuple[float, float, float]
    digest: str
    interrupted: bool = False
    problems: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """No law broken where laws bind, no declared state missed, repaired in time."""
        return not self.problems


def fold(lives: Sequence[Lived], level: str, interrupted: bool = False) -> Report:
    """The report of these lives."""
    lives = sorted(lives, key=lambda each: each.seed)
    laws = Counter(dict.fromkeys(LAWS, 0))
    laws.update(breach.law for each in lives for breach in {found.law: found for found in each.breaches}.values())
    seen: Counter[str] = Counter()
    for each in lives:
        seen.update(each.reached.keys())
    failing = tuple(each for each in lives if each.breaches)
    absent = () if interrupted else tuple(missed(seen, len(lives)))
    repair = spread(each.repair_ms for each in lives if each.repair_ms is not None)
    hasher = hashlib.sha256("".join(each.journal_hash for each in lives).encode())
    count = max(len(lives), 1)
    return Report(
        level=level,
        lives=len(lives),
        intents=sum(each.intents for each in lives),
        orders=sum(each.orders for each in lives),
        kills=sum(each.kills for each in lives),
        laws=dict(laws),
        failing=failing,
        reached=dict(sorted(seen.items())),
        missed=absent,
        repair_ms=repair,
        repairs_ms=spread(lasted for each in lives for lasted in each.repairs_ms),
        wrong_usd_s=spread(each.wrong_usd_s for each in lives),
        naked_usd_s=spread(each.naked_usd_s for each in lives),
        cpu_ms=tuple(sum(each.cpu_ms[part] for each in lives) / count for part in range(3)),  # type: ignore[arg-type]
        digest=hasher.hexdigest(),
        interrupted=interrupted,
        problems=() if level == "hurricane" else tuple(_problems(failing, absent, repair)),
    )


def _problems(failing: Sequence[Lived], absent: Sequence[Missed], repair: Spread | None) -> Iterable[str]:
    if failing:
        yield f"{len(failing)} lives broke a law"
    if absent:
        yield f"{len(absent)} declared states were never reached"
    if repair is not None and repair.p99 >= REPAIR_MS_MAX:
        yield f"p99 of repair after healing is {repair.p99 / 1000:.1f} s, {REPAIR_MS_MAX // 1000} s allowed"
