"""The user stream: a listen key kept alive, a feed that is renewed, and every gap in it said aloud (L10).

Streams carry no sequence: a gap is a disconnect, an expired key, silence, or somebody's suspicion (a REST fact unseen).
Each is StreamChanged(up=False) with its reason, and up=True only once subscribed again: whoever listens reads the
account then. Raw events are handed on with their receive time; the last ones are kept for forensics.
"""

from __future__ import annotations

import asyncio
from collections import deque
from random import Random

from hedgectl.core.model.input import ReadFailed, StreamChanged
from hedgectl.venue.limits import StreamLimits
from hedgectl.venue.port import Clock, Connect, Feed, ListenKeys, OnChange, OnRaw

EXPIRED = b'"listenKeyExpired"'
EXPIRED_WITHIN = 200
KEY_UNKNOWN = "-1125"


class Session:
    """A UserStream over `connect`. One `run` at a time."""

    def __init__(
        self, keys: ListenKeys, connect: Connect, clock: Clock, rng: Random, limits: StreamLimits | None = None
    ) -> None:
        self.limits = limits or StreamLimits()
        self.ring: deque[tuple[int, bytes]] = deque(maxlen=self.limits.ring_max)
        self.up = False
        self._keys, self._connect, self._clock, self._rng = keys, connect, clock, rng
        self._gone = asyncio.Event()
        self._why = ""
        self._life_ms = 0
        self._closed = False

    async def run(self, on_raw: OnRaw, on_change: OnChange) -> None:
        """Subscribe, and again after each gap, until `close` or cancellation."""
        failures, said_down = 0, False
        try:
            while True:
                began_ms = self._clock.mono_ms()
                failure = await self._live(on_raw, on_change)
                if self._closed:
                    return
                if self.up or not said_down:
                    on_change(StreamChanged(False, failure))
                said_down, self.up = True, False
                if self._clock.mono_ms() - began_ms > self.limits.backoff_ms_max:
                    failures = 0  # it lived: a gap is closed at once
                    continue
                failures += 1
                await self._clock.sleep_ms(self._backoff_ms(failures))
        finally:
            self.up = False

    def suspect(self, why: str) -> None:
        """Somebody saw a fact that the stream did not bring: subscribe anew."""
        self._end(why)

    async def close(self) -> None:
        """End `run`, and the key with it."""
        self._closed = True
        self._end("closed")
        await self._keys.delete_listen_key()

    async def _live(self, on_raw: OnRaw, on_change: OnChange) -> str:
        """One subscription from key to gap; returns why it ended."""
        if self._closed:
            return "closed"
        self._gone.clear()
        key = await self._keys.create_listen_key()
        if isinstance(key, ReadFailed):
            return f"no listen key: {key.why}"

        def push(raw: bytes) -> None:
            now_ms = self._clock.mono_ms()
            self._life_ms = now_ms
            self.ring.append((now_ms, raw))
            on_raw(raw, now_ms)
            if EXPIRED in raw[:EXPIRED_WITHIN]:
                self._end("listen key expired")

        feed = await self._connect(key, push, self._alive, self._end)
        if isinstance(feed, str):
            return feed
        return await self._watch(feed, on_change)

    async def _watch(self, feed: Feed, on_change: OnChange) -> str:
        started_ms = self._life_ms = self._clock.mono_ms()
        keep_ms = started_ms + self.limits.keepalive_ms
        try:
            if not self._gone.is_set():
                self.up = True
                on_change(StreamChanged(True, "subscribed"))
            while not self._gone.is_set():
                now_ms = self._clock.mono_ms()
                silent_ms = self._life_ms + self.limits.silence_ms_max
                end_ms = started_ms + self.limits.connection_ms_max
                if now_ms >= silent_ms:
                    return f"silent for {now_ms - self._life_ms} ms"
                if now_ms >= end_ms:
                    return "connection renewed before its 24 hours end"
                if now_ms >= keep_ms:
                    keep_ms = now_ms + await self._keep()
                    continue
                await self._gone_within(min(silent_ms, end_ms, keep_ms) - now_ms)
            return self._why
        finally:
            await feed.close()

    async def _keep(self) -> int:
        """Extend the key; returns ms until the next time. A key that is gone ends the feed."""
        kept = await self._keys.keep_listen_key()
        if not isinstance(kept, ReadFailed):
            return self.limits.keepalive_ms
        if KEY_UNKNOWN in kept.why:
            self._end("listen key is gone (-1125)")
        return self.limits.backoff_ms_max

    async def _gone_within(self, ms: int) -> None:
        gone = asyncio.ensure_future(self._gone.wait())
        timer = asyncio.ensure_future(self._clock.sleep_ms(ms))
        try:
            await asyncio.wait((gone, timer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            timer.cancel()

    def _alive(self) -> None:
        self._life_ms = self._clock.mono_ms()

    def _end(self, why: str) -> None:
        if not self._gone.is_set():
            self._why = why
            self._gone.set()

    def _backoff_ms(self, failures: int) -> int:
        limits = self.limits
        most_ms = min(limits.backoff_ms_max, limits.backoff_ms << min(failures - 1, 16))
        return most_ms // 2 + self._rng.randint(0, most_ms // 2)
