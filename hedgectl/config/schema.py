"""Every key of the configuration: name, default, meaning, unit, bounds. A key that is not here does not exist (R6).

Names carry their units. The template, `config explain` and the origins are all read from these classes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hedgectl.config.keys import (
    Environment,
    Number,
    Orphans,
    PositionMode,
    Regime,
    Section,
    Symbols,
    Synchronous,
    WhenLost,
    key,
)
from hedgectl.config.schema_live import Live
from hedgectl.config.schema_risk import Risk, TierCore, TierFringe, TierSatellite
from hedgectl.config.schema_telemetry import Telemetry


class Run(Section):
    """The run: what it trades, where it keeps its state, how often it looks."""

    environment: Environment = key("sim", "Which exchange: the embedded one (sim), Binance's demo, or live")
    state_dir: str = key(
        "", 'Folder of journal, snapshots, inbox and sockets; "": ./state beside ./config, else the user\'s own'
    )
    symbols: Symbols = key(("BTCUSDT", "ETHUSDT", "SOLUSDT"), "Symbols that may be traded; all others are refused")
    cycle_s: int = key(10, "Time between two comparisons of belief with the exchange", unit="s", ge=1, le=600)
    quotes_every_ms: int = key(1_000, "Time between two readings of the market", unit="ms", ge=100, le=60_000)
    quote_age_ms_max: int = key(5_000, "A quote older than this is stale", unit="ms", ge=500, le=60_000)
    truth_age_s_max: int = key(60, "Entries wait while the last look at the account is older", unit="s", ge=2, le=3_600)
    trades_back_s: int = key(600, "How far back own trades are read at start", unit="s", ge=10, le=86_400)
    stop_s_max: int = key(10, "Time for an orderly end after the first signal", unit="s", ge=1, le=120)
    when_lost: WhenLost = key("hold", "When belief asks for the kill switch: hold entries, or halt the run as well")


class Limits(Section):
    """Bounds of what one intent, one symbol and the memory may hold."""

    order_notional_usdt_max: Number = key(
        Decimal(1000), "Largest notional of one entry order", unit="USDT", gt=0, le=10_000_000
    )
    symbol_notional_usdt_max: Number = key(
        Decimal(3000), "Largest notional of one symbol, open, working and unknown", unit="USDT", gt=0, le=100_000_000
    )
    intent_age_s_max: int = key(30, "An entry older than this is refused as expired", unit="s", ge=1, le=3_600)
    intent_bytes_max: int = key(16_384, "Largest size of one intent", unit="bytes", ge=256, le=1_048_576)
    intents_per_message_max: int = key(256, "Most intents in one file, request or array", ge=1, le=10_000)
    inbox_files_max: int = key(64, "Most inbox files taken in one pass", ge=1, le=10_000)
    inbox_kept_max: int = key(1_000, "Most files kept in each of inbox/done and inbox/refused", ge=0, le=100_000)
    intents_kept_max: int = key(100_000, "Intents remembered to recognise a duplicate", ge=1_000, le=10_000_000)
    orders_kept_max: int = key(10_000, "Finished orders remembered", ge=100, le=1_000_000)
    trades_kept_max: int = key(5_000, "Fills remembered to recognise a duplicate", ge=100, le=1_000_000)
    read_failures_max: int = key(2, "Reads of one kind that may give up in a row before entries wait", ge=0, le=100)
    parts_max: int = key(20, "Most orders that one intent is split into", ge=1, le=100)


class Send(Section):
    """How orders leave."""

    void_after_ms: int = key(
        500, "A prepared entry that waited longer than this never leaves", unit="ms", ge=50, le=5_000
    )
    entry_rest_s_max: int = key(60, "A resting entry is withdrawn after this", unit="s", ge=1, le=86_400)
    exit_attempts_max: int = key(5, "Attempts at an exit after definite refusals", ge=1, le=20)
    cover_attempts_max: int = key(5, "Attempts at a stop before the emergency close", ge=1, le=20)
    cancel_attempts_max: int = key(5, "Attempts at a cancel before it gives up", ge=1, le=20)
    cancel_again_s: int = key(60, "Pause before a cancel that gave up begins anew", unit="s", ge=1, le=3_600)


class Settle(Section):
    """How an order whose answer was lost is settled; never by sending it again."""

    recv_window_ms_entry: int = key(
        2_500, "How long the exchange may still accept an entry", unit="ms", ge=500, le=10_000
    )
    recv_window_ms_protect: int = key(1_500, "The same for stops and full closes", unit="ms", ge=500, le=10_000)
    margin_ms: int = key(500, "Added to a deadline before it counts as passed", unit="ms", ge=0, le=10_000)
    visibility_s_max: int = key(
        10, "Time after which an accepted order must be visible everywhere", unit="s", ge=1, le=120
    )
    look_every_ms_min: int = key(250, "First pause between two looks for an order", unit="ms", ge=50, le=10_000)
    look_every_ms_max: int = key(2_000, "Longest pause between two looks", unit="ms", ge=50, le=60_000)
    fill_grace_ms: int = key(2_000, "Time for a fill to explain a position that moved", unit="ms", ge=0, le=60_000)


class Cover(Section):
    """The stop that rests on the exchange for every position."""

    stop_pct: Number = key(Decimal(2), "Distance of the stop from the entry price", unit="%", gt=0, le=50)
    check_ms: int = key(2_000, "A stop must be seen resting within this time", unit="ms", ge=100, le=60_000)
    patience_ms: int = key(
        1_500, "A stop without an answer for this long does not hold up the next", unit="ms", ge=100, le=10_000
    )


class Reconcile(Section):
    """How belief is repaired when the exchange shows something else. Fills come first; never an invented one."""

    orphans: Orphans = key("adopt", "A position that nobody here opened: take it on and cover it, or leave it alone")
    misses_min: int = key(3, "Looks in a row without it before a position is given up", ge=1, le=100)
    repairs_max: int = key(10, "Positions that one look may take back", ge=1, le=1_000)
    cooldown_s: int = key(10, "Distance between two repairs of one leg that take it back", unit="s", ge=0, le=3_600)


class Belief(Section):
    """How disagreement with the exchange becomes debt, and debt a posture that restrains entries, never exits."""

    debt_ref_s: Number = key(Decimal(30), "One mismatch of this age is a debt score of 1", unit="s", gt=0, le=86_400)
    symbol_weight: Number = key(Decimal("0.25"), "Score of each symbol with a mismatch", ge=0, le=100)
    streak_weight: Number = key(Decimal("0.15"), "Score of each look in a row that showed one", ge=0, le=100)
    growth_window_s: Number = key(Decimal(60), "Time over which the score's growth is taken", unit="s", gt=0, le=3_600)
    persist_s: Number = key(Decimal(5), "Time that a score stands before the posture rises", unit="s", ge=0, le=600)
    recover_s: Number = key(Decimal(30), "Time of calm before the posture falls a step", unit="s", ge=0, le=86_400)
    burst_per_min: Number = key(Decimal(4), "Growth of the score a minute that trips at once", gt=0, le=10_000)
    history_max: int = key(64, "Past scores that are remembered", ge=2, le=10_000)
    confidence_min: Number = key(Decimal("0.4"), "Confidence in the sensors below which debt grows", ge=0, le=1)
    kill_score: Number = key(Decimal(12), "Debt score that asks for the kill switch", gt=0, le=10_000)
    kill_red_s: Number = key(Decimal(300), "Time in RED that asks for the kill switch", unit="s", ge=0, le=86_400)
    snapshot_weight: Number = key(Decimal("0.4"), "Part of the confidence that looks at the account have", ge=0, le=1)
    snapshot_fresh_s: Number = key(Decimal(15), "Age up to which a look is fresh", unit="s", ge=0, le=86_400)
    snapshot_stale_s: Number = key(Decimal(60), "Age from which a look counts for nothing", unit="s", gt=0, le=86_400)
    stream_weight: Number = key(Decimal("0.3"), "Part of the confidence that the user stream has", ge=0, le=1)
    stream_fresh_s: Number = key(Decimal(2), "A stream that is down for less is fresh", unit="s", ge=0, le=86_400)
    stream_stale_s: Number = key(Decimal(30), "One down for longer counts for nothing", unit="s", gt=0, le=86_400)
    replies_weight: Number = key(Decimal("0.2"), "Part of the confidence that answers to orders have", ge=0, le=1)
    replies_fresh_s: Number = key(Decimal(3), "Age up to which an unknown order is ordinary", unit="s", ge=0, le=86_400)
    replies_stale_s: Number = key(Decimal(30), "Age from which answers count for nothing", unit="s", gt=0, le=86_400)
    quotes_weight: Number = key(Decimal("0.1"), "Part of the confidence that the market has", ge=0, le=1)
    quotes_fresh_s: Number = key(Decimal(5), "Age up to which quotes are fresh", unit="s", ge=0, le=86_400)
    quotes_stale_s: Number = key(Decimal(30), "Age from which quotes count for nothing", unit="s", gt=0, le=86_400)
    yellow_up: Number = key(Decimal("0.5"), "Debt score from which the posture is YELLOW", gt=0, le=1_000)
    yellow_down: Number = key(Decimal("0.3"), "Debt score below which YELLOW may end", gt=0, le=1_000)
    yellow_notional_share: Number = key(Decimal("0.5"), "Part of an order's cap left in YELLOW", ge=0, le=1)
    yellow_leverage_max: int = key(10, "Most leverage of entries in YELLOW", ge=1, le=125)
    yellow_confidence_min: Number = key(Decimal("0.5"), "Least confidence of entries in YELLOW", ge=0, le=1)
    yellow_cooldown_s: int = key(15, "Distance between two entries of a symbol in YELLOW", unit="s", ge=0, le=86_400)
    yellow_open_orders_max: int = key(4, "Most working entries of a symbol in YELLOW", ge=0, le=200)
    orange_up: Number = key(Decimal("1.5"), "Debt score from which the posture is ORANGE", gt=0, le=1_000)
    orange_down: Number = key(Decimal("1.0"), "Debt score below which ORANGE may end", gt=0, le=1_000)
    orange_notional_share: Number = key(Decimal("0.2"), "Part of an order's cap left in ORANGE", ge=0, le=1)
    orange_leverage_max: int = key(5, "Most leverage of entries in ORANGE", ge=1, le=125)
    orange_confidence_min: Number = key(Decimal("0.7"), "Least confidence of entries in ORANGE", ge=0, le=1)
    orange_cooldown_s: int = key(60, "Distance between two entries of a symbol in ORANGE", unit="s", ge=0, le=86_400)
    orange_open_orders_max: int = key(2, "Most working entries of a symbol in ORANGE", ge=0, le=200)
    red_up: Number = key(Decimal("3.0"), "Debt score from which the posture is RED", gt=0, le=1_000)
    red_down: Number = key(Decimal("2.0"), "Debt score below which RED may end", gt=0, le=1_000)


class Rate(Section):
    """Shares of the exchange's rate limits that each lane may use; protection may use all."""

    entry_share: Number = key(Decimal("0.8"), "Share of the limits that entries may use", gt=0, le=1)
    reconcile_share: Number = key(Decimal("0.9"), "Share of the limits that reading may use", gt=0, le=1)


