"""Listen keys and who listens: one key per account, alive for 60 minutes, extended by POST and PUT.

Each user event is encoded once, and only while somebody listens; a key that dies says so on its streams.
Source: wire facts sections 1.2 and 1.3.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import orjson

from hedgectl.sim.model import Refusal

KEY_LIFE_MS = 60 * 60 * 1000
STREAMS_MAX = 64

Push = Callable[[bytes], None]


class TooManyStreams(RuntimeError):
    """The listen key already feeds `STREAMS_MAX` streams."""


class Streams:
    """The account's listen key and its subscribers. `watch` is told whether anybody listens."""

    def __init__(self, salt: str, watch: Callable[[bool], None]) -> None:
        self.key: str | None = None
        self.expires_ms = 0
        self._salt = salt
        self._watch = watch
        self._count = 0
        self._pushes: list[Push] = []

    def open(self, now_ms: int) -> str:
        """The live key, extended, or a new one (POST)."""
        if self.key is None:
            self._count += 1
            self.key = sha256(f"{self._salt}:{self._count}:{now_ms}".encode()).hexdigest()
        self.expires_ms = now_ms + KEY_LIFE_MS
        return self.key

    def keep(self, now_ms: int) -> str:
        """The live key, extended (PUT). -1125 when there is none."""
        if self.key is None:
            raise Refusal(-1125)
        return self.open(now_ms)

    def close(self, now_ms: int) -> None:
        """End the key and its streams (DELETE, or its time is over); each stream gets listenKeyExpired last."""
        key, self.key = self.key, None
        if key is not None:
            self.publish({"e": "listenKeyExpired", "E": now_ms, "listenKey": key})
        self._pushes.clear()
        self._watch(False)

    def next_ms(self) -> int | None:
        """When the key dies."""
        return None if self.key is None else self.expires_ms

    def subscribe(self, key: str, push: Push) -> Callable[[], None]:
        """Feed `push` with raw JSON per event; returns how to stop. KeyError for a key that is not alive."""
        if key != self.key:
            raise KeyError(key)
        if len(self._pushes) >= STREAMS_MAX:
            raise TooManyStreams(key)
        self._pushes.append(push)
        self._watch(True)

        def stop() -> None:
            if push in self._pushes:
                self._pushes.remove(push)
                self._watch(bool(self._pushes))

        return stop

    def publish(self, event: dict[str, object]) -> None:
        """One event to every stream, in order."""
        if self._pushes:
            raw = orjson.dumps(event)
            for push in tuple(self._pushes):
                push(raw)
