"""Whether a difference may be repaired yet, and if not, why not: proofs before verdicts (B1).

The exchange is right in the end, but a view may lag, a fill may be on its way, and an order without an answer may
explain what is seen. What leads to a stop is never held up by bounds or cooldowns.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgectl.core.reconcile.compare import Difference
from hedgectl.core.settings import RepairLimits

SPOKEN_FOR_BOUNDS = 3
"""How many visibility bounds other parts of a look speak for a position that it does not show: they may outlive it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about one difference at one look. Times are exchange ms; 0: never.

    `since_ms`: when it was first seen; `looks`: how many in a row showed it; `changed_ms`: when belief of the leg last
    moved; `trades_read_ms`: when its own trades were last read; `owed`: an order has more executed than we have fills
    for; `awaited`: an order without an answer may still explain it; `spoken_for`: the same look shows a stop that
    closes the leg, which the exchange withdraws with the position, or a profit that no position of it explains.
    """

    asked_ms: int
    since_ms: int
    looks: int
    changed_ms: int
    trades_read_ms: int
    owed: bool
    awaited: bool
    repaired_ms: int
    repaired: int
    spoken_for: bool = False


def why_not(
    each: Difference, standing: Standing, visibility_ms_max: int, fill_grace_ms: int, limits: RepairLimits
) -> str:
    """Why a difference is not repaired with this look; "" when it is.

    Fills come first: own trades must have been read since it was seen. What fills have told us is given up after the
    visibility bound only. A position that only the exchange has, or has the other way round, may be bare: it is taken
    on as soon as its trades were read, or after `fill_grace_ms` if they cannot be, whatever is still unanswered.
    """
    visible_ms = standing.asked_ms - visibility_ms_max
    bare = each.ours * each.theirs <= 0 and each.theirs != 0
    if bare and standing.asked_ms - standing.since_ms >= fill_grace_ms and standing.changed_ms < visible_ms:
        return ""
    if not standing.trades_read_ms or standing.asked_ms < standing.trades_read_ms:
        return "own trades are read first"
    young = standing.since_ms > visible_ms
    if standing.changed_ms >= visible_ms or (each.ours != 0 and young):
        return "a lagging view may explain it"
    if standing.owed and young:
        return "a fill is on its way"
    if standing.awaited:
        return "an order without an answer may explain it"
    if not each.takes_back:
        return ""
    spoken_for = standing.spoken_for and not each.theirs
    if spoken_for and standing.asked_ms - standing.since_ms < SPOKEN_FOR_BOUNDS * visibility_ms_max:
        return "its stop or its profit shows still"
    return _held_up(standing, limits)


def _held_up(standing: Standing, limits: RepairLimits) -> str:
    if standing.looks < limits.misses_min:
        return f"seen in {standing.looks} of {limits.misses_min} looks in a row"
    if standing.repaired_ms and standing.asked_ms - standing.repaired_ms < limits.cooldown_ms:
        return "the leg was repaired a moment ago"
    if standing.repaired >= limits.repairs_max:
        return f"{limits.repairs_max} repairs were made with this look"
    return ""
