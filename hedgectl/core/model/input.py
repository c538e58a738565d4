"""Everything that can happen to the executor: the inputs of `decide`.

Frozen data made at the edges. An input that leads to events is journaled with the volatile values it used, so that a
journal replays through today's decisions (DESIGN 1.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgectl.core.model.evidence import AlgoRow, OrderRow, PositionRow, Quote, TradeRow, Wallet
from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.intent import Entry, Exit
from hedgectl.core.model.leverage import Bracket, SymbolLeverage
from hedgectl.core.model.order import Mode, Prepared
from hedgectl.core.model.reply import Answer


@dataclass(frozen=True, slots=True)
class Started:
    """The process began: first input of a run. `settings_hash` names the configuration; `despite` are the checks whose
    failing somebody overrode."""

    run_id: str
    version: str
    environment: str
    settings_hash: str
    despite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntentReceived:
    """A well-formed intent. `origin` is where it came in: inbox, file, stdin, demo."""

    intent: Entry | Exit
    origin: str = "inbox"


@dataclass(frozen=True, slots=True)
class IntentInvalid:
    """A malformed intent: refused by the intake with a code, the field and a hint. `intent_id` may be empty."""

    intent_id: str
    code: str
    field: str
    found: str
    hint: str
    origin: str = "inbox"


@dataclass(frozen=True, slots=True)
class CreateAnswered:
    """What came back for a create. `handed_ms` is the exchange time at which it was handed to the transport."""

    client_id: str
    answer: Answer
    handed_ms: int


@dataclass(frozen=True, slots=True)
class CreateVoided:
    """A prepared order that never left: it waited longer than it may (DESIGN, Lanes) or the journal died."""

    client_id: str
    why: str


@dataclass(frozen=True, slots=True)
class CancelAnswered:
    """What came back for a cancel of ours."""

    client_id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer to "does this order exist": a row; or `not_found` (-2013: a statement, not yet a proof); or neither,
    with `why` the question failed. `server_ms` is the exchange's time, asked after the look, 0 if it failed; `status`
    and `until_ms` as in ReadFailed."""

    client_id: str
    row: OrderRow | AlgoRow | None
    not_found: bool
    why: str = ""
    server_ms: int = 0
    status: int = 0
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class OrderUpdated:
    """User stream, ORDER_TRADE_UPDATE: the order's new state, and the fill if this was one."""

    row: OrderRow
    execution: str
    trade: TradeRow | None = None


@dataclass(frozen=True, slots=True)
class AlgoUpdated:
    """User stream, ALGO_UPDATE."""

    row: AlgoRow


@dataclass(frozen=True, slots=True)
class PositionsUpdated:
    """User stream, ACCOUNT_UPDATE: changed legs and why (ORDER, FUNDING_FEE, ...)."""

    rows: tuple[PositionRow, ...]
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class StreamChanged:
    """The user stream came up, or fell silent or away: `up` False means events may have been missed."""

    up: bool
    why: str


@dataclass(frozen=True, slots=True)
class TradesTaken:
    """Own trades of a symbol from `since_ms` on; `complete` when no page limit was hit."""

    symbol: str
    rows: tuple[TradeRow, ...]
    since_ms: int
    complete: bool
    server_ms: int


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """One pass over the account: legs, ordinary and conditional open orders, money, mode. `asked_ms` is the exchange
    time when the first request left; everything in it is at least that fresh."""

    positions: tuple[PositionRow, ...]
    orders: tuple[OrderRow, ...]
    algos: tuple[AlgoRow, ...]
    wallet: Wallet
    mode: Mode
    mode_raw: str
    mode_source: str
    asked_ms: int
    weight_used: int = 0


@dataclass(frozen=True, slots=True)
class QuotesTaken:
    """The market now."""

    quotes: tuple[Quote, ...]
    weight_used: int = 0


@dataclass(frozen=True, slots=True)
class InstrumentsTaken:
    """The trading rules of all symbols of interest, and the order-count and weight limits that the exchange states."""

    instruments: tuple[Instrument, ...]
    weight_limit_1m: int
    order_limit_10s: int
    order_limit_1m: int


@dataclass(frozen=True, slots=True)
class LeveragesTaken:
    """The account's leverage of the symbols of interest; `asked_ms` is the exchange time when the request left."""

    leverages: tuple[SymbolLeverage, ...]
    asked_ms: int


@dataclass(frozen=True, slots=True)
class LeverageTaken:
    """A symbol's leverage, read back after a set; `answer` is what came back for the set itself, which proves less."""

    symbol: str
    leverage: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class BracketsTaken:
    """The leverage brackets of the symbols of interest, by symbol and rising notional."""

    brackets: tuple[Bracket, ...]


@dataclass(frozen=True, slots=True)
class ClockMeasured:
    """Offset of the exchange's clock to ours, and the round trip it was measured over."""

    offset_ms: int
    round_trip_ms: int


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """A read gave up: which one (snapshot, trades, quotes, instruments, leverages, leverage after a set, brackets,
    clock), of what, and why.

    `status` 429 or 418: the exchange asked to wait until `until_ms` (exchange time); 0: it asked for nothing.
    """

    what: str
    symbol: str
    why: str
    status: int = 0
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class ReadRetried:
    """A read is asked again in `wait_ms`; `attempt` is the one that failed."""

    what: str
    attempt: int
    wait_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """Something beside the loop (a source of intents, the screen, the stream's keeper) broke and is started anew."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class SinkChanged:
    """A sink of telemetry went down (`why` says how), or is up again (`why` is ""). Nothing depends on it (L10)."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class KillAsked:
    """The kill switch: `mode` is entries, cancel or flatten; `by` says who pulled it (R7)."""

    mode: str
    why: str
    by: str = "person"


@dataclass(frozen=True, slots=True)
class KillActed:
    """Orders that the kill switch sent by a client of its own while no run answered: ours, their answers not known."""

    orders: tuple[Prepared, ...]


@dataclass(frozen=True, slots=True)
class RearmAsked:
    """A person allows entries again."""

    why: str
    by: str = "person"


@dataclass(frozen=True, slots=True)
class StopRequested:
    """A person or the service asks for an end: entries off, own resting entries cancelled, protection left in place."""

    why: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed. Comes at least each second, and at each requested wake."""


Input = (
    Started
    | IntentReceived
    | IntentInvalid
    | CreateAnswered
    | CreateVoided
    | CancelAnswered
    | LookedUp
    | OrderUpdated
    | AlgoUpdated
    | PositionsUpdated
    | StreamChanged
    | TradesTaken
    | SnapshotTaken
    | QuotesTaken
    | InstrumentsTaken
    | LeveragesTaken
    | LeverageTaken
    | BracketsTaken
    | ClockMeasured
    | ReadFailed
    | ReadRetried
    | SourceFailed
    | SinkChanged
    | KillAsked
    | KillActed
    | RearmAsked
    | StopRequested
    | Tick
)
