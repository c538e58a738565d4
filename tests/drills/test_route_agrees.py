"""Goal: the dry run decides what the run decides, whatever happened before (T10, X3).

Lives of random desks, each a story of entries, exits, moves of the market, lost answers, foreign hands and the kill
switch. Before every intent it is rehearsed, once by a look at the venue and the run's journal, once from files and the
same journal; then the run gets it. Told apart by the run's refusal with its numbers, or by the requests that it made.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal as D
from pathlib import Path
from random import Random

import pytest

from hedgectl.commands.route_answer import acts_of
from hedgectl.config.instruments import Instruments, Listed
from hedgectl.core.engine.rehearsing import Outcome
from hedgectl.core.model.codec import encode
from hedgectl.core.model.event import IntentDone, IntentRefused, OrderPrepared
from hedgectl.core.model.input import IntentReceived, KillAsked, RearmAsked
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Leg, Mode, Purpose, Side
from hedgectl.core.model.reply import Fault, FaultKind
from hedgectl.intake.book import BookFile, Held, Touch
from hedgectl.runtime import reading, scene
from hedgectl.sim.market.specs import specs_of
from hedgectl.venue.reading import Reads

SYMBOLS = ("BTCUSDT", "ETHUSDT")
PRICES = {"BTCUSDT": D(60_000), "ETHUSDT": D(3_000)}
TICK = D("0.1")
MOMENT = re.compile(r"timestamp=\d+")
SIGNATURE = re.compile(r"&signature=[0-9a-f]{64}$")
CLIENT_ID = re.compile(r"newClientOrderId=([^&]+)")
NEVER_MS = 4_000_000_000_000
SEEDS, INTENTS, PATIENCE = range(24), 16, 150
STIRS = {"wait": 3, "long": 1, "move": 2, "crash": 1, "lossy": 2, "kill": 0.4, "rearm": 2, "hand": 1, "nothing": 3}
PAUSES_MS = {"wait": 2_000, "move": 1_500, "crash": 12_000, "long": 25_000, "nothing": 0, "hand": 20_000}
DESKS = {
    "risk__positions": ["add", "single"],
    "risk__cooldown_s": [0, 20],
    "risk__burst_max": [60, 60, 2],
    "risk__repeat_max": [20, 20, 1],
    "risk__double_window_ms": [0, 500, 10_000],
    "risk__confidence_min": [D(0), D(0), D("0.6")],
    "risk__leverage_max": [5, 20],
    "risk__collar_bps": [D(100), D(5)],
    "risk__symbol_nav_pct_max": [D(100), D(8)],
    "risk__gross_nav_pct_max": [D(1_000), D(30)],
    "risk__drawdown_pct_max": [D(20), D("0.01")],
    "risk__errors_max": [10, 1],
    "limits": [(D(10_000_000), D(10_000_000)), (D(900), D(2_000))],
    "box__balance_usdt": [D(100_000_000), D(5_000)],
    "reconcile__orphans": ["adopt", "leave"],
}
REACHED = {
    "1 sent", "2 sent", "nothing to close", "belief.unsettled", "belief.leverage", "belief.position_left",
    "kill.entries", "risk.already_held", "risk.duplicate_intent", "risk.expired", "risk.order_cap", "risk.symbol_cap",
    "sizer.below_minimum", "sizer.off_step", "throttle.cooldown", "intent.wrong_leg",
}  # fmt: skip
"""What must have come up among the answers, or the lives are too tame to prove anything."""


class Still:
    """A market that says nothing by itself."""

    def __init__(self):
        self.specs = specs_of(SYMBOLS)

    def next_ms(self):
        return NEVER_MS

    def step(self):
        raise AssertionError("a still market has no moves")


class Wire:
    """A transport that keeps every write; `lossy` loses each create ("request"), or the answer to it ("answer")."""

    def __init__(self, transport):
        self._transport, self.close = transport, transport.close
        self.writes, self.lossy = [], ""

    async def __call__(self, method, url, headers, body, timeout_ms):
        path = url.partition("?")[0].removeprefix("https://fapi.binance.com")
        if method != "GET" and "listenKey" not in path:
            self.writes.append((method, path, timeless(SIGNATURE.sub("", body or url.partition("?")[2]))))
        loses = self.lossy if (method, path) == ("POST", "/fapi/v1/order") else ""
        if loses == "request":
            return Fault(FaultKind.READ_TIMEOUT)
        answer = await self._transport(method, url, headers, body, timeout_ms)
        return Fault(FaultKind.READ_TIMEOUT) if loses == "answer" else answer


def timeless(text):
    return MOMENT.sub("timestamp=", text)


@dataclass
class Desk:
    """One life: its chance, what was heard of the run, and what was seen of both."""

    rng: Random
    seen: Counter
    notes: list = field(default_factory=list)
    wire: Wire | None = None
    number: int = 0
    prices: dict = field(default_factory=lambda: dict(PRICES))

    def enter(self, place):
        client = place.venue.snapshot.__self__.client
        self.wire = client.transport = Wire(client.transport)
        for symbol in SYMBOLS:
            self.touch(place.box.exchange.hands, symbol)

    def touch(self, hands, symbol, size=D(10_000)):
        hands.set_touch(symbol, self.prices[symbol], self.prices[symbol] + TICK, size, size)

    def intent(self, now_ms):
        """A wish of any kind, now and then one that was made before."""
        rng = self.rng
        self.number += rng.random() > 0.08
        symbol, side = rng.choice(SYMBOLS), rng.choice(list(Side))
        price = self.prices[symbol]
        unit = D("0.001") if symbol == "BTCUSDT" else D("0.01")
        sizes = [unit * rng.randrange(1, 60), unit * 121_001, unit / 3]
        name = f"k{self.number}"
        if rng.random() < 0.4:
            quantity = rng.choice([None, None, *sizes])
            kind = rng.choice([Kind.MARKET, Kind.MARKET, Kind.LIMIT]) if quantity else Kind.MARKET
            leg = rng.choice([None, None, Leg.LONG, Leg.SHORT])
            side = None if leg and rng.random() < 0.5 else (side if leg is None else closing(leg))
            away = price * (1 - D("0.01") * (closing(leg) if leg else side).sign) // TICK * TICK
            return Exit(f"x{name}", symbol, side, now_ms, quantity, kind, away if kind is Kind.LIMIT else None, leg)
        sized = rng.choice([{"quantity": rng.choice(sizes)}, {"notional_usdt": D(rng.choice([5, 150, 700, 20_000]))}])
        kind = rng.choice([Kind.MARKET, Kind.MARKET, Kind.LIMIT])
        at = (price - side.sign * TICK * rng.choice([1, 300, 9_000])) if kind is Kind.LIMIT else None
        return Entry(
            name, symbol, side, now_ms - rng.choice([*[0] * 12, 40_000]), **sized, kind=kind,
            price=rng.choice([None, at]), leg=rng.choice([None, None, Leg.LONG, Leg.SHORT, Leg.BOTH]),
            leverage=rng.choice([None, 3, 20]), confidence=rng.choice([None, D("0.5"), D("0.9")]),
            expires_ms=rng.choice([*[None] * 12, now_ms + 500, now_ms - 1]), paper=rng.random() < 0.1,
        )  # fmt: skip

    async def stir(self, trader):
        """Something happens that may change the next answer."""
        rng, hands, symbol = self.rng, trader.place.box.exchange.hands, self.rng.choice(SYMBOLS)
        what = "nothing" if self.wire.lossy else rng.choices(list(STIRS), STIRS.values())[0]
        self.wire.lossy = rng.choice(["request", "answer"]) if what == "lossy" else ""
        if what == "move":
            self.prices[symbol] += TICK * rng.randrange(-200, 200)
        elif what == "crash":
            self.prices[symbol] = self.prices[symbol] * rng.choice([D("0.9"), D("1.1")]) // TICK * TICK
        elif what == "kill":
            trader.executor.offer(KillAsked(rng.choice(["entries", "cancel", "flatten"]), "a test"))
        elif what == "rearm":
            trader.executor.offer(RearmAsked("a test"))
        elif what == "hand":
            leg = "BOTH" if trader.state.durable.mode is Mode.ONE_WAY else rng.choice(["LONG", "SHORT"])
            size = D(rng.randrange(1, 9)) / 100
            hands.set_position(symbol, leg, -size if leg == "SHORT" else size, self.prices[symbol])
        self.touch(hands, symbol, rng.choice([D(10_000), D("0.02")]))
        await trader.clock.sleep_ms(PAUSES_MS.get(what, rng.choice([50, 3_000])))


def closing(leg):
    return Side.SELL if leg is Leg.LONG else Side.BUY


async def rehearsed(trader, intent, folder):
    """(by a look at the venue, from files): each with the journal of the run."""
    venue = Reads(trader.place.venue)
    looked = await reading.look(venue, trader.place.symbols)
    now, settings = trader.exchange.moment(), trader.settings
    past = scene.past_of(folder, now.wall_ms)
    live = reading.stand(begun(trader, past, now), looked, scene.Supposed(), past, now)
    rules = Instruments(
        Path("instruments.json"), "sim", now.wall_ms,
        {each.symbol: Listed(D(1), each) for each in live.state.durable.instruments.values()},
    )  # fmt: skip
    quotes = tuple(
        Touch(replace(each, at_ms=now.exchange_ms), None, None, False) for each in live.state.volatile.quotes.values()
    )
    legs = tuple(Held(each.symbol, each.leg, each.quantity, each.entry_price) for each in looked.account.positions)
    legs = tuple(each for each in legs if each.quantity)
    book = BookFile(quotes, None if legs == believed(trader) else legs)
    supposed = scene.Supposed(live.state.volatile.wallet.margin_balance, live.state.durable.mode, book)
    alone = scene.offline(settings, rules, supposed, begun(trader, past, now), past, now)
    given = [(1, IntentReceived(intent))]
    return acts_of(live, given)[0], acts_of(alone, given)[0], bool(live.moved) or newer(trader, looked)


def newer(trader, looked):
    """Whether the account has another NAV than when the run looked last, or the market lost a side since."""
    empty = any(not (each.bid and each.ask) for each in looked.market.quotes)
    return empty or looked.account.wallet.margin_balance != trader.state.volatile.wallet.margin_balance


def believed(trader):
    return tuple(
        Held(each.symbol, each.leg, each.quantity, each.entry_price) for each in trader.state.durable.positions.values()
    )


def begun(trader, past, now):
    return scene.begun(trader.settings, past, None, "sim", now)


def decided(desk, intent):
    """Whether the run has refused it, sent for it, or found that there is nothing to do."""
    kinds = IntentRefused | IntentDone | OrderPrepared
    return any(isinstance(each, kinds) and name_of(each) == intent.intent_id for each in desk.notes)


def name_of(event):
    return getattr(getattr(event, "order", event), "intent_id", "")


def refusal(each):
    return f"{each.code}: {each.number} against {each.limit}; {each.hint}"


def of_run(desk, intent):
    """What the run made of it: its refusal, and the requests that it made for it at the first attempt."""
    mine = [each for each in desk.notes if getattr(each, "intent_id", "") == intent.intent_id]
    code = next((refusal(each) for each in mine if isinstance(each, IntentRefused)), "")
    nothing = any(isinstance(each, IntentDone) and each.outcome == "nothing_to_close" for each in mine)
    orders = [each.order for each in desk.notes if isinstance(each, OrderPrepared)]
    names = {
        each.client_id
        for each in orders
        if each.intent_id == intent.intent_id and each.attempt == 1 and each.purpose in (Purpose.ENTRY, Purpose.EXIT)
    }
    sent = []
    for method, path, text in desk.wire.writes:
        named = CLIENT_ID.search(text)
        mine_too = path.endswith("/leverage") and f"symbol={intent.symbol}" in text
        if (method == "POST" and named is not None and named[1] in names) or mine_too:
            sent.append((method, path, text))
    return code, nothing and not sent, sent


def unread(told, run):
    """What is told of files, but for a leverage that the run knew of and no file does."""
    code, nothing, requests = told
    had = not any(each[1].endswith("/leverage") for each in run[2])
    return code, nothing, [each for each in requests if not (had and each[1].endswith("/leverage"))]


def of_rehearsal(act):
    played = act.rehearsal
    code = refusal(played.refused) if played.refused is not None else ""
    return (
        code,
        played.outcome is Outcome.NOTHING,
        [(each.method, each.path, timeless(each.query)) for each in act.wires],
    )


async def one(desk, trader, folder):
    """Something happens, an intent is rehearsed, and the run gets it: it does as it was told. Where the look knew more
    than the run, the two may differ, and the screen says so."""
    await desk.stir(trader)
    intent = desk.intent(trader.exchange.now_ms())
    lossy, desk.wire.lossy = desk.wire.lossy, ""
    at_venue, by_files, newer_look = await rehearsed(trader, intent, folder)
    desk.wire.lossy = lossy
    desk.notes.clear()
    desk.wire.writes.clear()
    trader.executor.offer(IntentReceived(intent))
    for _ in range(PATIENCE):
        await trader.clock.sleep_ms(100)
        if decided(desk, intent):
            break
    if newer_look:
        desk.seen["newer"] += 1
        return
    run = of_run(desk, intent)
    assert of_rehearsal(at_venue) == run, intent
    if not (by_files.rehearsal.outcome is Outcome.WAITS and run[1]):
        assert unread(of_rehearsal(by_files), run) == run, intent
    desk.seen[run[0].partition(":")[0] or ("nothing to close" if run[1] else f"{len(run[2])} sent")] += 1


@pytest.mark.parametrize("mode", Mode)
def test_whatever_happened_before_the_run_does_what_the_dry_run_said(live, tmp_path, monkeypatch, mode):
    monkeypatch.setattr("hedgectl.sim.market.opening.open_feed", lambda *_, **__: Still())
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        desk, folder = Desk(Random(f"{mode}:{seed}"), seen), tmp_path / str(seed)

        async def story(trader, desk=desk, folder=folder):
            while not (trader.state.volatile.ready and trader.state.volatile.leverages):
                await trader.clock.sleep_ms(50)
            trader.executor.observe("test", lambda notes, now: desk.notes.extend(each.event for each in notes))
            for _ in range(INTENTS):
                await one(desk, trader, folder)
            trader.ending.asked("the story is told")

        flags = {key: desk.rng.choice(values) for key, values in DESKS.items()}
        flags["limits__order_notional_usdt_max"], flags["limits__symbol_notional_usdt_max"] = flags.pop("limits")
        live(
            mode=mode.value, seconds=3_000, story=story, place=desk.enter, folder=folder, run__symbols=SYMBOLS,
            run__cycle_s=5, box__latency_ms=0, box__weight_limit_1m=1_000_000, **flags,
        )  # fmt: skip
    assert seen.keys() >= REACHED, seen
    assert seen["newer"] < seen.total() / 5


def test_a_look_of_its_own_moves_no_posture_while_an_order_is_unknown(live, tmp_path, monkeypatch):
    monkeypatch.setattr("hedgectl.sim.market.opening.open_feed", lambda *_, **__: Still())
    desk, found = Desk(Random(1), Counter()), {}

    async def story(trader):
        while not (trader.state.volatile.ready and trader.state.volatile.leverages):
            await trader.clock.sleep_ms(50)
        desk.wire.lossy = "request"
        wish = Entry("k1", "BTCUSDT", Side.BUY, trader.exchange.now_ms(), notional_usdt=D(150))
        trader.executor.offer(IntentReceived(wish))
        for _ in range(5_000):
            await trader.clock.sleep_ms(1)
            if trader.state.index.unsettled:
                break
        assert trader.state.index.unsettled
        looked = await reading.look(Reads(trader.place.venue), trader.place.symbols)
        now = trader.exchange.moment()
        past = scene.past_of(tmp_path / "run", now.wall_ms)
        before = begun(trader, past, now).durable.belief
        stood = reading.stand(begun(trader, past, now), looked, scene.Supposed(), past, now)
        found["unsettled"], found["belief"] = len(stood.state.index.unsettled), (before, stood.state.durable.belief)

    live(seconds=20, story=story, place=desk.enter, folder=tmp_path / "run", run__symbols=SYMBOLS, box__latency_ms=0)
    before, after = found["belief"]
    assert found["unsettled"] == 1
    assert encode(after) == encode(before)
