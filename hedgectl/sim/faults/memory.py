"""Older answers of the same question, so that a stale snapshot is one that was true once. Bounded in every direction.

Only views of the account are kept: an old clock or an old quote is another matter, and has no fault of its own here.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from random import Random

from hedgectl.sim.http import Request, Response

VIEWS = frozenset(
    {
        "/fapi/v1/openOrders", "/fapi/v1/openAlgoOrders", "/fapi/v1/order", "/fapi/v1/algoOrder", "/fapi/v1/openOrder",
        "/fapi/v1/allOrders", "/fapi/v1/allAlgoOrders", "/fapi/v1/userTrades", "/fapi/v1/income",
        "/fapi/v2/positionRisk", "/fapi/v3/positionRisk", "/fapi/v2/account", "/fapi/v3/account",
        "/fapi/v2/balance", "/fapi/v3/balance",
    }
)  # fmt: skip
_VOLATILE = ("timestamp=", "signature=", "recvWindow=")
QUESTIONS_MAX = 64
ANSWERS_MAX = 8


def question(request: Request) -> str:
    """What a GET asks, without when and by whom."""
    parts = sorted(part for part in request.query.split("&") if not part.startswith(_VOLATILE))
    return request.path + "?" + "&".join(parts)


class Memory:
    """The last good answers per question, with their times."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, deque[tuple[int, Response]]] = OrderedDict()

    def keep(self, request: Request, response: Response, now_ms: int) -> None:
        """Remember an answer of 200 to a view of the account."""
        if request.method != "GET" or request.path not in VIEWS or response.status != 200:
            return
        key = question(request)
        answers = self._answers.setdefault(key, deque(maxlen=ANSWERS_MAX))
        self._answers.move_to_end(key)
        answers.append((now_ms, response))
        if len(self._answers) > QUESTIONS_MAX:
            self._answers.popitem(last=False)

    def older(self, request: Request, now_ms: int, age_ms_max: int, rng: Random) -> Response | None:
        """An answer to the same question, at most `age_ms_max` old; None when there is none."""
        if request.method != "GET":
            return None
        kept = [r for at_ms, r in self._answers.get(question(request), ()) if now_ms - at_ms <= age_ms_max]
        return rng.choice(kept) if kept else None
