"""One request on its way: what faults may change about it, and what its caller sees when no reply comes.

Pure data; `hedgectl.sim.transport` flies it. A flight meets at most one fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl

from hedgectl.sim.faults.memory import Memory
from hedgectl.sim.faults.sizes import Sizes
from hedgectl.sim.http import Request, Response

RECV_WINDOW_MS_DEFAULT = 5000


class Kind(StrEnum):
    """What a caller's connection shows instead of a reply."""

    REFUSED = "refused"
    DNS = "dns"
    CONNECT_TIMEOUT = "connect_timeout"
    READ_TIMEOUT = "read_timeout"
    RESET = "reset"
    PAYLOAD_CUT = "payload_cut"


class TransportFault(Exception):
    """No reply. `kind` is what the connection showed; `sent` is True when the request may have reached the exchange."""

    def __init__(self, kind: str, *, sent: bool) -> None:
        super().__init__(f"{kind} ({'may have been sent' if sent else 'never sent'})")
        self.kind = Kind(kind)
        self.sent = sent


@dataclass(slots=True)
class Flight:
    """A request's plan. Times are ms of its own parts: `out_ms`, then `hold_ms` in a queue, then `back_ms`.

    `departs` False: no connection was made. `arrives` False: the exchange never sees it. `fault` is what the caller's
    connection shows in place of the reply; `edit` changes the reply, and gets None when the exchange saw nothing.
    """

    request: Request
    timeout_ms: int
    out_ms: int
    back_ms: int
    now_ms: int
    sizes: Sizes
    memory: Memory
    hold_ms: int = 0
    departs: bool = True
    arrives: bool = True
    fault: Kind | None = None
    edit: Callable[[Response | None], Response] | None = None

    @property
    def writes(self) -> bool:
        return self.request.method != "GET"

    def params(self) -> dict[str, str]:
        """The request's parameters, decoded; the query wins."""
        request = self.request
        return dict(parse_qsl(request.body)) | dict(parse_qsl(request.query))

    def recv_window_ms(self) -> int:
        """The request's recvWindow, the exchange's default when it names none."""
        text = self.params().get("recvWindow", "")
        return int(text) if text.isdigit() else RECV_WINDOW_MS_DEFAULT
