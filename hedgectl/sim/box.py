"""One exchange with its wire: HTTP requests in, HTTP responses out, user events to whoever listens.

Synchronous and clockless: every call says what time it is. The front door's clock may be off by `clock_offset_ms`; it
judges timestamps and counts rate windows, while the exchange behind it lives in true time.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from hedgectl.sim.errors import HEADERS, error_response
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.http import Request, Response
from hedgectl.sim.model import Refusal
from hedgectl.sim.streams import Push, Streams
from hedgectl.sim.wire.call import Call, Visibility
from hedgectl.sim.wire.funding import FundingLog
from hedgectl.sim.wire.info import InfoCache
from hedgectl.sim.wire.limits import Limits
from hedgectl.sim.wire.params import parse
from hedgectl.sim.wire.routes import OPEN, ROUTES, SIGNED, Route
from hedgectl.sim.wire.sign import ApiKey, check_key, check_signature, check_time

OK = 200
UNROUTED_WEIGHT = 1


class Box:
    """The embedded exchange as callers meet it. `key`, `visibility`, `limits` and the offset may change any time."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        api_key: str = "sim",
        api_secret: str = "sim",
        clock_offset_ms: int = 0,
        weight_limit: int = 2400,
        order_limit_10s: int = 300,
        order_limit_1m: int = 1200,
    ) -> None:
        self.exchange = exchange
        self.key = ApiKey(api_key, api_secret.encode())
        self.clock_offset_ms = clock_offset_ms
        self.visibility = Visibility()
        self.limits = Limits(weight_limit, order_limit_10s, order_limit_1m)
        self.streams = Streams(f"{api_key}:{api_secret}", self._watch)
        self._info = InfoCache()
        self._funding = FundingLog(exchange)

    def handle(self, request: Request, now_ms: int) -> Response:
        """Answer one request at `now_ms` (true time, ms), after advancing the exchange to it; never raises Refusal."""
        self.advance(now_ms)
        server_ms = now_ms + self.clock_offset_ms
        route = ROUTES.get((request.method, request.path))
        try:
            answer = self._answer(route, request, now_ms, server_ms)
        except Refusal as refusal:
            response = error_response(refusal.code, refusal.texts, request)
            if response.status in (429, 418):
                response.headers["Retry-After"] = str(self.limits.retry_after_s)
        else:
            body = answer if isinstance(answer, bytes) else orjson.dumps(answer)
            response = Response(OK, HEADERS.copy(), body)
        self._count(route, response.headers, server_ms)
        return response

    def next_ms(self) -> int | None:
        """When something happens by itself: the market, a conditional order's life, the listen key's end."""
        mine, its = self.streams.next_ms(), self.exchange.next_ms()
        if mine is None or its is None:
            return its if mine is None else mine
        return mine if mine < its else its

    def advance(self, now_ms: int) -> None:
        """Let everything up to `now_ms` happen, in order; a time before the last one changes nothing."""
        exchange, streams, funding = self.exchange, self.streams, self._funding
        while True:
            dies_ms = streams.next_ms()
            due_ms = funding.next_ms if dies_ms is None else min(dies_ms, funding.next_ms)
            if due_ms > now_ms:
                break
            if due_ms > exchange.now_ms:
                exchange.advance(due_ms)
            if due_ms == dies_ms:
                streams.close(due_ms)
            if due_ms == funding.next_ms:
                funding.note(exchange)
        if now_ms > exchange.now_ms:
            exchange.advance(now_ms)

    def subscribe(self, listen_key: str, push: Push) -> Callable[[], None]:
        """Feed `push` with the raw JSON of every user event; returns how to stop. KeyError for a dead key."""
        return self.streams.subscribe(listen_key, push)

    def _watch(self, anybody: bool) -> None:
        self.exchange.on_user_event = self.streams.publish if anybody else None

    def _answer(self, route: Route | None, request: Request, now_ms: int, server_ms: int) -> object:
        limits = self.limits
        if route is None:
            limits.ask(UNROUTED_WEIGHT, server_ms)
            raise Refusal(-5000)
        params = parse(request.query, request.body)
        weight = route.weight
        limits.ask(weight if isinstance(weight, int) else weight(params), server_ms)
        if route.access is not OPEN:
            check_key(self.key, request.headers, writes=route.writes)
            if route.access is SIGNED:
                check_signature(self.key, params, request.query, request.body)
                check_time(params, server_ms)
        if route.orders:
            limits.order(*route.orders, server_ms)
        return route.answer(
            Call(
                self.exchange,
                params,
                now_ms,
                server_ms,
                self.visibility,
                limits,
                self.streams,
                self.key,
                self._info,
                self._funding,
            )
        )

    def _count(self, route: Route | None, headers: dict[str, str], server_ms: int) -> None:
        limits = self.limits
        headers["X-MBX-USED-WEIGHT-1M"] = str(limits.weight.roll(server_ms))
        if route is not None and route.orders:
            headers["X-MBX-ORDER-COUNT-10S"] = str(limits.orders_10s.roll(server_ms))
            headers["X-MBX-ORDER-COUNT-1M"] = str(limits.orders_1m.roll(server_ms))
