"""Every tape by its file, and how one is played or recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hedgectl.runtime.clock import Clock, RealClock
from hedgectl.venue.client import reset
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.environment import PLACES, Environment

from . import flows, venue_flows
from .flows import Flow, Seen
from .tape import CASSETTES, tape
from .venues import NOWHERE, SIM, STEP_MS, SteppedClock, ccxt_async, ccxt_sync, ours, served

PLAYERS: dict[str, tuple[Any, dict[str, Flow]]] = {
    "ccxt-sync": (ccxt_sync, flows.FLOWS),
    "ccxt-async": (ccxt_async, flows.FLOWS),
    "venue": (ours, venue_flows.FLOWS),
}


@dataclass(frozen=True, slots=True)
class Title:
    """One tape: who asks, and which flow."""

    player: str
    flow: str

    @property
    def path(self) -> Path:
        """Its file below `cassettes/`."""
        return Path(self.player) / f"{self.flow}.yaml"

    @property
    def what(self) -> Flow:
        return PLAYERS[self.player][1][self.flow]

    def __str__(self) -> str:
        return f"{self.player}/{self.flow}"


TITLES = tuple(Title(player, flow) for player, (_, found) in PLAYERS.items() for flow in found)


async def play(title: Title, folder: Path = CASSETTES) -> tuple[Seen, bool]:
    """What a flow sees on its tape, and whether the tape was played to its end. No exchange takes part."""
    clock = SteppedClock()
    with tape(folder / title.path) as cassette:
        play_response = cassette.play_response

        def stepped(request: Any) -> Any:
            clock.passed_ms += STEP_MS
            return play_response(request)

        cassette.play_response = stepped
        seen = await _lived(title, Environment.SIM, SIM, NOWHERE, clock)
        return seen, cassette.all_played


async def record(title: Title, folder: Path, about: dict[str, str], key: Credentials = SIM) -> Seen:
    """A flow lived against an embedded exchange of its own, onto a tape below `folder`."""
    clock, flow = SteppedClock(), title.what
    with served(clock, hedge=flow.hedge, weight_limit=flow.weight_limit, key=key) as base:
        return await _recorded(title, folder, about, Environment.SIM, key, base, clock)


async def record_demo(title: Title, folder: Path, about: dict[str, str], key: Credentials) -> Seen:
    """A flow lived on the demo account of `key`, in the mode that the flow wants."""
    clock, base = RealClock(), PLACES[Environment.DEMO].rest
    async with ccxt_async(Environment.DEMO, key, base, clock) as (call, _):
        if (await call("fetch_position_mode"))["hedged"] is not title.what.hedge:
            await call("set_position_mode", title.what.hedge)
    return await _recorded(title, folder, about, Environment.DEMO, key, base, clock)


async def _recorded(
    title: Title,
    folder: Path,
    about: dict[str, str],
    environment: Environment,
    key: Credentials,
    base: str,
    clock: Clock,
) -> Seen:
    secrets = () if key is SIM else (key.key, key.secret)
    with tape(folder / title.path, about=about, secrets=secrets):
        return await _lived(title, environment, key, base, clock)


async def _lived(title: Title, environment: Environment, key: Credentials, base: str, clock: Clock) -> Seen:
    player = PLAYERS[title.player][0]
    with _fresh_client():
        async with player(environment, key, base, clock) as (first, second):
            return await title.what.run(first, second, title.what.hedge)


@contextmanager
def _fresh_client() -> Iterator[None]:
    """No client of one flow is seen by the next."""
    reset()
    try:
        yield
    finally:
        reset()
