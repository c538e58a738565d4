"""The instrument snapshot: rules and prices of symbols on disk, so that sizes can be judged without a network (R5).

Read from beside the named configuration file, ./instruments.json, ./config, the user's folder, or as shipped; the first
that exists. Written by `hedgectl config instruments --refresh` only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from hedgectl.config.locate import candidates, is_there
from hedgectl.config.problem import ConfigProblem, ConfigRefused
from hedgectl.core.model.codec import decode
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.verdict import code

if TYPE_CHECKING:
    from hedgectl.core.risk.sizing_check import Check
    from hedgectl.core.settings import Settings

UNUSABLE = code("config.instruments", "The instrument snapshot is not there, or is not one.")
NO_RULES = code("sizing.no_rules", "The instrument snapshot does not know the symbol, so its size cannot be checked.")
OLD_RULES = code("sizing.old_rules", "The instrument snapshot is so old that prices and filters may have changed.")
OTHER_RULES = code("sizing.other_rules", "The instrument snapshot was taken from another venue than the run trades at.")
NAME = "instruments.json"
OLD_S = 7 * 86_400
BYTES_MAX = 1024 * 1024
REFRESH = "hedgectl config instruments --refresh"
HERE = Path(__file__)
SHIPPED = (HERE.with_name(NAME), HERE.parents[2] / "config" / NAME)
"""As installed; else, in a source tree, where the configuration file is."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A symbol's rules, and the price at which it could be bought (USDT)."""

    price: Decimal
    rules: Instrument


@dataclass(frozen=True, slots=True)
class Stored:
    """What the file holds. `source` is the environment that stated it, `taken` when (RFC 3339, UTC)."""

    source: str
    taken: str
    listed: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Instruments:
    """A snapshot that can be used."""

    path: Path
    source: str
    taken_ms: int
    listed: Mapping[str, Listed]

    def age_s(self, now_ms: int) -> float:
        return max(now_ms - self.taken_ms, 0) / 1000

    def old(self, now_ms: int) -> bool:
        """Whether prices may have gone elsewhere, and filters may have changed."""
        return self.age_s(now_ms) > OLD_S


def checks_of(
    snapshot: Instruments, settings: Settings, symbols: Sequence[str], nav_usdt: Decimal, posture: str = "GREEN"
) -> tuple[Check, ...]:
    """The sizing check of each symbol that the snapshot knows (R5)."""
    from hedgectl.core.risk.sizing_check import Asked, check

    known = [snapshot.listed[each] for each in symbols if each in snapshot.listed]
    return tuple(check(Asked(each.rules, each.price, settings, nav_usdt, posture)) for each in known)


def places(config: Path | None) -> list[Path]:
    """Where a snapshot of one's own may be, first wins; beside a configuration file that was named, before all."""
    beside = [config.parent / NAME] if config is not None else []
    return beside + [path.with_name(NAME) for path in candidates()]


def target(config: Path | None) -> Path:
    """Where a fresh snapshot goes: in place of one's own, else beside the named file, else to the user's folder."""
    own = places(config)
    return next((path for path in own if is_there(path)), own[0] if config is not None else own[-1])


def read_instruments(config: Path | None) -> Instruments:
    """The snapshot that holds here. Raises ConfigRefused when there is none, or when it is damaged."""
    path = next((each for each in (*places(config), *SHIPPED) if is_there(each)), None)
    if path is None:
        raise _refused(SHIPPED[0], "no such file")
    try:
        with path.open("rb") as file:
            return _parsed(path, file.read(BYTES_MAX + 1))
    except OSError as wrong:
        raise _refused(path, wrong.strerror or "unreadable") from wrong
    except (ValueError, TypeError, AttributeError) as wrong:
        raise _refused(path, str(wrong)) from wrong


def _parsed(path: Path, raw: bytes) -> Instruments:
    """Raises ValueError, TypeError or AttributeError for what is no snapshot."""
    if len(raw) > BYTES_MAX:
        raise ValueError(f"larger than {BYTES_MAX} bytes")
    stored: Stored = decode(Stored, raw)
    taken = datetime.fromisoformat(stored.taken)
    if taken.tzinfo is None:
        raise ValueError(f"{stored.taken} names no time zone")
    listed = {each.rules.symbol: _checked(each) for each in stored.listed}
    return Instruments(path, str(stored.source), round(taken.timestamp() * 1000), listed)


def written(source: str, taken_ms: int, listed: tuple[Listed, ...]) -> bytes:
    """The text of a snapshot, a symbol after the other in order of their names."""
    taken = datetime.fromtimestamp(taken_ms // 1000, UTC).isoformat().replace("+00:00", "Z")
    stored = Stored(source, taken, tuple(sorted(listed, key=lambda each: each.rules.symbol)))
    return orjson.dumps(stored, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _checked(each: Listed) -> Listed:
    """Numbers that a size can be made of. Raises ValueError."""
    rules = each.rules
    numbers = [getattr(rules, field.name) for field in fields(rules) if field.type == "Decimal"]
    if not all(number.is_finite() and number >= 0 for number in (each.price, *numbers)):
        raise ValueError(f"{rules.symbol}: a number is negative or none")
    if not (each.price and rules.tick and rules.step and rules.market_step):
        raise ValueError(f"{rules.symbol}: price, tick and steps must be above 0")
    return each


def _refused(path: Path, why: str) -> ConfigRefused:
    return ConfigRefused((ConfigProblem(UNUSABLE.name, "", "", f"an instrument snapshot ({why})", REFRESH, str(path)),))
