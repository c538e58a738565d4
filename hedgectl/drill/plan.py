"""Everything that a seed draws, as frozen data: one seed is one plan is one life, the same on every machine.

Each part has a random stream of its own name, so that a new part changes no other. Levels are those of the fault
profiles: the laws bind up to `storm`; a `hurricane` passes the bounds that settling assumes, so it is counted only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as D
from random import Random

from hedgectl.config.schema import Config
from hedgectl.sim.faults.profile import FaultProfile
from hedgectl.sim.faults.sizes import LEVELS

STORM_MS = 300_000
FIRST_MS, LAST_MS = 3_000, STORM_MS - 5_000
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT", "LINKUSDT", "1000PEPEUSDT", "METISUSDT")
KILL_POINTS = ("", "", "send.before", "send.after", "commit.before", "commit.after", "cancel.after", "look.before")
BURST, BURST_GAP_MS = 50, 40
WHALE_SYMBOL = "METISUSDT"


@dataclass(frozen=True, slots=True)
class Kill:
    """kill -9 at the first `point` (a crash point of the run, "" for none) from `at_ms` on, ms after the beginning."""

    at_ms: int
    point: str


@dataclass(frozen=True, slots=True)
class Habits:
    """How the producers of wishes behave. Shares are of 0..1, notional is USDT of one entry."""

    notional_usdt: tuple[int, int]
    exit_share: float
    leveraged_share: float
    part_share: float
    limit_share: float
    away_share: float
    silent_share: float
    again_share: float
    resubmits: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A life before it is lived. `moments_ms` are when wishes come, `keys` the configuration that it differs in."""

    seed: int
    level: str
    mode: str
    symbols: tuple[str, ...]
    moments_ms: tuple[int, ...]
    kills: tuple[Kill, ...]
    habits: Habits
    keys: Mapping[str, object]

    @property
    def binding(self) -> bool:
        """Whether a broken law is a failure."""
        return self.level != "hurricane"

    @property
    def bursts(self) -> bool:
        """Whether wishes come so close together that only entries may: a part of the limits is all that exits have."""
        gaps = zip(self.moments_ms, self.moments_ms[10:], strict=False)
        return any(later - earlier < BURST * BURST_GAP_MS for earlier, later in gaps)

    def faults(self) -> FaultProfile:
        """The troubles of this life, fresh."""
        return FaultProfile.draw(_stream(self.seed, self.level, "faults"), self.level)

    def config(self, folder: str) -> Config:
        """The configuration of this life. Nothing of the machine's own files or environment is in it."""
        tables: dict[str, dict[str, object]] = {}
        for dotted, value in {**self.keys, "run.state_dir": folder}.items():
            section, _, name = dotted.partition(".")
            tables.setdefault(section, {})[name] = value
        return Config(**tables)  # type: ignore[arg-type]

    @property
    def replay(self) -> str:
        """The command that lives it again."""
        return f"hedgectl drill --seeds {self.seed}-{self.seed} --profile {self.level}"


def draw(seed: int, level: str = "storm") -> Plan:
    """The plan of a seed at a level: mild, storm or hurricane. Raises ValueError for another."""
    if level not in LEVELS:
        raise ValueError(f"no level {level!r}; there are {', '.join(LEVELS)}")
    whale = _stream(seed, level, "whale").random() < 0.1
    symbols = _symbols(_stream(seed, level, "symbols"), whale)
    mode = _stream(seed, level, "mode").choice(("hedge", "one-way"))
    keys = _keys(_stream(seed, level, "keys"), whale) | _limits(
        _stream(seed, level, "limits"), len(symbols) * (2 if mode == "hedge" else 1)
    )
    keys |= _risk(_stream(seed, level, "risk"), symbols, whale)
    keys["run.truth_age_s_max"] = _stream(seed, level, "truth").choice((60, 60, 60, 60, 60, 60, 60, 6))
    keys |= {"box.seed": seed, "box.position_mode": mode, "run.symbols": symbols, "journal.synchronous": "OFF"}
    return Plan(
        seed=seed,
        level=level,
        mode=mode,
        symbols=symbols,
        moments_ms=_moments(_stream(seed, level, "moments")),
        kills=_kills(_stream(seed, level, "kills")),
        habits=_habits(_stream(seed, level, "habits"), whale),
        keys=keys,
    )


def _stream(seed: int, level: str, name: str) -> Random:
    return Random(f"drill:{level}:{seed}:{name}")


def _symbols(rng: Random, whale: bool) -> tuple[str, ...]:
    chosen = rng.sample(SYMBOLS, rng.randint(1, 4))
    if whale and WHALE_SYMBOL not in chosen:
        chosen[0] = WHALE_SYMBOL
    return tuple(chosen)


