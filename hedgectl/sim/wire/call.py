"""One checked request on its way to its answer, and how young a row may be to be shown.

Handlers are plain functions of a Call; they return what orjson encodes, or bytes that are ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hedgectl.sim.exchange import Exchange
from hedgectl.sim.streams import Streams
from hedgectl.sim.wire.funding import FundingLog
from hedgectl.sim.wire.info import InfoCache
from hedgectl.sim.wire.limits import Limits
from hedgectl.sim.wire.params import Params
from hedgectl.sim.wire.sign import ApiKey


@dataclass(slots=True)
class Visibility:
    """Read lags in ms per kind of endpoint: rows younger than the lag are not shown yet (wire facts section 5)."""

    order: int = 0
    open_orders: int = 0
    algo: int = 0
    positions: int = 0
    trades: int = 0


@dataclass(slots=True)
class Call:
    """`now_ms` is true time (what the exchange lives in), `server_ms` what the front door's clock says."""

    exchange: Exchange
    params: Params
    now_ms: int
    server_ms: int
    visibility: Visibility
    limits: Limits
    streams: Streams
    key: ApiKey
    info: InfoCache
    funding: FundingLog


Handler = Callable[[Call], object]
SUCCESS = {"code": 200, "msg": "success"}
