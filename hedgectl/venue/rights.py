"""What an API key may do, as the exchange says it: the one question that does not go to the futures host (O2).

Read only, at one URL; the demo environment does not answer it, which is never taken for a yes or a no.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgectl.core.model.input import ReadFailed
from hedgectl.venue.asking import Asking, Failed
from hedgectl.venue.ccxt_client import Asked
from hedgectl.venue.endpoints import RESTRICTIONS
from hedgectl.venue.fields import flag

NO_ANSWER_HERE = "this environment does not say what a key may do"


@dataclass(frozen=True, slots=True)
class KeyRights:
    """`surplus` are rights that trading futures does not need; `ip_bound`: it works from named addresses only."""

    reading: bool
    futures: bool
    withdrawals: bool
    ip_bound: bool
    surplus: tuple[str, ...]


SURPLUS = (
    "enableInternalTransfer",
    "permitsUniversalTransfer",
    "enableMargin",
    "enableSpotAndMarginTrading",
    "enableVanillaOptions",
    "enablePortfolioMarginTrading",
    "enableFixApiTrade",
)


async def read_rights(asking: Asking) -> KeyRights | ReadFailed:
    """The rights of our key."""
    client, timeout_ms = asking.client, asking.limits.read_timeout_ms
    if not client.rights:
        return ReadFailed("rights", "", NO_ANSWER_HERE)
    found = await asking.shaped(RESTRICTIONS, lambda: client.ask_rights(timeout_ms), _rights)
    return ReadFailed("rights", "", found.why) if isinstance(found, Failed) else found


def _rights(asked: Asked) -> KeyRights:
    told = asked.data
    return KeyRights(
        flag(told["enableReading"]),
        flag(told["enableFutures"]),
        flag(told["enableWithdrawals"]),
        flag(told["ipRestrict"]),
        tuple(name for name in SURPLUS if told.get(name) is True),
    )
