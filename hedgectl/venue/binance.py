"""Binance USD-M futures behind the Venue port: writes once, reads with the shared helper, nothing raised for the wire.

What an answer proves is decided in core/orders/outcome; here only `look` reads one, as "not found" is a statement of
two codes and of nothing else (L9).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from hedgectl.core.model.evidence import AlgoRow, OrderRow
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
    TradesTaken,
)
from hedgectl.core.model.order import Prepared
from hedgectl.core.model.reply import Answer, Reply
from hedgectl.core.orders.outcome import GONE, error_of
from hedgectl.core.orders.params import wire_params
from hedgectl.venue.account import read_leverage, read_mode, read_snapshot
from hedgectl.venue.asking import NO_PARAMS, Asking, Failed
from hedgectl.venue.barred import Barred, read_barred
from hedgectl.venue.ccxt_client import Asked, Client
from hedgectl.venue.endpoints import (
    ALGO_CANCEL,
    ALGO_GET,
    LISTEN_KEY_END,
    LISTEN_KEY_KEEP,
    LISTEN_KEY_NEW,
    ORDER_CANCEL,
    ORDER_GET,
    ORDER_TEST,
    Endpoint,
)
from hedgectl.venue.fields import MALFORMED, text
from hedgectl.venue.leverage import read_brackets, read_leverages
from hedgectl.venue.limits import VenueLimits
from hedgectl.venue.market import read_clock, read_instruments, read_quotes
from hedgectl.venue.port import Clock, ExchangeClock, ModeTaken, Symbols
from hedgectl.venue.rates import Rates
from hedgectl.venue.retry import OnRetry, Reader, why
from hedgectl.venue.rights import KeyRights, read_rights
from hedgectl.venue.rows import algo_row, order_row
from hedgectl.venue.trades import read_trades
from hedgectl.venue.wire import leverage_write, order_write

T = TypeVar("T")

AHEAD_MS = 1_000


def _silent_retry(what: str, attempt: int, wait_ms: int, reason: str) -> None:
    """Nobody listens."""


def _silent_clock(measured: ClockMeasured) -> None:
    """Nobody listens."""


def _silent_note(what: str, ccxt_class: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Notices:
    """Who hears of retries (venue.retry), of clock measurements that -1021 caused, and of ccxt's name for an error."""

    on_retry: OnRetry = _silent_retry
    on_clock: Callable[[ClockMeasured], None] = _silent_clock
    on_noted: Callable[[str, str], None] = _silent_note


