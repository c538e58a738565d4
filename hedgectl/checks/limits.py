"""Every number by which a check judges, by name (L7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.risk.nav import LOW_NAV_USDT

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Free bytes of a disk: below `min` fails, below `low` warns. `fsync_ms_max`: a protective write waits for no more.

    `clock_warn_share` is of the shortest recvWindow. A code of the exchange that nobody here knows is told for
    `new_code_s_max`; a refused file, a silent run and a weight above `weight_share_max` at once.
    """

    disk_free_bytes_min: int = 100 * MIB
    disk_free_bytes_low: int = 1024 * MIB
    fsync_ms_max: float = 20.0
    fsync_samples: int = 3
    journal_check_s_max: float = 2.0
    journal_rows_max: int = 20_000
    clock_warn_share: Decimal = Decimal("0.5")
    weight_share_max: Decimal = Decimal("0.5")
    nav_low_usdt: Decimal = LOW_NAV_USDT
    new_code_s_max: int = 86_400
    inbox_listed_max: int = 1_000
    details_max: int = 12
