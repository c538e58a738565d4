"""What the executor may ask of an exchange, and what it must be handed: ports, with no word about HTTP or ccxt.

Reads answer with inputs of the core, or ReadFailed; writes answer with what came back, raw. Nothing raises for wire
matters (X6, X7).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hedgectl.core.model.input import (
    BracketsTaken,
    ClockMeasured,
    InstrumentsTaken,
    LeveragesTaken,
    LeverageTaken,
    LookedUp,
    QuotesTaken,
    ReadFailed,
    SnapshotTaken,
    StreamChanged,
    TradesTaken,
)
from hedgectl.core.model.order import Mode, Prepared
from hedgectl.core.model.reply import Answer

if TYPE_CHECKING:
    from hedgectl.venue.barred import Barred
    from hedgectl.venue.rights import KeyRights

Symbols = tuple[str, ...]


class Clock(Protocol):
    """Times in ms: monotonic for timers, wall (UTC) for stamps; sleeping follows the monotonic one."""

    def mono_ms(self) -> int: ...

    def wall_ms(self) -> int: ...

    async def sleep_ms(self, ms: int) -> None: ...


class ExchangeClock(Protocol):
    """The exchange's time as last measured. The venue tells it each new offset to the wall clock (X9)."""

    def now_ms(self) -> int: ...

    def measured(self, offset_ms: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ModeTaken:
    """The account's position mode, with the raw payload, the source that answered, and all that were tried (X2)."""

    mode: Mode
    raw: str
    source: str
    tried: tuple[str, ...]


class Market(Protocol):
    """The market and its rules."""

    async def quotes(self, symbols: Symbols) -> QuotesTaken | ReadFailed: ...

    async def instruments(self, symbols: Symbols) -> InstrumentsTaken | ReadFailed: ...

    async def clock(self) -> ClockMeasured | ReadFailed: ...


class Venue(Market, Protocol):
    """The account and its orders."""

    async def send(self, order: Prepared) -> Answer: ...

    async def cancel(self, client_id: str, symbol: str, conditional: bool) -> Answer: ...

    async def look(self, client_id: str, symbol: str, conditional: bool) -> LookedUp: ...

    async def trades(self, symbol: str, since_ms: int) -> TradesTaken | ReadFailed: ...

    async def snapshot(self, symbols: Symbols | None = None) -> SnapshotTaken | ReadFailed: ...

    async def mode(self) -> ModeTaken | ReadFailed: ...

    async def leverages(self, symbols: Symbols) -> LeveragesTaken | ReadFailed: ...

    async def brackets(self, symbols: Symbols) -> BracketsTaken | ReadFailed: ...

    async def set_leverage(self, symbol: str, leverage: int) -> LeverageTaken | ReadFailed: ...

    async def rights(self) -> KeyRights | ReadFailed: ...

    async def barred(self) -> tuple[Barred, ...] | ReadFailed: ...

    async def try_order(self, order: Prepared) -> Answer: ...

    async def close(self) -> None: ...


class ListenKeys(Protocol):
    """The key of the user stream: made, kept alive, withdrawn."""

    async def create_listen_key(self) -> str | ReadFailed: ...

    async def keep_listen_key(self) -> str | ReadFailed: ...

    async def delete_listen_key(self) -> None: ...


OnRaw = Callable[[bytes, int], None]
OnChange = Callable[[StreamChanged], None]
Push = Callable[[bytes], None]
Alive = Callable[[], None]
OnGone = Callable[[str], None]


class Feed(Protocol):
    """One live subscription."""

    async def close(self) -> None: ...


Connect = Callable[[str, Push, Alive, OnGone], Awaitable["Feed | str"]]
"""(listen key, push, alive, gone) -> a Feed, or why there is none. `push` gets raw events, `alive` is told of signs of
life that are no events, `gone` why the feed ended."""


class UserStream(Protocol):
    """Raw user events as they come, and every gap in them."""

    async def run(self, on_raw: OnRaw, on_change: OnChange) -> None: ...

    def suspect(self, why: str) -> None: ...

    async def close(self) -> None: ...
