"""Where a run trades: the embedded exchange in this process, one that is served on loopback, demo, or live.

Builds the venue, its user stream and whatever must be driven beside them, from the one client factory (X1). Nothing
above this file knows which of the four it is.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from hedgectl.config.options import RunOptions
from hedgectl.config.schema import Config
from hedgectl.runtime.clock import Clock, ExchangeTime
from hedgectl.venue.binance import Binance, Notices
from hedgectl.venue.client import open_client
from hedgectl.venue.credentials import Credentials
from hedgectl.venue.environment import Environment
from hedgectl.venue.limits import StreamLimits
from hedgectl.venue.paper import PaperWrites
from hedgectl.venue.port import Venue
from hedgectl.venue.rates import Rates
from hedgectl.venue.stream import Session
from hedgectl.venue.transport import Transport

if TYPE_CHECKING:
    from hedgectl.sim.box import Box
    from hedgectl.sim.faults.profile import FaultProfile
    from hedgectl.sim.ledger import Ledger
    from hedgectl.sim.transport import BoxTransport

BOX_KEY = "sim"


@dataclass(slots=True)
class Place:
    """`symbols` is what may be traded here. `box` and `wire` only exist when the exchange lives in this process."""

    name: str
    symbols: tuple[str, ...]
    api_key: str
    venue: Venue
    rates: Rates
    stream: Session
    box: Box | None = None
    wire: BoxTransport | None = None
    beside: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    feed_ended: Callable[[], bool] = bool

    @property
    def ledger(self) -> Ledger | None:
        """The exchange's own account of what happened; only measures may read it."""
        return self.box.exchange.ledger if self.box is not None else None


def open_place(
    options: RunOptions,
    config: Config,
    credentials: Credentials | None,
    clock: Clock,
    exchange: ExchangeTime,
    *,
    faults: FaultProfile | None = None,
    notices: Notices | None = None,
    again: Place | None = None,
    through: Callable[[Transport], Transport] | None = None,
) -> Place:
    """The place that the options name. `credentials` None stands for the embedded exchange's own; `again` is a place in
    this process that is entered anew, as after a crash: the same exchange with the same troubles. `through` is put in
    front of the transport, for those who may do less than a run.

    Raises ClientError (no client can be made), FeedError (the market file is unusable), ValueError (bad address).
    """
    environment = Environment(config.run.environment)
    credentials = credentials or Credentials(BOX_KEY, BOX_KEY)
    rng = Random(f"{config.box.seed}:venue")
    if environment is Environment.SIM and options.sim_url is None:
        if again is None:
            box, symbols = open_box(options.feed, config, clock)
        else:
            assert again.box is not None
            box, symbols = again.box, again.symbols
        wire = open_wire(box, config, clock, faults, again.wire if again is not None else None)
        from hedgectl.venue.streams import BoxStream
        from hedgectl.venue.transports.box import InProcess

        inside = through(InProcess(wire)) if through is not None else InProcess(wire)
        binance = _binance(environment, credentials, inside, clock, exchange, rng, notices)
        stream = Session(binance, BoxStream(wire), clock, rng)
        feed = box.exchange.world.feed
        return Place(
            "sim",
            symbols,
            credentials.key,
            PaperWrites(binance),
            binance.rates,
            stream,
            box,
            wire,
            [wire.drive],
            lambda: feed.next_ms() is None,
        )
    from hedgectl.venue.streams import WebSocketStream
    from hedgectl.venue.transports.aiohttp_ import Http

    http: Transport = Http(environment, options.sim_url)
    outside = through(http) if through is not None else http
    binance = _binance(environment, credentials, outside, clock, exchange, rng, notices)
    limits = StreamLimits()
    stream = Session(binance, WebSocketStream(environment, limits, options.sim_url), clock, rng, limits)
    return Place(environment.value, config.run.symbols, credentials.key, PaperWrites(binance), binance.rates, stream)


def _binance(
    environment: Environment,
    credentials: Credentials,
    transport: Transport,
    clock: Clock,
    exchange: ExchangeTime,
    rng: Random,
    notices: Notices | None,
) -> Binance:
    client = open_client(environment, credentials, transport, exchange.now_ms)
    return Binance(client, clock, exchange, rng, None, notices)


def open_box(feed_path: Path | None, config: Config, clock: Clock) -> tuple[Box, tuple[str, ...]]:
    """A fresh embedded exchange, and the symbols of its market."""
    from hedgectl.sim.box import Box
    from hedgectl.sim.exchange import Exchange
    from hedgectl.sim.market.opening import open_feed

    # A recording brings its symbols; bars do not say whose they are, so one must be named.
    wanted = config.run.symbols if feed_path is None or len(config.run.symbols) == 1 else ()
    start_ms = clock.wall_ms()
    settings = config.box
    feed = open_feed(feed_path, symbols=wanted, seed=settings.seed, start_ms=start_ms, regime=settings.regime)
    world = Exchange(
        feed,
        seed=settings.seed,
        hedge=settings.position_mode == "hedge",
        balance=settings.balance_usdt,
        start_ms=start_ms,
    )
    box = Box(
        world,
        weight_limit=settings.weight_limit_1m,
        order_limit_10s=settings.order_limit_10s,
        order_limit_1m=settings.order_limit_1m,
    )
    return box, tuple(feed.specs)


def open_wire(
    box: Box, config: Config, clock: Clock, faults: FaultProfile | None, old: BoxTransport | None
) -> BoxTransport:
    """A connection to the box; after an `old` one, with its faults and its world's troubles."""
    from hedgectl.sim.transport import BoxTransport

    settings = config.box
    return BoxTransport(
        box,
        clock=clock.wall_ms,
        sleep=clock.sleep_ms,
        rng=Random(f"{settings.seed}:wire" + (f":{clock.mono_ms()}" if old is not None else "")),
        profile=old.profile if old is not None else faults,
        latency_ms=latency(settings.latency_ms),
        director=old.director if old is not None else None,
    )


def latency(median_ms: int) -> tuple[int, int] | int:
    """One way, from the median there and back: half of it, give or take a half of that."""
    one_way = median_ms // 2
    return (one_way - one_way // 2, one_way + one_way // 2) if one_way else 0