class Journal(Section):
    """The journal on disk."""

    synchronous: Synchronous = key("FULL", "SQLite's synchronous mode; less than FULL may lose the last events")


class Box(Section):
    """The embedded exchange (environment sim)."""

    seed: int = key(1, "The market, the schedule and the faults follow from it", ge=0, le=2**63 - 1)
    balance_usdt: Number = key(Decimal(10_000), "Wallet balance at the start", unit="USDT", gt=0, le=1_000_000_000)
    position_mode: PositionMode = key("hedge", "Position mode of the account")
    regime: Regime = key("normal", "Weather at the start; it changes by itself")
    weight_limit_1m: int = key(2_400, "Request weight a minute", ge=100, le=10_000_000)
    order_limit_10s: int = key(300, "Orders in ten seconds", ge=10, le=10_000_000)
    order_limit_1m: int = key(1_200, "Orders a minute", ge=10, le=10_000_000)
    latency_ms: int = key(40, "Median time of a request there and back", unit="ms", ge=0, le=10_000)


class Demo(Section):
    """The built-in strategy that makes a run in the box worth watching."""

    notional_usdt: Number = key(Decimal(150), "Notional of one entry", unit="USDT", gt=0, le=10_000)
    every_s: int = key(3, "Mean time between two of its intents", unit="s", ge=1, le=3_600)


