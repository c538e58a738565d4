"""In storms nothing raises, and no outcome lies: what was Rejected is never on the exchange, what was Accepted is."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from hedgectl.core.model.input import LookedUp, QuotesTaken, ReadFailed, SnapshotTaken, TradesTaken
from hedgectl.core.orders.outcome import Accepted, Rejected, Unknown, classify_create
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.transport import BoxTransport
from hedgectl.venue.transports.box import InProcess

SENDS = 40
SEEDS = 12


def witness(desk):
    """A venue that reaches the same exchange without any fault."""
    calm = BoxTransport(desk.box, clock=desk.clock.wall_ms, sleep=desk.clock.sleep_ms, rng=Random(2))
    desk.box.limits.lift()
    return desk.over(InProcess(calm)).venue


def told(make_desk, seed):
    """The outcomes of one storm, each compared with the exchange when all is calm."""
    profile = FaultProfile.draw(Random(seed), "hurricane")
    desk = make_desk().boxed(profile=profile, latency_ms=20)
    stormy = desk.venue
    outcomes = {}

    async def storm():
        for number in range(SENDS):
            order = desk.prepared(client_id=f"h1-e0000{number:02d}-lfb848c99b9a43ec7866a")
            outcomes[order.client_id] = classify_create(await stormy.send(order), order)
            await desk.clock.sleep_ms(400)

    desk.run(storm())
    profile.heal()
    truth = witness(desk)

    async def look(client_id):
        await desk.clock.sleep_ms(30_000)
        return await truth.look(client_id, "BTCUSDT", False)

    for client_id, outcome in outcomes.items():
        found = desk.run(look(client_id))
        if isinstance(outcome, Accepted):
            assert found.row is not None, (seed, client_id, outcome)
            assert found.row.order_id == outcome.order_id
        elif isinstance(outcome, Rejected):
            assert found.not_found, (seed, client_id, outcome, found)
    return outcomes.values()


def test_no_outcome_of_a_storm_lies_and_every_kind_was_reached(make_desk):
    seen = Counter(type(outcome) for seed in range(SEEDS) for outcome in told(make_desk, seed))
    assert set(seen) == {Accepted, Rejected, Unknown}


@pytest.mark.parametrize("seed", range(6))
def test_reads_in_a_storm_answer_or_say_why(make_desk, seed):
    desk = make_desk().boxed(profile=FaultProfile.draw(Random(seed), "hurricane"), latency_ms=20)

    async def read():
        for _ in range(15):
            assert isinstance(await desk.venue.snapshot(("BTCUSDT", "ETHUSDT")), SnapshotTaken | ReadFailed)
            assert isinstance(await desk.venue.quotes(("BTCUSDT", "ETHUSDT")), QuotesTaken | ReadFailed)
            assert isinstance(await desk.venue.trades("BTCUSDT", desk.clock.wall_ms() - 1000), TradesTaken | ReadFailed)
            assert isinstance(await desk.venue.look("x", "BTCUSDT", False), LookedUp)
            await desk.clock.sleep_ms(1000)

    desk.run(read())
