"""Ways out of a sizing conflict as configuration lines: only those whose values the schema takes (R5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.config.catalogue import catalogue, shown
from hedgectl.core.model.money import plain
from hedgectl.core.risk.sizing_check import Check
from hedgectl.core.risk.ways import Change, Kind, Way, ways_out


@dataclass(frozen=True, slots=True)
class Setting:
    """One key with what it must say, as TOML; `old` is what it says now."""

    key: str
    old: str
    new: str

    @property
    def line(self) -> str:
        """The line with the table that it belongs into.

        >>> Setting("risk.symbol_nav_pct_max", "8", "8.01").line
        '[risk] symbol_nav_pct_max = 8.01'
        """
        table, _, name = self.key.partition(".")
        return f"[{table}] {name} = {self.new}"


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out: all settings together, and margin (USDT) where there is any. `nav_usdt` is the NAV it is for."""

    kind: Kind
    settings: tuple[Setting, ...]
    margin_usdt: Decimal
    nav_usdt: Decimal

    @property
    def text(self) -> str:
        """The whole fix in one line."""
        margin = [f"add {plain(self.margin_usdt)} USDT: NAV {plain(self.nav_usdt)}"] if self.margin_usdt else []
        return "  and  ".join([*margin, *(each.line for each in self.settings)])


def fixes(told: Check) -> tuple[Fix, ...]:
    """Every way out of a conflict that can be configured or paid in."""
    return tuple(_fix(told, way) for way in ways_out(told) if all(_taken(each) for each in way.changes))


def _fix(told: Check, way: Way) -> Fix:
    settings = tuple(Setting(each.key, shown(each.old), shown(each.new)) for each in way.changes)
    return Fix(way.kind, settings, way.margin_usdt, told.asked.nav_usdt + way.margin_usdt)


def _taken(change: Change) -> bool:
    """Whether the key may hold the value."""
    most = catalogue()[change.key].most
    return most is None or isinstance(change.new, tuple) or bool(change.new <= most)  # type: ignore[operator]
