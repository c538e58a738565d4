"""What a comparison of belief with the exchange can find, and what the executor does about each (B1, B8).

A finding is a statement for a person or a program; nothing is decided from it. What repairs is the executor, by the
same rules as in every cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BY_A_PERSON = "none: by a person"
LEFT_ALONE = "read its trades, else leave it alone"
COUNTED = "count it as the leg's stop"


class Kind(StrEnum):
    """One way in which belief and exchange disagree, in the order in which they are told."""

    MODE = "mode"  # the account's position mode is another one
    ORPHAN = "orphan"  # a position of theirs only
    PHANTOM = "phantom"  # a position of ours only
    SIDE = "side"  # the same leg, the other way round
    DRIFT = "drift"  # the same leg, another size
    ENTRY = "entry"  # the same size, entered at another price
    NAKED = "naked"  # a position of theirs that no resting stop closes
    STRAY_COVER = "stray_cover"  # a stop of ours without the position that it protects
    UNKNOWN = "unknown"  # an order of ours without an answer
    LOST_ORDER = "lost_order"  # we believe that it rests, the exchange does not show it
    LEFTOVER_ORDER = "leftover_order"  # it rests under a name of ours, and is not in our book
    FOREIGN_ORDER = "foreign_order"  # somebody else's, and it opens exposure: told, never touched


REPAIRS = {
    Kind.MODE: "take over the account's mode",
    Kind.ORPHAN: "read its trades, else adopt it",
    Kind.PHANTOM: "read its trades, else clear it",
    Kind.SIDE: "read its trades, else take their side",
    Kind.DRIFT: "read its trades, else take their size",
    Kind.ENTRY: "take their entry price",
    Kind.NAKED: "place a stop",
    Kind.STRAY_COVER: "withdraw it",
    Kind.UNKNOWN: "ask for it until found or proven absent",
    Kind.LOST_ORDER: "ask what became of it",
    Kind.LEFTOVER_ORDER: "withdraw it",
    Kind.FOREIGN_ORDER: BY_A_PERSON,
}
ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `leg` and `order` (a client id) are "" where it is about neither; `ours` and `theirs` say what
    each side states. `age_ms`: how long belief has known of it, 0 for not yet. `moving`: belief changed just before the
    look, or after it: they may only be of different moments."""

    kind: Kind
    symbol: str
    leg: str
    ours: str
    theirs: str
    age_ms: int = 0
    repair: str = ""
    order: str = ""
    moving: bool = False

    @property
    def harmless(self) -> bool:
        """Told, and no difference: nothing of ours is wrong."""
        return self.kind is Kind.FOREIGN_ORDER

    @property
    def repairable(self) -> bool:
        """Whether the executor does something about it."""
        return self.repair != BY_A_PERSON

    @property
    def name(self) -> tuple[Kind, str, str, str]:
        """The same difference in two looks has the same name."""
        return self.kind, self.symbol, self.leg, self.order


def told_in_order(found: list[Finding]) -> tuple[Finding, ...]:
    """By symbol and leg, then as `Kind` lists them: the same findings are told in the same order."""
    return tuple(sorted(found, key=lambda each: (each.symbol, each.leg, ORDER[each.kind], each.order)))
