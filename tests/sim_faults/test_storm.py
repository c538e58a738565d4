"""Whole lives: a client that asks, trades and listens at a real box through a storm. Nothing but declared faults comes
out, the same seed is the same life to the byte, and over some seeds every fault happens.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from decimal import Decimal as D
from random import Random

import orjson

from hedgectl.sim.box import Box
from hedgectl.sim.exchange import Exchange
from hedgectl.sim.faults.catalogue import FAULTS
from hedgectl.sim.faults.flight import TransportFault
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.http import Request
from hedgectl.sim.market.synthetic import SyntheticFeed

START_MS = 1_700_000_000_000
SYMBOLS = ("BTCUSDT", "ETHUSDT")


def made_box(seed):
    feed = SyntheticFeed(SYMBOLS, seed=seed, start_ms=START_MS)
    return Box(Exchange(feed, seed=seed, hedge=bool(seed % 2), balance=D(50_000), start_ms=START_MS))


def signed(method, path, text, now):
    text += f"{'&' if text else ''}recvWindow=2500&timestamp={now}"
    text += "&signature=" + hmac.digest(b"sim", text.encode(), "sha256").hex()
    headers = {"X-MBX-APIKEY": "sim"}
    return Request(method, path, text, headers) if method == "GET" else Request(method, path, "", headers, text)


def wish(rng, now, number, hedge):
    """One of the things that an executor asks for."""
    leg = "LONG" if hedge else "BOTH"
    kind = rng.random()
    if kind < 0.25:
        text = f"symbol=BTCUSDT&side=BUY&positionSide={leg}&type=MARKET&quantity=0.003&newClientOrderId=c{number}"
        return signed("POST", "/fapi/v1/order", text, now)
    if kind < 0.35:
        text = (
            f"algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&positionSide={leg}&type=STOP_MARKET&triggerPrice=50000"
            f"&closePosition=true&clientAlgoId=s{number}"
        )
        return signed("POST", "/fapi/v1/algoOrder", text, now)
    if kind < 0.5:
        price = rng.randint(55_000, 60_000)
        text = (
            f"symbol=BTCUSDT&side=BUY&positionSide={leg}&type=LIMIT&timeInForce=GTC&quantity=0.002&price={price}"
            f"&newClientOrderId=r{number}"
        )
        return signed("POST", "/fapi/v1/order", text, now)
    path = rng.choice(["/fapi/v3/positionRisk", "/fapi/v1/openOrders", "/fapi/v1/openAlgoOrders", "/fapi/v3/account"])
    return signed("GET", path, "", now)


def live(stage, seed, rates=None, *, seconds=300):
    """One life: what the client saw, what it heard, what fired, and the exchange's ledger."""
    box = made_box(seed)
    profile = FaultProfile(rates) if rates is not None else FaultProfile.draw(Random(seed), "storm")
    it = stage(box=box, profile=profile, seed=seed, latency_ms=(5, 120))
    rng = Random(seed)
    seen, heard = [], []

    async def story():
        driving = asyncio.ensure_future(it.way.drive())
        it.way.subscribe(box.streams.open(START_MS), lambda raw: heard.append((it.passed_ms, raw)))
        number = 0
        while it.passed_ms < seconds * 1000:
            number += 1
            if box.streams.key is None:
                it.way.subscribe(box.streams.open(it.time.now), lambda raw: heard.append((it.passed_ms, raw)))
            request = wish(rng, it.time.now + box.clock_offset_ms, number, box.exchange.hedge)
            try:
                reply = await it.ask(request, 4000)
                seen.append((it.passed_ms, reply.status, reply.body))
            except TransportFault as fault:
                seen.append((it.passed_ms, fault.kind, fault.sent))
            await it.time.pass_ms(500)
        profile.heal()
        await it.time.pass_ms(20_000)
        clean = await it.ask(signed("GET", "/fapi/v3/positionRisk", "", it.time.now), 4000)
        await it.way.close()
        await it.time.pass_ms(2000)
        await driving
        return clean

    clean = asyncio.run(story())
    truth = {(p.symbol, p.position_side): p.qty for p in box.exchange.positions() if p.qty}
    ledger = [(e.time_ms, e.kind, e.symbol, str(e.body)) for e in box.exchange.ledger]
    return seen, heard, profile.fired, ledger, clean, truth


def test_the_same_seed_is_the_same_life_to_the_byte(stage):
    one, two = live(stage, 3), live(stage, 3)
    assert one == two
    assert live(stage, 4)[0] != one[0]


def test_a_calm_life_has_no_fault_and_the_stream_tells_of_every_fill(stage):
    seen, heard, fired, ledger, _, _ = live(stage, 1, {})
    assert fired == {}
    assert all(status == 200 or b'"code"' in body for _, status, body in seen)
    fills = [entry for entry in ledger if entry[1] == "fill"]
    events = [orjson.loads(raw) for _, raw in heard]
    trades = [e for e in events if e["e"] == "ORDER_TRADE_UPDATE" and e["o"]["x"] == "TRADE"]
    assert len(fills) == len(trades) > 20


def test_after_healing_the_view_is_the_truth(stage):
    for seed in (2, 5):
        _, _, fired, _, clean, truth = live(stage, seed, seconds=60)
        assert sum(fired.values()) > 5
        rows = orjson.loads(clean.body)
        shown = {(r["symbol"], r["positionSide"]): D(r["positionAmt"]) for r in rows if D(r["positionAmt"])}
        assert shown == truth


def test_over_some_seeds_every_fault_happens(stage):
    """Each life has a few faults at ten times a storm's peak, so that rare ones are reached in a short test."""
    fired: Counter[str] = Counter()
    names = sorted(FAULTS)
    for seed in range(8):
        mine = names[seed::8]
        rates = {name: FAULTS[name].peak * (60 if FAULTS[name].place == "per hour" else 10) for name in mine}
        fired += live(stage, seed, rates, seconds=200)[2]
    assert set(FAULTS) - set(fired) == set()
