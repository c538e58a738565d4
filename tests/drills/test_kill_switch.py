"""The kill switch of a run in virtual lives: after KILL no entry leaves, whatever the weather; exits do (R7, L2, L5).

A person acts on the state folder only, as `hedgectl kill` does for a run that gives no answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal as D
from random import Random

import pytest

from hedgectl.core.model.input import IntentReceived, KillAsked
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.order import Kind, Lane, Leg, Side
from hedgectl.drill.life import kill as kill_9
from hedgectl.runtime import kill_file, killing
from hedgectl.runtime.kill_file import KILL, LOG, TAKEN, Pulled
from hedgectl.runtime.killing import FRESH_MS_MAX, ON
from hedgectl.sim.faults.profile import FaultProfile

MODES = pytest.mark.parametrize("mode", ("hedge", "one-way"))
SYMBOL = "ETHUSDT"


@dataclass
class Wire:
    """Every order that left, with its moment (monotonic ms)."""

    sent: list = field(default_factory=list)

    def attach(self, place):
        send = place.venue.send

        async def noted(order):
            self.sent.append((place.stream._clock.mono_ms(), order))
            return await send(order)

        place.venue.send = noted

    def after(self, ms, lane):
        return [order.client_id for at_ms, order in self.sent if at_ms > ms and order.lane is lane]


def pulled(mode="entries"):
    return Pulled(mode, "a test", "ann", 1)


def wish(trader, name, *, side=Side.BUY, **more):
    now_ms = trader.exchange.now_ms()
    return trader.executor.offer(IntentReceived(Entry(name, SYMBOL, side, now_ms, notional_usdt=D(150), **more)))


async def until(trader, there, most_ms=20_000):
    for _ in range(most_ms // 50):
        if there():
            return
        await trader.clock.sleep_ms(50)
    raise AssertionError("it did not come about")


def ready(trader):
    volatile = trader.state.volatile
    return volatile.ready and volatile.clock_measured and volatile.quotes and trader.state.durable.instruments


@MODES
@pytest.mark.parametrize("seed", range(1, 5))
def test_in_a_storm_no_entry_leaves_after_the_file_is_there_and_exits_do(live, mode, seed):
    wire, at = Wire(), []

    async def story(trader):
        await trader.clock.sleep_ms(25_000)
        kill_file.pull(trader.job.state_dir, pulled())
        at.append(trader.clock.mono_ms())
        await trader.clock.sleep_ms(2_000)
        await until(trader, lambda: trader.state.durable.positions or trader.clock.mono_ms() > 60_000, 60_000)
        for position in list(trader.state.durable.positions.values()):
            leave = Exit(f"x-{position.symbol}-{position.leg}", position.symbol, None, trader.exchange.now_ms(),
                         leg=position.direction)  # fmt: skip
            trader.executor.offer(IntentReceived(leave))

    life = live(
        seed=seed, mode=mode, seconds=60, faults=FaultProfile.draw(Random(seed), "mild"), story=story,
        place=wire.attach, demo=True, demo__every_s=1, reconcile__orphans="leave",
    )  # fmt: skip
    (ms,) = at
    assert wire.after(0, Lane.ENTRY)
    assert wire.after(ms + FRESH_MS_MAX, Lane.ENTRY) == []
    assert wire.after(ms + 1_999, Lane.PROTECT)
    assert life.state.durable.kill.mode == "entries"
    assert {event.code for event in life.events("intent.refused")} >= {"kill.entries"}


def test_an_entry_that_was_prepared_before_never_leaves_and_says_why(live, monkeypatch):
    """A run that was stopped and goes on: KILL is there, and nobody has told the core yet."""
    wire = Wire()
    monkeypatch.setattr(killing, "WATCH_VIRTUAL_MS", 10_000_000)

    async def story(trader):
        await until(trader, lambda: ready(trader))
        wish(trader, "before")
        await until(trader, lambda: trader.state.durable.covers)
        kill_file.pull(trader.job.state_dir, pulled())
        await trader.clock.sleep_ms(FRESH_MS_MAX + 1)
        assert trader.state.durable.kill is None
        wish(trader, "after", side=Side.SELL)
        await trader.clock.sleep_ms(2_000)
        trader.executor.offer(IntentReceived(Exit("out", SYMBOL, None, trader.exchange.now_ms(), leg=Leg.LONG)))
        await until(trader, lambda: not trader.state.durable.positions)

    life = live(story=story, seconds=30, place=wire.attach)
    assert [order.intent_id for _, order in wire.sent if order.lane is Lane.ENTRY] == ["before"]
    assert [event.why for event in life.events("order.voided")] == [ON]
    assert {event.intent_id: event.outcome for event in life.events("intent.done")}["after"] == "voided"


@MODES
def test_flatten_withdraws_entries_closes_positions_and_what_fills_later_goes_too(live, mode):
    async def story(trader):
        await until(trader, lambda: ready(trader))
        wish(trader, "held")
        await until(trader, lambda: trader.state.durable.covers)
        bid = trader.state.volatile.quotes["BTCUSDT"].bid
        price = (bid * D("0.995")).quantize(D("0.1"))
        entry = Entry("rests", "BTCUSDT", Side.BUY, trader.exchange.now_ms(), notional_usdt=D(150),
                      kind=Kind.LIMIT, price=price)  # fmt: skip
        trader.executor.offer(IntentReceived(entry))
        await until(trader, lambda: trader.state.index.resting_entries)
        kill_file.pull(trader.job.state_dir, pulled("flatten"))
        begun_ms = trader.clock.mono_ms()
        await until(trader, lambda: not trader.state.durable.positions and not trader.state.index.resting_entries)
        assert trader.clock.mono_ms() - begun_ms <= 1_500

    life = live(story=story, mode=mode, seconds=30)
    assert life.summary.positions_open == 0
    assert [event.mode for event in life.events("kill.switched")] == ["flatten"]


def test_it_survives_kill_9_and_a_restart_and_ends_when_a_person_says_so(live):
    """Told by the file once, held by the journal: the file alone, gone by hand, lifts nothing."""
    lives = []

    async def story(trader):
        lives.append(trader)
        await until(trader, lambda: ready(trader))
        folder = trader.job.state_dir
        if len(lives) == 1:
            kill_file.pull(folder, pulled("cancel"))
            await until(trader, lambda: trader.state.durable.kill)
            kill_9(trader)
        elif len(lives) == 2:
            (folder / KILL).unlink()
            wish(trader, "no")
            await until(trader, lambda: "no" in trader.state.durable.intents_done or trader.tally.refusals)
            assert trader.tally.refusals == {"kill.entries": 1}
            kill_file.note(folder, {"do": "rearm", "why": "seen", "by": "ann", "at_ms": 2})
            await until(trader, lambda: trader.state.durable.kill is None)
            wish(trader, "yes")
            await until(trader, lambda: trader.state.durable.covers)

    life = live(story=story, seconds=40)
    assert len(lives) == 2
    assert [event.why for event in life.events("kill.switched", "kill.rearmed")] == ["a test", "seen"]
    assert not (life.folder / LOG).exists()
    assert (life.folder / TAKEN).exists()


def test_rows_of_a_rearm_and_a_file_that_came_after_it_leave_it_on(live):
    async def story(trader):
        await until(trader, lambda: ready(trader))
        trader.executor.offer(KillAsked("entries", "first"))
        await until(trader, lambda: trader.state.durable.kill)
        kill_file.note(trader.job.state_dir, {"do": "rearm", "why": "calm", "by": "ann", "at_ms": 2})
        kill_file.pull(trader.job.state_dir, pulled("flatten"))
        await until(trader, lambda: trader.state.durable.kill and trader.state.durable.kill.mode == "flatten")

    life = live(story=story, seconds=20)
    kinds = [event.kind for event in life.events("kill.switched", "kill.rearmed")]
    assert kinds == ["kill.switched", "kill.rearmed", "kill.switched"]


@pytest.mark.parametrize("text", ["", "please stop"])
def test_a_file_made_by_hand_bars_entries(live, text):
    async def story(trader):
        await until(trader, lambda: ready(trader))
        (trader.job.state_dir / KILL).write_text(text)
        await until(trader, lambda: trader.state.durable.kill)
        wish(trader, "no")
        await until(trader, lambda: trader.tally.refusals)

    life = live(story=story, seconds=20)
    assert life.state.durable.kill.mode == "entries"
    assert life.trader.tally.refusals == {"kill.entries": 1}


@MODES
def test_killed_lives_are_reproduced_by_their_seed(live, mode):
    async def story(trader):
        await trader.clock.sleep_ms(15_000)
        kill_file.pull(trader.job.state_dir, pulled("flatten"))

    hashes = {live(seed=3, mode=mode, seconds=30, story=story, demo=True).summary.journal_hash for _ in range(2)}
    assert len(hashes) == 1


class Asked:
    """What a control socket would hand to the switch of a living run."""

    def __init__(self, trader):
        self.switch, self.folder = trader.switch, trader.job.state_dir
        self.words = {"why": "a test", "by": "ann"}

    async def kill(self, mode="cancel", **more):
        return await self.switch.kill({"do": "kill", "mode": mode} | self.words | more)

    async def rearm(self, **more):
        return await self.switch.rearm({"do": "rearm"} | self.words | more)


def test_requests_are_acknowledged_with_the_seq_that_holds_them(live):
    async def story(trader):
        await until(trader, lambda: ready(trader))
        asked = Asked(trader)
        killed = await asked.kill()
        assert killed["seq"] == trader.journal.committed_seq
        assert kill_file.read(asked.folder).mode == trader.state.durable.kill.mode == "cancel"
        lifted = await asked.rearm()
        assert lifted["seq"] == trader.journal.committed_seq > killed["seq"]
        assert (kill_file.read(asked.folder), trader.state.durable.kill, trader.switch.bars()) == (None, None, "")
        with pytest.raises(ValueError, match="mode"):
            await asked.kill("softly")
        with pytest.raises(ValueError, match="why"):
            await asked.rearm(why="")

    live(story=story, seconds=20)


def test_a_request_that_was_overtaken_while_the_run_was_stopped_changes_nothing(live):
    """Requests wait in the socket of a stopped run; the file tells which of them is still true."""

    async def story(trader):
        await until(trader, lambda: ready(trader))
        asked = Asked(trader)
        late = await asked.kill("flatten", written=True)
        assert (late["code"], trader.state.durable.kill) == ("kill.lifted", None)
        kill_file.pull(asked.folder, pulled("cancel"))
        assert (await asked.rearm(released=True))["code"] == "kill.pulled_again"
        assert kill_file.read(asked.folder) is not None
        assert (await asked.kill("cancel", written=True))["seq"]

    live(story=story, seconds=20)


def test_a_dead_journal_acknowledges_nothing_and_bars_entries_all_the_same(live):
    async def story(trader):
        await until(trader, lambda: ready(trader))
        asked = Asked(trader)
        trader.journal.sever()
        kill_file.note(asked.folder, {"do": "rearm", "why": "calm", "by": "ann", "at_ms": 2})
        assert (await asked.kill())["code"] == "journal.dead"
        assert trader.switch.bars() == ON
        assert (asked.folder / LOG).exists()  # for the next run
        trader.executor.stop()

    live(story=story, seconds=20)
