"""Which story a person means: by correlation, intent or client id, or the beginning of a correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedgectl.core.orders.clientid import intent_hash, parse_client_id

if TYPE_CHECKING:
    from hedgectl.store.reader import Reader

CORRELATION_CHARS = 10
LOOKED_AT_MAX = 2_000
BEGINNINGS = ("intent.accepted", "exit.accepted", "intent.refused")


def find(reader: Reader, name: str) -> tuple[str, list[str]]:
    """The correlation that `name` means, the newest one for ""; or none, and the several that begin with `name`."""
    if not name:
        newest = [row for kind in BEGINNINGS for row in reader.by_kind(kind, 1) if row[3]]
        return max(newest, default=(0, 0, "", "", "", b""))[3], []
    begun = list(dict.fromkeys(row[3] for row in reader.by_correlation(name, LOOKED_AT_MAX)))
    if name in begun or len(begun) == 1:
        return (name if name in begun else begun[0]), []
    if begun:
        return "", begun
    parsed = parse_client_id(name)
    wanted = (parsed.intent_hash if parsed is not None else intent_hash(name))[:CORRELATION_CHARS]
    return (wanted if reader.by_correlation(wanted, 1) else ""), []
