"""What `decide` asks the runtime to do. The runtime performs them and feeds what comes back in as inputs.

A command that follows from an event waits until that event is durable (journal before act); the runtime knows from
`Decision` which do.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgectl.core.model.order import Lane, Prepared


@dataclass(frozen=True, slots=True)
class Send:
    """Send a prepared order, after its event is durable; void it if it waited longer than `void_after_ms`."""

    order: Prepared
    void_after_ms: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Withdraw an order of ours by client id."""

    client_id: str
    symbol: str
    conditional: bool
    lane: Lane


@dataclass(frozen=True, slots=True)
class Look:
    """Ask whether an order exists, by client id, and the exchange's time afterwards."""

    client_id: str
    symbol: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class ReadTrades:
    """Own trades of a symbol since an exchange time."""

    symbol: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """One pass over the account (positions, open orders of both kinds, wallet, mode)."""

    why: str


@dataclass(frozen=True, slots=True)
class ReadInstruments:
    """The trading rules again."""

    why: str


@dataclass(frozen=True, slots=True)
class ReadLeverages:
    """The account's leverage of every symbol (R9)."""

    why: str


@dataclass(frozen=True, slots=True)
class ReadBrackets:
    """How much leverage the exchange allows by notional (R9)."""

    why: str


@dataclass(frozen=True, slots=True)
class SetLeverage:
    """Set a symbol's leverage once and read it back, after the event that holds an entry for it is durable."""

    symbol: str
    leverage: int
    void_after_ms: int


@dataclass(frozen=True, slots=True)
class MeasureClock:
    """Measure the offset again (X9)."""

    why: str


@dataclass(frozen=True, slots=True)
class SuspectStream:
    """The user stream kept a fact to itself that REST showed: subscribe anew (streams carry no sequence)."""

    why: str


@dataclass(frozen=True, slots=True)
class Wake:
    """A Tick no later than this monotonic time."""

    mono_ms: int


Command = (
    Send
    | Cancel
    | Look
    | ReadTrades
    | ReadSnapshot
    | ReadInstruments
    | ReadLeverages
    | ReadBrackets
    | SetLeverage
    | MeasureClock
    | SuspectStream
    | Wake
)
