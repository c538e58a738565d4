"""Goal: what `route-dry-run` shows is what `run` sends, byte for byte but for the moment and its signature (T10, X3).

A whole run on the embedded exchange, its requests recorded at the transport by the real ccxt class; beside it the same
intent rehearsed from what a reader sees of the same account a moment before, and once more offline from the same facts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path

import pytest

from hedgectl.commands.app import call
from hedgectl.commands.route_answer import acts_of
from hedgectl.config.instruments import Instruments, Listed
from hedgectl.core.model.codec import decode
from hedgectl.core.model.event import OrderPrepared
from hedgectl.core.model.input import IntentReceived
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Mode, Side
from hedgectl.intake.book import BookFile, Held, Touch
from hedgectl.runtime import reading, scene
from hedgectl.sim.market.specs import specs_of
from hedgectl.store.reader import replay
from hedgectl.venue.reading import Reads

SYMBOL, BID, ASK = "BTCUSDT", D(60_000), D("60000.1")
MOMENT = re.compile(r"timestamp=\d+")
SIGNATURE = re.compile(r"&signature=[0-9a-f]{64}$")
NEVER_MS = 4_000_000_000_000
BUY, SELL = Side.BUY, Side.SELL
RICH = {"box__balance_usdt": D(100_000_000), "box__latency_ms": 0, "run__symbols": (SYMBOL,), "run__cycle_s": 600,
        "limits__order_notional_usdt_max": D(10_000_000), "limits__symbol_notional_usdt_max": D(10_000_000),
        "risk__symbol_nav_pct_max": D(100), "tier_core__symbol_nav_pct_max": D(100)}  # fmt: skip


class Still:
    """A market that says nothing by itself."""

    def __init__(self):
        self.specs = specs_of((SYMBOL,))

    def next_ms(self):
        return NEVER_MS

    def step(self):
        raise AssertionError("a still market has no moves")


@pytest.fixture
def still(monkeypatch):
    monkeypatch.setattr("hedgectl.sim.market.opening.open_feed", lambda *_, **__: Still())


class Recorded:
    """A transport that keeps every request."""

    def __init__(self, transport):
        self._transport, self.close = transport, transport.close
        self.requests = []

    async def __call__(self, method, url, headers, body, timeout_ms):
        self.requests.append((method, url.partition("?")[0], body or url.partition("?")[2]))
        return await self._transport(method, url, headers, body, timeout_ms)

    @property
    def writes(self):
        """(method, path, text that was signed, its moment left out) of what changes something of an account."""
        kept = []
        for method, url, text in self.requests:
            path = url.removeprefix("https://fapi.binance.com")
            if method != "GET" and "listenKey" not in path:
                assert SIGNATURE.search(text), text
                kept.append((method, path, timeless(SIGNATURE.sub("", text))))
        return kept


def timeless(text):
    return MOMENT.sub("timestamp=", text)


def shown(act):
    """What the dry run shows of an act, requests and cover, as `writes` tells those that were made."""
    return [(each.method, each.path, timeless(each.query)) for each in (*act.wires, *act.cover)]


async def seen(trader):
    while not (trader.state.volatile.ready and trader.state.durable.instruments and trader.state.volatile.leverages):
        await trader.clock.sleep_ms(50)


def offline_facts(trader, state):
    """The same facts by hand: the rules as a snapshot file holds them, the touch and the legs as a book file does."""
    listed = {each.symbol: Listed(ASK, each) for each in state.durable.instruments.values()}
    now = trader.exchange.moment()
    quote = replace(trader.state.volatile.quotes[SYMBOL], at_ms=now.exchange_ms)
    legs = tuple(
        Held(each.symbol, each.leg, each.quantity, each.entry_price) for each in state.durable.positions.values()
    )
    book = BookFile((Touch(quote, None, None, False),), legs)
    supposed = scene.Supposed(state.volatile.wallet.margin_balance, state.durable.mode, book)
    return Instruments(Path("instruments.json"), "sim", now.wall_ms, listed), supposed


async def rehearsed(trader, intent):
    """(what is shown by a look at the venue, what is shown offline)."""
    venue = Reads(trader.place.venue)
    looked = await reading.look(venue, trader.place.symbols)
    now, settings = trader.exchange.moment(), trader.settings
    fresh = scene.begun(settings, None, None, "sim", now)
    live = reading.stand(fresh, looked, scene.Supposed(), None, now)
    rules, supposed = offline_facts(trader, live.state)
    alone = scene.offline(settings, rules, supposed, scene.begun(settings, None, None, "sim", now), None, now)
    given = [(1, IntentReceived(intent))]
    (at_venue,), (by_files,) = acts_of(live, given), acts_of(alone, given)
    return at_venue, by_files


@pytest.fixture
def both(live, still):
    """both(mode, intent, before, fill) -> (requests of the run, of the rehearsal at the venue, of the one offline).

    `before` are intents that the run has carried out already; `fill` moves the market so far that what rests is filled.
    """

    def run(mode, intent, before=(), fill=False):
        found = {}

        def record(place):
            client = place.venue.snapshot.__self__.client
            found["recorded"] = client.transport = Recorded(client.transport)
            place.box.exchange.hands.set_touch(SYMBOL, BID, ASK, D(10_000), D(10_000))

        async def story(trader):
            hands, recorded = trader.place.box.exchange.hands, found["recorded"]
            await seen(trader)
            for each in before:
                trader.executor.offer(IntentReceived(stamped(each, trader)))
                await trader.clock.sleep_ms(6_000)
            wish = stamped(intent, trader)
            written, entered = recorded.writes, len(trader.place.box.exchange.ledger)
            found["shown"] = await rehearsed(trader, wish)
            assert (recorded.writes, len(trader.place.box.exchange.ledger)) == (written, entered)
            recorded.requests.clear()
            trader.executor.offer(IntentReceived(wish))
            await trader.clock.sleep_ms(1_000)
            if fill:
                hands.set_touch(SYMBOL, BID - 100, ASK - 100, D(10_000), D(10_000))
                await trader.clock.sleep_ms(2_000)
            found["sent"] = recorded.writes

        live(mode=mode.value, seconds=30, story=story, place=record, **RICH)
        return found["sent"], *(shown(each) for each in found["shown"])

    return run


def stamped(intent, trader):
    return replace(intent, generated_ms=trader.exchange.now_ms())


def entry(side=BUY, name="k1", **more):
    sized = {} if "quantity" in more else {"notional_usdt": D(500)}
    return Entry(name, SYMBOL, side, 0, **sized | more)


def leave(side=SELL, **more):
    return Exit("x1", SYMBOL, side, 0, **more)


ENTRIES = {
    "market buy": (entry(), False),
    "market sell": (entry(SELL), False),
    "explicit quantity and leg": (entry(quantity=D("0.010"), leg=Leg.LONG), False),
    "its own leverage": (entry(leverage=3, confidence=D("0.7")), False),
    "split": (entry(quantity=D("150.5")), False),
    "post-only at the touch": (entry(kind=Kind.LIMIT), True),
    "post-only at a price": (entry(kind=Kind.LIMIT, price=D("59990.5")), True),
    "post-only sell": (entry(SELL, kind=Kind.LIMIT, price=D("60100")), False),
}
EXITS = {
    "whole, leg inferred": leave(),
    "whole, leg named": leave(None, leg=Leg.LONG),
    "a part": leave(quantity=D("0.0123")),
    "more than there is": leave(quantity=D(999)),
    "limit": leave(kind=Kind.LIMIT, price=D("60200.1"), quantity=D("0.1")),
}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_shown_as_it_is_sent_with_its_leverage_before_and_its_cover_after(both, mode, name):
    intent, fill = ENTRIES[name]
    sent, live, offline = both(mode, intent, fill=fill)
    paths = [path.rpartition("/")[2] for _, path, _ in sent]
    covered = fill or intent.kind is Kind.MARKET
    assert paths[:1] + paths[-1:] == ["leverage", "algoOrder" if covered else "order"]
    assert paths.count("order") == (2 if name == "split" else 1)
    kept = len(sent)
    assert live[:kept] == sent
    assert offline[:kept] == sent
    assert {each[1] for each in live[kept:]} == (set() if covered else {"/fapi/v1/algoOrder"})


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", EXITS)
def test_an_exit_is_shown_as_it_is_sent(both, mode, name):
    sent, live, offline = both(mode, EXITS[name], before=[entry(quantity=D("0.5"), name="k0")])
    assert [path for _, path, _ in sent] == ["/fapi/v1/order"]
    assert live == offline == sent
    (_, _, text), *_ = sent
    assert ("reduceOnly=true" in text) is (mode is Mode.ONE_WAY)


@pytest.mark.parametrize("mode", Mode)
def test_a_split_exit_is_shown_as_it_is_sent(both, mode):
    sent, live, offline = both(mode, leave(), before=[entry(quantity=D("150.5"), name="k0")])
    assert len(sent) == 2
    assert live == offline == sent


@pytest.mark.parametrize("mode", Mode)
def test_an_entry_that_adds_to_a_covered_position_brings_no_second_stop(both, mode):
    sent, live, _ = both(mode, entry(), before=[entry(quantity=D("0.5"), name="k0")])
    assert [path for _, path, _ in sent] == ["/fapi/v1/order"]
    assert live == sent


@pytest.mark.parametrize("mode", Mode)
def test_a_paper_order_makes_no_request_and_is_shown_with_none(both, mode):
    assert both(mode, entry(paper=True)) == ([], [], [])


def traced(capsys, folder, name, *more):
    """The rows of `trace NAME`: (layer, word, text)."""
    assert call(["trace", name, *more, "--state-dir", str(folder)]) == 0
    rows = [re.match(r".{14} ([ ~]) (\w+) +(\w+) +(.*)", row) for row in capsys.readouterr().out.splitlines()]
    return [each.groups() for each in rows if each is not None]


@pytest.mark.parametrize(
    ("mode", "leg", "said"),
    [
        (Mode.HEDGE, "SHORT", "as SHORT without reduceOnly: the leg says it"),
        (Mode.ONE_WAY, "BOTH", "as BOTH with reduceOnly"),
    ],
)
def test_trace_shows_a_buy_close_without_a_leg_as_short_with_its_reason(live, still, tmp_path, capsys, mode, leg, said):
    async def story(trader):
        trader.place.box.exchange.hands.set_touch(SYMBOL, BID, ASK, D(10_000), D(10_000))
        await seen(trader)
        for each in (entry(SELL, name="k0"), leave(BUY)):
            trader.executor.offer(IntentReceived(stamped(each, trader)))
            await trader.clock.sleep_ms(6_000)

    live(mode=mode.value, seconds=30, story=story, folder=tmp_path / "run", **RICH)
    rows = [(layer, word, text) for _, layer, word, text in traced(capsys, tmp_path / "run", "x1")]
    assert rows[0] == ("policy", "inferred", f"BUY {SYMBOL} -> SHORT: BUY closes SHORT")
    assert rows[1][1:] == ("exit", f"{SYMBOL} SHORT all -> 0.008  leg inferred from BUY")
    layer, word, text = rows[2]
    assert (layer, word, text.endswith(said)) == ("action", "send", True)
    assert {layer for layer, _, _ in rows[3:-1]} == {"evidence"}
    assert rows[-1] == ("policy", "done", "filled  0.008 filled")
    order = next(each.order for each in prepared_in(tmp_path / "run") if each.order.intent_id == "x1")
    assert (order.position_side, order.reduce_only) == (leg, True if mode is Mode.ONE_WAY else None)


def prepared_in(folder):
    """The orders that a journal holds."""
    rows = replay(folder / "journal.db")
    return [decode(OrderPrepared, row[5]) for row in rows if row[2] == OrderPrepared.kind]


def test_trace_of_a_refusal_tells_what_was_believed_what_was_heard_and_why(live, still, tmp_path, capsys):
    async def story(trader):
        hands = trader.place.box.exchange.hands
        hands.set_touch(SYMBOL, BID, ASK, D(10_000), D(10_000))
        await seen(trader)
        hands.set_position(SYMBOL, "LONG", D("0.5"), BID)
        for _ in range(60):
            await trader.clock.sleep_ms(1_000)
            if trader.state.durable.left:
                break
        trader.executor.offer(IntentReceived(stamped(entry(), trader)))
        await trader.clock.sleep_ms(1_000)

    flags = RICH | {"run__cycle_s": 5, "reconcile__orphans": "leave"}
    live(seconds=90, story=story, folder=tmp_path / "run", **flags)
    (belief, heard, refused) = traced(capsys, tmp_path / "run", "k1")
    assert belief[:3] == ("~", "belief", "posture")
    assert heard[:3] == (" ", "evidence", "wish")
    assert refused[:3] == (" ", "policy", "refused")
    assert heard[3].startswith(f"entry BUY {SYMBOL} 500.00 USDT  k1")
    assert heard[3].endswith(f"{SYMBOL} 60000.00 / 60000.10")
    assert refused[3].startswith("belief.position_left")