def _moments(rng: Random) -> tuple[int, ...]:
    """20 to 60 wishes: spread over the storm, or in bursts that use the rate limits up."""
    count = rng.randint(20, 60)
    size = rng.choice((1, 1, 1, 2, 5, BURST))
    begun = [rng.randint(FIRST_MS, LAST_MS) for _ in range(-(-count // size))]
    return tuple(sorted(at_ms + BURST_GAP_MS * number for at_ms in begun for number in range(size))[:count])


def _kills(rng: Random) -> tuple[Kill, ...]:
    count = rng.choices((0, 1, 2, 3), (55, 25, 13, 7))[0]
    times = sorted(rng.randint(1_000, LAST_MS) for _ in range(count))
    return tuple(Kill(at_ms, rng.choice(KILL_POINTS)) for at_ms in times)


def _habits(rng: Random, whale: bool) -> Habits:
    return Habits(
        notional_usdt=(20_000, 90_000) if whale else (60, rng.choice((150, 150, 300, 1_000))),
        exit_share=rng.uniform(0.3, 0.6),
        leveraged_share=rng.uniform(0.0, 0.2),
        part_share=rng.uniform(0.0, 0.6),
        limit_share=rng.uniform(0.0, 0.6),
        away_share=rng.uniform(0.0, 0.5),
        silent_share=rng.uniform(0.0, 0.2),
        again_share=rng.uniform(0.0, 0.15),
        resubmits=rng.random() < 0.7,
    )


def _keys(rng: Random, whale: bool) -> dict[str, object]:
    """Settings that vary."""
    scale = 100 if whale else 1
    order_usdt, symbol_usdt = rng.choice(((300, 400), (300, 1_000), (1_000, 1_000), (1_000, 3_000)))
    working = rng.choice((1, 2, 4))
    return {
        "run.quotes_every_ms": rng.choice((2_000, 2_500)),
        "run.cycle_s": rng.choice((8, 10, 12)),
        "send.entry_rest_s_max": rng.choice((10, 20, 40)),
        "limits.order_notional_usdt_max": D(order_usdt * scale),
        "limits.symbol_notional_usdt_max": D(symbol_usdt * scale),
        "cover.stop_pct": rng.choice((D("0.5"), D(1), D(2))),
        "belief.recover_s": D(rng.choice((5, 10, 20, 30))),
        "belief.yellow_open_orders_max": working,
        "belief.orange_open_orders_max": rng.choice((1, min(working, 2))),
        "box.balance_usdt": D(rng.choice((1_000, 10_000)) * scale),
        "box.latency_ms": rng.choice((0, 10, 40, 150)),
        "box.regime": rng.choice(("quiet", "normal", "hot", "panic")),
    }


def _risk(rng: Random, symbols: tuple[str, ...], whale: bool) -> dict[str, object]:
    """What the desk signed: mostly wide, in some lives so narrow that each gate refuses."""
    named = {symbol for tier in Config().tiers.values() for symbol in tier.symbols}
    share = D(1_000) if whale else D(rng.choice((8, 30, 100, 100)))
    tiers = {f"tier_{tier}.symbol_nav_pct_max": share for tier in ("core", "satellite", "fringe")}
    return tiers | {
        "tier_fringe.symbols": tuple(symbol for symbol in symbols if symbol not in named),
        "tier_fringe.gross_nav_pct_max": D(1_000) if whale else D(rng.choice((20, 100))),
        "tier_satellite.gross_nav_pct_max": D(1_000) if whale else D(rng.choice((20, 100, 100))),
        "risk.symbol_nav_pct_max": share,
        "risk.gross_nav_pct_max": D(1_000) if whale else D(rng.choice((40, 200, 1_000))),
        "risk.positions": rng.choice(("add", "add", "single")),
        "risk.cooldown_s": rng.choice((0, 0, 0, 5, 30)),
        "risk.burst_max": rng.choice((256, 256, 5)),
        "risk.repeat_max": rng.choice((256, 256, 3)),
        "risk.errors_max": rng.choice((256, 256, 3)),
        "risk.double_window_ms": rng.choice((0, 500, 5_000)),
        "risk.daily_loss_pct_max": rng.choice((D(100), D(100), D("0.5"))),
        "risk.drawdown_pct_max": rng.choice((D(100), D(100), D("0.5"))),
        "risk.collar_bps": rng.choice((D(10_000), D(100), D(3))),
        "risk.outlier_x": rng.choice((D(10_000), D(3))),
    }


def _limits(rng: Random, legs: int) -> dict[str, object]:
    """Rate limits of the exchange: some so small that they matter, none so small that the part that is kept from
    entries could not protect every leg several times.

    The weight limit is never Binance's own: a refusal that names the drawn one is real, not a drawn fault.
    """
    orders_10s = rng.choice((max(40, 20 * legs), 299))
    return {
        "box.weight_limit_1m": rng.choice((1_600, 2_000, 2_399)),
        "box.order_limit_10s": orders_10s,
        "box.order_limit_1m": 4 * orders_10s,
    }
