"""The key and secret, kept out of every artefact (L8): no repr shows them, and `scrub` removes what requests carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hedgectl.core.model.reply import Answer, Reply

SHOWN = "***"
KEY_HEADER = "X-MBX-APIKEY"
HELD_MAX = 8
HELD_CHARS_MIN = 8
"""Shorter ones are toys, as the embedded exchange's `sim`: taken out of a text they would only spoil it."""

_CARRIED = re.compile(r"(?i)\b(signature|apiKey|x-mbx-apikey|listenKey)(\W{1,6})[\w-]+|(/ws/)[\w-]{20,}")
_SIGNATURE = re.compile(r"signature=([0-9a-f]{64})")
_USER = re.compile(r"^([a-z]*:?//)?.*@|\?.*", re.IGNORECASE | re.DOTALL)
_held: list[str] = []


@dataclass(frozen=True, slots=True)
class Credentials:
    """`key` and `secret` as the exchange issued them. Neither is shown by repr, str or format."""

    key: str = field(repr=False)
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """From now on `scrub` knows both, whatever text they stand in; the newest of this process stay known."""
        _held.extend(each for each in (self.key, self.secret) if len(each) >= HELD_CHARS_MIN and each not in _held)
        del _held[:-HELD_MAX]

    def __str__(self) -> str:
        return repr(self)

    @property
    def complete(self) -> bool:
        return bool(self.key and self.secret)


def scrub(text: str) -> str:
    """`text` without the keys that this process holds, and without the values of signature, apiKey and listenKey, in
    queries, headers, JSON and stream URLs.

    >>> scrub("GET /fapi/v1/order?symbol=X&signature=0a1b: refused")
    'GET /fapi/v1/order?symbol=X&signature=***: refused'
    """
    for each in _held:
        text = text.replace(each, SHOWN)
    return _CARRIED.sub(lambda found: (found[3] or f"{found[1]}{found[2]}") + SHOWN, text)


def without_echo(answer: Answer, url: str, headers: Mapping[str, str] | None, body: str | None) -> Answer:
    """`answer` without the key and the signature that its own request carried: error pages repeat requests, and an
    answer's words go into the journal. The rest of it stays as it was received."""
    signed = _SIGNATURE.search(body or url)
    if signed is None or headers is None:
        return answer
    text = answer.body if isinstance(answer, Reply) else answer.detail
    carried = (signed[1], headers.get(KEY_HEADER, ""))
    sent = [each for each in carried if len(each) >= HELD_CHARS_MIN and each in text]
    for each in sent:
        text = text.replace(each, SHOWN)
    if not sent:
        return answer
    return replace(answer, body=text) if isinstance(answer, Reply) else replace(answer, detail=text)


def without_user(url: str) -> str:
    """A URL to be shown: without the user, password and query that somebody may have put into it.

    >>> without_user("http://desk:hidden@127.0.0.1:8900?token=hidden")
    'http://***@127.0.0.1:8900***'
    """
    return _USER.sub(lambda found: f"{found[1] or ''}{SHOWN}@" if found[0].endswith("@") else SHOWN, url)
