"""Where the exchange lets us close only: its quantitative rules on accounts that cancel or miss too much (-4400).

Entries are refused until the hour that it names, exits are not (wire facts, section 4). GET apiTradingStatus, weight 10
for all symbols.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hedgectl.core.model.input import ReadFailed
from hedgectl.venue.asking import NO_PARAMS, Asking, Failed
from hedgectl.venue.ccxt_client import Asked
from hedgectl.venue.endpoints import TRADING_STATUS
from hedgectl.venue.fields import flag, integer

ACCOUNT = "ACCOUNT"
"""In place of a symbol: all of them."""


@dataclass(frozen=True, slots=True)
class Barred:
    """Entries of `symbol` (or ACCOUNT) are refused until `until_ms` (exchange time), by the rule `indicator`."""

    symbol: str
    indicator: str
    until_ms: int


async def read_barred(asking: Asking) -> tuple[Barred, ...] | ReadFailed:
    """What is barred now; nothing, as a rule."""
    found = await asking.get(TRADING_STATUS, NO_PARAMS, _barred)
    return ReadFailed("barred", "", found.why) if isinstance(found, Failed) else found


def _barred(asked: Asked) -> tuple[Barred, ...]:
    return tuple(_locked(asked.data["indicators"].items()))


def _locked(told: Iterator[tuple[str, list[dict[str, object]]]]) -> Iterator[Barred]:
    for symbol, rules in told:
        for rule in rules:
            if flag(rule["isLocked"]):
                yield Barred(symbol, str(rule["indicator"]), integer(rule["plannedRecoverTime"]))
