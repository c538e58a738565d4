"""The key and secret, kept out of every artefact (L8): no repr shows them, and `scrub` removes what requests carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SHOWN = "***"
_CARRIED = re.compile(r"(?i)\b(signature|apiKey|x-mbx-apikey|listenKey)(\W{1,6})[\w-]+|(/ws/)[\w-]{20,}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """`key` and `secret` as the exchange issued them. Neither is shown by repr, str or format."""

    key: str = field(repr=False)
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return repr(self)

    @property
    def complete(self) -> bool:
        return bool(self.key and self.secret)


def scrub(text: str) -> str:
    """`text` without the values of signature, apiKey and listenKey, in queries, headers, JSON and stream URLs.

    >>> scrub("GET /fapi/v1/order?symbol=X&signature=0a1b: refused")
    'GET /fapi/v1/order?symbol=X&signature=***: refused'
    """
    return _CARRIED.sub(lambda found: (found[3] or f"{found[1]}{found[2]}") + SHOWN, text)
