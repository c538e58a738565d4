"""Deterministic client order ids (X5): h1-<purpose><part><revision><attempt>-<leg><hash of the intent>.

The same question always has the same name, so a lost answer can be looked up after any crash. Purpose, part, revision
and attempt can be read back; the intent is a hash that the journal maps back. Never more than 36 characters of
`[.A-Z:/a-z0-9_-]`. The id is no idempotency: the exchange keeps it unique among open orders only (reference, 2).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from hedgectl.core.model.order import Leg, Purpose

PREFIX = "h1"
HASH_CHARS = 20
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
COUNT_MAX = len(DIGITS) ** 2 - 1
LEGS = {Leg.LONG: "l", Leg.SHORT: "s", Leg.BOTH: "b"}
LEGS_BACK = {letter: leg for leg, letter in LEGS.items()}
PATTERN = re.compile(r"h1-([excbm])([0-9a-z]{2})([0-9a-z]{2})([0-9a-z]{2})-([lsb])([0-9a-f]{20})")


@dataclass(frozen=True, slots=True)
class ClientId:
    """What a client id of ours says."""

    purpose: Purpose
    part: int
    revision: int
    attempt: int
    leg: Leg
    intent_hash: str


def _two(count: int) -> str:
    if not 0 <= count <= COUNT_MAX:
        raise ValueError(f"a client id counts to {COUNT_MAX}, not to {count}")
    high, low = divmod(count, 36)
    return DIGITS[high] + DIGITS[low]


@lru_cache(maxsize=4096)
def intent_hash(intent_id: str) -> str:
    """Twenty hex characters (80 bits) of an intent id's SHA-256."""
    return hashlib.sha256(intent_id.encode()).hexdigest()[:HASH_CHARS]


def client_id(intent_id: str, leg: Leg, purpose: Purpose, part: int = 0, revision: int = 0, attempt: int = 1) -> str:
    """The name of one send.

    >>> client_id("k7", Leg.LONG, Purpose.ENTRY)
    'h1-e000001-lfb848c99b9a43ec7866a'
    """
    return f"{PREFIX}-{purpose.value}{_two(part)}{_two(revision)}{_two(attempt)}-{LEGS[leg]}{intent_hash(intent_id)}"


def numbered(sends: int) -> tuple[int, int]:
    """(revision, attempt) of a position's protective order after `sends` others: protection never runs out of names.

    >>> numbered(0), numbered(1295), numbered(1296)
    ((0, 1), (1295, 1), (0, 2))
    """
    attempt, revision = divmod(sends, COUNT_MAX + 1)
    return revision, attempt + 1


def sends_before(revision: int, attempt: int) -> int:
    """How many protective orders came before the one that `numbered` called so."""
    return (attempt - 1) * (COUNT_MAX + 1) + revision


def parse_client_id(text: str) -> ClientId | None:
    """What an id of ours says; None for an id of somebody else."""
    match = PATTERN.fullmatch(text)
    if match is None:
        return None
    purpose, part, revision, attempt, leg, digest = match.groups()
    return ClientId(Purpose(purpose), int(part, 36), int(revision, 36), int(attempt, 36), LEGS_BACK[leg], digest)
