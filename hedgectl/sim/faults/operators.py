"""What the exchange's operators and its back end do meanwhile: rules change, symbols go, records get lost.

Taxonomy F18, F21, F22, F31 of reference/reliability.md. The last symbol that trades is left alone.
"""

from __future__ import annotations

from random import Random

from hedgectl.sim.faults.registry import on_world
from hedgectl.sim.faults.scene import Scene
from hedgectl.sim.model import Spec

FIRST_PHASE, LAST_PHASE = "REDUCE_ONLY", "SETTLING"
NOTIONAL_MAX = 500


@on_world(peak=30.0)
def algo_vanishes(scene: Scene, rng: Random) -> bool:
    """The next conditional order is acknowledged, and gone a second or two later without a word."""
    scene.box.exchange.hands.vanish_next_algo(rng.randint(800, 2_000))
    return True


@on_world(peak=6.0)
def notional_raised(scene: Scene, rng: Random) -> bool:
    """A symbol's least notional doubles."""
    spec = _any_spec(scene, rng)
    if spec.min_notional * 2 > NOTIONAL_MAX:
        return False
    scene.box.exchange.hands.change_filters(spec.symbol, min_notional=spec.min_notional * 2)
    return True


@on_world(peak=4.0)
def tick_widened(scene: Scene, rng: Random) -> bool:
    """A symbol's tick becomes ten times as wide, once."""
    spec = _any_spec(scene, rng)
    if spec.tick * 10_000 > spec.anchor_price:
        return False
    scene.box.exchange.hands.change_filters(spec.symbol, tick=spec.tick * 10)
    return True


@on_world(peak=2.0)
def symbol_delisted(scene: Scene, rng: Random) -> bool:
    """A symbol takes closing orders only; struck again, it settles and everything of it is gone."""
    specs = scene.box.exchange.specs.values()
    trading = [spec for spec in specs if spec.status == "TRADING"]
    leaving = [spec for spec in specs if spec.status == FIRST_PHASE]
    if leaving and rng.random() < 0.5:
        scene.box.exchange.hands.delist(rng.choice(leaving).symbol, LAST_PHASE)
    elif len(trading) > 1:
        scene.box.exchange.hands.delist(rng.choice(trading).symbol, FIRST_PHASE)
    else:
        return False
    return True


@on_world(peak=4.0)
def entries_forbidden(scene: Scene, rng: Random) -> bool:
    """A symbol's quantitative rules allow reducing orders only (-4400); struck again, they end."""
    spec = _any_spec(scene, rng)
    hands = scene.box.exchange.hands
    hands.reduce_only_mode(spec.symbol, on=spec.symbol not in hands.restrictions.quantitative)
    return True


@on_world(peak=12.0)
def key_expired_early(scene: Scene, rng: Random) -> bool:
    """The listen key dies long before its hour is over."""
    streams = scene.box.streams
    if streams.key is None:
        return False
    streams.close(scene.now_ms)
    return True


def _any_spec(scene: Scene, rng: Random) -> Spec:
    spec: Spec = rng.choice(list(scene.box.exchange.specs.values()))
    return spec