class Config(BaseSettings):
    """The whole configuration, validated and frozen. Made by `sources.load` only."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, validate_default=True
    )

    run: Run = Field(default_factory=Run)
    limits: Limits = Field(default_factory=Limits)
    send: Send = Field(default_factory=Send)
    settle: Settle = Field(default_factory=Settle)
    cover: Cover = Field(default_factory=Cover)
    reconcile: Reconcile = Field(default_factory=Reconcile)
    belief: Belief = Field(default_factory=Belief)
    risk: Risk = Field(default_factory=Risk)
    tier_core: TierCore = Field(default_factory=TierCore)
    tier_satellite: TierSatellite = Field(default_factory=TierSatellite)
    tier_fringe: TierFringe = Field(default_factory=TierFringe)
    live: Live = Field(default_factory=Live)
    rate: Rate = Field(default_factory=Rate)
    journal: Journal = Field(default_factory=Journal)
    telemetry: Telemetry = Field(default_factory=Telemetry)
    box: Box = Field(default_factory=Box)
    demo: Demo = Field(default_factory=Demo)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # `sources.load` has merged flags, environment and file already, since it must know where each value came from.
        return (init_settings,)

    @model_validator(mode="after")
    def agree(self) -> Self:
        """Two values must not contradict each other; the first that do are named."""
        for lower, upper in ORDERED:
            if value_of(self, lower) > value_of(self, upper):
                raise PydanticCustomError("inconsistent", "{lower} {upper}", {"lower": lower, "upper": upper})
        tiers = self.tiers
        for symbol in self.run.symbols:
            named = [name for name, tier in tiers.items() if symbol in tier.symbols]
            if len(named) != 1:
                raise PydanticCustomError("tier", "{symbol} {tiers}", {"symbol": symbol, "tiers": " and ".join(named)})
        return self

    @property
    def tiers(self) -> dict[str, TierCore | TierSatellite | TierFringe]:
        """The tiers by the names of their sections."""
        return {"tier_core": self.tier_core, "tier_satellite": self.tier_satellite, "tier_fringe": self.tier_fringe}


ORDERED = (
    ("limits.order_notional_usdt_max", "limits.symbol_notional_usdt_max"),
    ("settle.look_every_ms_min", "settle.look_every_ms_max"),
    ("rate.entry_share", "rate.reconcile_share"),
    ("belief.yellow_down", "belief.yellow_up"),
    ("belief.orange_down", "belief.orange_up"),
    ("belief.red_down", "belief.red_up"),
    ("belief.yellow_up", "belief.orange_up"),
    ("belief.orange_up", "belief.red_up"),
    ("belief.red_up", "belief.kill_score"),
    ("belief.orange_notional_share", "belief.yellow_notional_share"),
    ("belief.orange_leverage_max", "belief.yellow_leverage_max"),
    ("belief.orange_open_orders_max", "belief.yellow_open_orders_max"),
    ("belief.yellow_confidence_min", "belief.orange_confidence_min"),
    ("belief.yellow_cooldown_s", "belief.orange_cooldown_s"),
    ("belief.snapshot_fresh_s", "belief.snapshot_stale_s"),
    ("belief.stream_fresh_s", "belief.stream_stale_s"),
    ("belief.replies_fresh_s", "belief.replies_stale_s"),
    ("belief.quotes_fresh_s", "belief.quotes_stale_s"),
    ("telemetry.pause_s_min", "telemetry.pause_s_max"),
    ("demo.notional_usdt", "limits.order_notional_usdt_max"),
)
"""Pairs of keys of which the first must not be above the second."""


def value_of(config: Config, dotted: str) -> Any:
    """The value of `section.key`."""
    section, name = dotted.split(".")
    return getattr(getattr(config, section), name)
