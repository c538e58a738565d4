"""A seeded market: prices walk on the tick grid in changing weather, a little together, and come home over days.

One seed is one market: every symbol and every concern draws from its own stream, so that a further symbol or a
further draw disturbs no other. Prices are integer ticks; a Decimal is made once, exactly, when it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from random import Random

from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.feed import Mark, Move, Print, Touch
from hedgectl.sim.market.regimes import NORMAL, Regime, Weather
from hedgectl.sim.market.specs import specs_of
from hedgectl.sim.model import Spec

HOME_S = 3 * 86_400.0  # time constant of the pull towards the anchor
BOUND = 0.6  # a price never leaves anchor * (1 - BOUND) .. anchor * (1 + BOUND)
COMMON = 0.6  # share of the variance's root that all symbols feel alike
MARK_S = 3.0  # time constant of the mark behind the mid
JUMP_MAX = 0.03
MARK_EVERY_MS = 1000
FUNDING_EVERY_MS = 60_000
FUNDING_UNIT = Decimal("0.00000001")
_BETA = {"BTCUSDT": 1.0, "ETHUSDT": 1.2, "BNBUSDT": 1.1}
_BETA_ALT = 1.7
_TOUCH_USDT = {"BTCUSDT": 150_000.0, "ETHUSDT": 90_000.0}
_TOUCH_ALT_USDT = 12_000.0


class SyntheticFeed:
    """The endless market of `symbols`; speaks every `step_ms`, first at `start_ms` with a touch, a trade and a mark.

    `regime` fixes the weather (quiet, normal, hot, panic); None lets it change. ValueError on an unknown name.
    """

    def __init__(
        self, symbols: Sequence[str], *, seed: int, start_ms: int, step_ms: int = 1000, regime: str | None = None
    ) -> None:
        if not symbols or step_ms < 1:
            raise FeedError("nothing to make", where="synthetic market", fix="name a symbol and a step of >= 1 ms")
        self.specs: dict[str, Spec] = specs_of(symbols)
        self.weather = Weather(Random(f"{seed}:weather"), start_ms=start_ms, fixed=regime)
        self._common = Random(f"{seed}:common")
        self._walks = tuple(_Walk(spec, seed, step_ms / 1000) for spec in self.specs.values())
        self._step_ms = step_ms
        self._root_s = sqrt(step_ms / 1000)
        self._now_ms = start_ms
        self._mark_ms = self._funding_ms = start_ms

    @property
    def regime(self) -> str:
        """The weather of the latest step."""
        return self.weather.now.name

    def next_ms(self) -> int | None:
        return self._now_ms

    def step(self) -> list[Move]:
        now, draw = self._now_ms, self._common.random
        regime = self.weather.at(now)
        shared = COMMON * NORMAL[int(draw() * 4096)]
        shock = 0.0
        if draw() < regime.jump_rate * self._step_ms / 1000:
            shock = NORMAL[int(draw() * 4096)] * regime.jump_bps * 1e-4
        with_mark = now >= self._mark_ms
        if with_mark:
            self._mark_ms = now + MARK_EVERY_MS
        if now >= self._funding_ms:
            self._funding_ms = now + FUNDING_EVERY_MS
            for walk in self._walks:
                walk.drift_funding()
        scale = regime.vol_bps * 1e-4 * self._root_s
        moves: list[Move] = []
        for walk in self._walks:
            walk.step(moves, regime, shared * scale, scale, shock, with_mark)
        self._now_ms = now + self._step_ms
        return moves


class _Walk:
    """One symbol's walk: `price` is a float near the mid, everything that leaves it is an exact multiple of a unit."""

    __slots__ = (
        "anchor", "beta", "draw", "fresh", "funding", "funding_draw", "funding_units", "high", "low", "mark_tick",
        "mark_ticks", "mark_weight", "price", "prints", "pull", "s", "symbol", "thin", "thin_left", "tick",
        "tick_float", "touches",
    )  # fmt: skip

    def __init__(self, spec: Spec, seed: int, s: float) -> None:
        self.symbol, self.tick, self.s = spec.symbol, spec.tick, s
        self.draw = Random(f"{seed}:{spec.symbol}").random
        self.funding_draw = Random(f"{seed}:{spec.symbol}:funding").random
        self.tick_float, self.anchor = float(spec.tick), float(spec.anchor_price)
        self.price = self.anchor
        self.low, self.high = self.anchor * (1 - BOUND), self.anchor * (1 + BOUND)
        self.beta = _BETA.get(spec.symbol, _BETA_ALT)
        self.pull = s / HOME_S
        self.mark_tick, self.mark_weight, self.mark_ticks = spec.tick / 10, min(1.0, s / MARK_S), 0.0
        self.funding_units = 10_000.0
        self.funding = FUNDING_UNIT * 10_000
        self.thin_left, self.fresh = 0, True
        sizes = Random(f"{seed}:{spec.symbol}:sizes")
        usdt = _TOUCH_USDT.get(spec.symbol, _TOUCH_ALT_USDT)
        self.touches = _sizes(sizes, spec, usdt * 0.05, usdt * 3)
        self.thin = _sizes(sizes, spec, usdt * 0.002, usdt * 0.05)
        self.prints = _sizes(sizes, spec, usdt * 0.003, usdt * 2)

    def drift_funding(self) -> None:
        """Move the funding rate a little, around 0.01 % per interval."""
        drift = (10_000 - self.funding_units) * 0.01 + NORMAL[int(self.funding_draw() * 4096)] * 400
        self.funding_units = min(300_000.0, max(-300_000.0, self.funding_units + drift))
        self.funding = FUNDING_UNIT * int(self.funding_units)

    def step(
        self, moves: list[Move], regime: Regime, shared: float, scale: float, shock: float, with_mark: bool
    ) -> None:
        """Append this symbol's moves. `shared` and `shock` come from the whole market, as fractions of the price."""
        draw, symbol, tick = self.draw, self.symbol, self.tick
        before = self.price
        change = shared + 0.8 * scale * NORMAL[int(draw() * 4096)] + shock
        if draw() < regime.jump_rate * self.s:
            change += NORMAL[int(draw() * 4096)] * regime.jump_bps * 1e-4
        change *= self.beta
        if not -JUMP_MAX <= change <= JUMP_MAX:
            change = JUMP_MAX if change > 0 else -JUMP_MAX
        price = before * (1 + change) + (self.anchor - before) * self.pull
        if not self.low <= price <= self.high:
            price = self.high if price > self.high else self.low
        self.price = price

        width = draw()
        sizes = self.touches
        spread_bps = regime.spread_bps * self.beta * width * width
        if self.thin_left:
            self.thin_left -= 1
            sizes, spread_bps = self.thin, spread_bps * 6 + 0.5
        elif draw() < regime.thin_rate * self.s:
            self.thin_left = 1 + int(draw() * 5)
        mid_ticks = price / self.tick_float
        spread = 1 + int(mid_ticks * spread_bps * 1e-4)
        low = int(mid_ticks) - (spread >> 1)
        bid, ask = tick * low, tick * (low + spread)
        moves.append(Touch(symbol, bid, sizes[int(draw() * 64)], ask, sizes[int(draw() * 64)]))

        if draw() < regime.print_share or self.fresh:
            sells = draw() < (0.7 if price < before else 0.3)
            moves.append(Print(symbol, bid if sells else ask, self.prints[int(draw() * 64)], sells))
            if draw() < 0.3:  # the other side trades too: makers on both sides get their chance
                moves.append(Print(symbol, ask if sells else bid, self.prints[int(draw() * 64)], not sells))
        tenths = low * 10 + spread * 5
        lag = self.mark_ticks
        self.mark_ticks = lag = float(tenths) if self.fresh else lag + (tenths - lag) * self.mark_weight
        self.fresh = False
        if with_mark:
            index = int(tenths * (1 + NORMAL[int(draw() * 4096)] * 2e-5))
            moves.append(Mark(symbol, self.mark_tick * int(lag), self.mark_tick * index, self.funding))


def _sizes(rng: Random, spec: Spec, usdt_min: float, usdt_max: float) -> tuple[Decimal, ...]:
    """64 quantities on the step grid, spread evenly over the orders of magnitude between two notionals."""
    unit = float(spec.anchor_price * spec.step)
    ratio = usdt_max / usdt_min
    return tuple(spec.step * max(1, round(usdt_min * ratio ** rng.random() / unit)) for _ in range(64))
