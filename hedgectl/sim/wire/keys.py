"""The listen-key endpoints: a key header is enough, no signature (wire facts section 1.2)."""

from __future__ import annotations

from hedgectl.sim.wire.call import Call


def open_key(call: Call) -> object:
    """POST listenKey: the existing key, extended, or a new one."""
    return {"listenKey": call.streams.open(call.now_ms)}


def keep_key(call: Call) -> object:
    """PUT listenKey: -1125 without a live key. A key in the parameters is ignored: the account has one."""
    return {"listenKey": call.streams.keep(call.now_ms)}


def close_key(call: Call) -> object:
    """DELETE listenKey."""
    call.streams.close(call.now_ms)
    return {}
