"""What came back from one request: a Reply (the exchange or something before it spoke) or a Fault (nobody did)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """How a request died below HTTP. Only the first three prove that it never reached the exchange."""

    REFUSED = "refused"
    DNS = "dns"
    CONNECT_TIMEOUT = "connect_timeout"
    READ_TIMEOUT = "read_timeout"
    RESET = "reset"
    PAYLOAD_CUT = "payload_cut"
    CANCELLED = "cancelled"

    @property
    def never_left(self) -> bool:
        return self in (FaultKind.REFUSED, FaultKind.DNS, FaultKind.CONNECT_TIMEOUT)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, raw: `body` is the text as received (bounded), `headers` keep the rate and Retry-After ones."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """No answer. `detail` is the library's own word, scrubbed of secrets."""

    kind: FaultKind
    detail: str = ""


Answer = Reply | Fault