class Binance:
    """The account of `client`. `clock` paces, `exchange` is the exchange's time and is told each new offset."""

    def __init__(
        self,
        client: Client,
        clock: Clock,
        exchange: ExchangeClock,
        rng: Random,
        limits: VenueLimits | None = None,
        notices: Notices | None = None,
    ) -> None:
        self.client, self.limits = client, limits or VenueLimits()
        self.notices = notices or Notices()
        self._clock, self._exchange = clock, exchange
        reader = Reader(clock, rng, self.limits, self.notices.on_retry, self._resync, self._hushed)
        self._asking = Asking(client, reader, self.limits)
        self._asking_rules = Asking(client, replace(reader, hushed=self._told_to_wait), self.limits)
        self._resyncs_ms: deque[int] = deque(maxlen=self.limits.resyncs_max)

    @property
    def rates(self) -> Rates:
        """What the exchange last said about its limits."""
        return self.client.rates

    async def send(self, order: Prepared) -> Answer:
        """Send once. Given up when the exchange can no longer accept it (timestamp + recvWindow + 1 s)."""
        timeout_ms = min(self.limits.write_timeout_ms, order.recv_window_ms + AHEAD_MS)
        write = order_write(order)
        return await self._write(write.endpoint, write.params, timeout_ms)

    async def cancel(self, client_id: str, symbol: str, conditional: bool) -> Answer:
        """Withdraw once, by client id."""
        endpoint = ALGO_CANCEL if conditional else ORDER_CANCEL
        return await self._write(endpoint, _by_id(client_id, symbol, conditional), self.limits.write_timeout_ms)

    async def look(self, client_id: str, symbol: str, conditional: bool) -> LookedUp:
        """Whether the exchange shows an order of this id, then its time. Transport errors are never "not found"."""
        endpoint = ALGO_GET if conditional else ORDER_GET
        params = _by_id(client_id, symbol, conditional)
        ask = self.client.ask
        asked = await self._asking.reader.read(
            endpoint.name, lambda: ask(endpoint, params, self.limits.read_timeout_ms)
        )
        row, reason = _found(asked, client_id, conditional)
        not_found = row is None and _says_not_found(asked.answer)
        server_ms = await self._asking.server_ms()
        rates, told = self.client.rates, row is None and not not_found
        waits = told and rates.retry_after_ms > self._exchange.now_ms()
        status, until_ms = (418 if rates.banned else 429, rates.retry_after_ms) if waits else (0, 0)
        return LookedUp(client_id, row, not_found, "" if not_found else reason, server_ms, status, until_ms)

    async def trades(self, symbol: str, since_ms: int) -> TradesTaken | ReadFailed:
        """Own fills of a symbol."""
        return self._stopped(await read_trades(self._asking, symbol, since_ms))

    async def snapshot(self, symbols: Symbols | None = None) -> SnapshotTaken | ReadFailed:
        """The whole account, or a failure that names the part."""
        return self._stopped(await read_snapshot(self._asking, symbols, self._exchange.now_ms()))

    async def mode(self) -> ModeTaken | ReadFailed:
        """Position mode as the account says it (X2)."""
        return await read_mode(self._asking)

    async def quotes(self, symbols: Symbols) -> QuotesTaken | ReadFailed:
        """The market now."""
        return self._stopped(await read_quotes(self._asking, symbols))

    async def instruments(self, symbols: Symbols) -> InstrumentsTaken | ReadFailed:
        """Trading rules and rate limits. Asked however much weight is used: they cost 1, and tell how much there is."""
        read = await read_instruments(self._asking_rules, symbols)
        if isinstance(read, InstrumentsTaken):
            self.client.rates.weight_limit_1m = read.weight_limit_1m or self.client.rates.weight_limit_1m
        return self._stopped(read)

    async def clock(self) -> ClockMeasured | ReadFailed:
        """Measure the exchange's clock, and tell `exchange` (X9)."""
        measured = await read_clock(self._asking, self._clock)
        if isinstance(measured, ClockMeasured):
            self._exchange.measured(measured.offset_ms)
        return measured

    async def leverage(self, symbol: str) -> int | ReadFailed:
        """The leverage of a symbol, as the account has it."""
        return await read_leverage(self._asking, symbol)

    async def leverages(self, symbols: Symbols) -> LeveragesTaken | ReadFailed:
        """The leverage of symbols, as the account has it."""
        return self._stopped(await read_leverages(self._asking, symbols, self._exchange.now_ms()))

    async def brackets(self, symbols: Symbols) -> BracketsTaken | ReadFailed:
        """How much leverage the exchange allows by notional."""
        return self._stopped(await read_brackets(self._asking, symbols))

    async def set_leverage(self, symbol: str, leverage: int) -> LeverageTaken | ReadFailed:
        """Set once, and read back what holds now: the answer to the write is not taken for it (R9). An entry waits for
        it, and reading back decides, so it is given up as soon as a read is."""
        write = leverage_write(symbol, leverage)
        answer = await self._write(write.endpoint, write.params, self.limits.read_timeout_ms)
        read = self._stopped(await self.leverage(symbol))
        return read if isinstance(read, ReadFailed) else LeverageTaken(symbol, read, answer)

    async def rights(self) -> KeyRights | ReadFailed:
        """What our key may do."""
        return await read_rights(self._asking)

    async def barred(self) -> tuple[Barred, ...] | ReadFailed:
        """Where entries are refused by the exchange's quantitative rules, and until when."""
        return await read_barred(self._asking)

    async def try_order(self, order: Prepared) -> Answer:
        """Have an order checked as if it were sent, and not placed (X11). Raises ValueError for a conditional one:
        nothing checks those."""
        if order.kind.conditional:
            raise ValueError(f"{order.client_id}: conditional orders cannot be tried")
        return await self._write(ORDER_TEST, wire_params(order), self.limits.read_timeout_ms)

    async def create_listen_key(self) -> str | ReadFailed:
        """The live key, extended, or a new one."""
        return await self._listen_key(LISTEN_KEY_NEW)

    async def keep_listen_key(self) -> str | ReadFailed:
        """The live key, extended; a failure with -1125 when it is gone."""
        return await self._listen_key(LISTEN_KEY_KEEP)

    async def delete_listen_key(self) -> None:
        """End the key; a failure is harmless, it dies by itself within the hour."""
        await self._write(LISTEN_KEY_END, NO_PARAMS, self.limits.write_timeout_ms)

    async def close(self) -> None:
        """Close the transport."""
        await self.client.close()

    def _hushed(self) -> bool:
        """Nothing is read while the exchange asks to wait, or once this minute's weight is nearly used up; but the
        clock, without which nothing can leave."""
        spent = self.client.rates.spent(self.limits.read_weight_share, self._exchange.now_ms())
        return spent or self._told_to_wait()

    def _told_to_wait(self) -> bool:
        return self.client.rates.retry_after_ms > self._exchange.now_ms()

    def _stopped(self, read: T | ReadFailed) -> T | ReadFailed:
        """A read that failed while the exchange asks us to wait says so: reading on would lengthen a ban (X8)."""
        rates = self.client.rates
        if isinstance(read, ReadFailed) and rates.retry_after_ms > self._exchange.now_ms():
            return replace(read, status=418 if rates.banned else 429, until_ms=rates.retry_after_ms)
        return read

    async def _write(self, endpoint: Endpoint, params: Mapping[str, str], timeout_ms: int) -> Answer:
        asked = await self.client.ask(endpoint, params, timeout_ms)
        if asked.noted:
            self.notices.on_noted(endpoint.name, asked.noted)
        return asked.answer

    async def _listen_key(self, endpoint: Endpoint) -> str | ReadFailed:
        key = await self._asking.get(endpoint, NO_PARAMS, lambda asked: text(asked.data["listenKey"]))
        return ReadFailed("listen_key", "", key.why) if isinstance(key, Failed) else key

    async def _resync(self) -> None:
        """Measure the clock because a timestamp was refused; bounded (X9)."""
        now_ms, recent = self._clock.mono_ms(), self._resyncs_ms
        if len(recent) == recent.maxlen and now_ms - recent[0] < self.limits.resync_window_ms:
            return
        recent.append(now_ms)
        measured = await self.clock()
        if isinstance(measured, ClockMeasured):
            self.notices.on_clock(measured)


def _by_id(client_id: str, symbol: str, conditional: bool) -> dict[str, str]:
    return {"symbol": symbol, ("clientAlgoId" if conditional else "origClientOrderId"): client_id}


def _says_not_found(answer: Answer) -> bool:
    error = error_of(answer)
    return isinstance(answer, Reply) and 400 <= answer.status < 500 and error is not None and error[0] in GONE


def _found(asked: Asked, client_id: str, conditional: bool) -> tuple[OrderRow | AlgoRow | None, str]:
    """(the row, "") or (None, why there is none)."""
    if asked.noted or asked.data is None:
        return None, why(asked)
    try:
        row = algo_row(asked.data) if conditional else order_row(asked.data)
    except MALFORMED as wrong:
        return None, f"malformed, {type(wrong).__name__}: {wrong}"
    return (row, "") if row.client_id == client_id else (None, "the exchange showed another order")
