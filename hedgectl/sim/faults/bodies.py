"""Faults of the body: cut, empty, foreign, older than it looks, or not whole. Taxonomy F5, F9, F10."""

from __future__ import annotations

from random import Random

import orjson

from hedgectl.sim.faults.flight import Flight
from hedgectl.sim.faults.memory import VIEWS
from hedgectl.sim.faults.registry import on_request
from hedgectl.sim.http import Response

MAINTENANCE = b"<html><head><title>Binance</title></head><body>We'll be right back.</body></html>"


@on_request(peak=0.02)
def body_truncated(flight: Flight, rng: Random) -> bool:
    """A complete HTTP reply whose JSON ends too soon; what was asked is done."""
    share = rng.random()
    flight.edit = lambda reply: _with_body(reply, (body := _body(reply))[: int(len(body) * share)])
    return True


@on_request(peak=0.02)
def body_empty(flight: Flight, rng: Random) -> bool:
    """The status of a success and no body; what was asked is done."""
    flight.edit = lambda reply: _with_body(reply, b"")
    return True


@on_request(peak=0.01)
def body_html(flight: Flight, rng: Random) -> bool:
    """The status of a success and a page for people; what was asked is done."""
    flight.edit = lambda reply: Response(200, {"Content-Type": "text/html"}, MAINTENANCE)
    return True


@on_request(peak=0.05)
def stale_snapshot(flight: Flight, rng: Random) -> bool:
    """A view of the account that was true a while ago: an older answer to the same GET."""
    older = flight.memory.older(flight.request, flight.now_ms, flight.sizes.stale_ms, rng)
    if older is None:
        return False
    flight.edit = lambda reply: older
    return True


@on_request(peak=0.05)
def partial_snapshot(flight: Flight, rng: Random) -> bool:
    """A list that lacks some of its rows: a page cut short, a shard that did not answer."""
    if flight.writes or flight.request.path not in VIEWS:
        return False
    draws = Random(rng.getrandbits(64))
    flight.edit = lambda reply: _fewer(reply, draws)
    return True


def _fewer(reply: Response | None, draws: Random) -> Response:
    """The answer without some rows, at least one; an answer that is no list, or has no row, stays as it is."""
    body = _body(reply)
    rows = orjson.loads(body) if body.startswith(b"[") else []
    if not rows or reply is None:
        return reply or Response(200, {}, b"")
    kept = sorted(draws.sample(range(len(rows)), draws.randrange(len(rows))))
    return _with_body(reply, orjson.dumps([rows[i] for i in kept]))


def _body(reply: Response | None) -> bytes:
    return reply.body if reply else b""


def _with_body(reply: Response | None, body: bytes) -> Response:
    return Response(reply.status, reply.headers, body) if reply else Response(200, {}, body)
