"""Every number by which a check judges, by name (L7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.input import ReadFailed
from hedgectl.core.risk.nav import LOW_NAV_USDT

MIB = 1024 * 1024


class NotAsked(ReadFailed):
    """The question was not asked, to leave what there is of this minute's weight to a run: nothing is known from it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Free bytes of a disk: below `min` fails, below `low` warns. `fsync_ms_max`: a protective write waits for no more.

    `read_s_max`: so long one question to the exchange may take, all its attempts together. `cover_s_max`: after so long
    a position that had no stop is looked at again, beside a run that may be placing it. Beyond `ask_share_max` of the
    minute's weight nothing is asked: the rest belongs to a run. `clock_warn_share` is of the
    shortest recvWindow, `weight_share_max` of the minute's weight. A code of the exchange that nobody here knows is
    told for `new_code_s_max`.
    """

    disk_free_bytes_min: int = 100 * MIB
    disk_free_bytes_low: int = 1024 * MIB
    fsync_ms_max: float = 20.0
    fsync_samples: int = 3
    journal_check_s_max: float = 2.0
    journal_rows_max: int = 10_000
    read_s_max: float = 3.0
    clock_warn_share: Decimal = Decimal("0.5")
    weight_share_max: Decimal = Decimal("0.5")
    ask_share_max: Decimal = Decimal("0.75")
    cover_s_max: float = 2.0
    nav_low_usdt: Decimal = LOW_NAV_USDT
    new_code_s_max: int = 86_400
    inbox_listed_max: int = 1_000
    details_max: int = 12
