"""What the embedded exchange keeps: rules of a symbol, orders, conditional orders, positions, trades, income.

Plain records; the rules live beside, the wire's shapes in `wire`. Money, price, quantity: Decimal; times: exchange ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
PERPETUAL_DELIVERY_MS = 4133404800000


class Refusal(Exception):
    """The exchange says no: `code` of its error table, `args` for the table's text (%s), never executed."""

    def __init__(self, code: int, *texts: object) -> None:
        super().__init__(code, *texts)
        self.code, self.texts = code, texts


@dataclass(frozen=True, slots=True)
class Bracket:
    """One step of the leverage table: notional in [floor, cap) allows `leverage`; `cum` is the maintenance amount."""

    number: int
    leverage: int
    notional_floor: Decimal
    notional_cap: Decimal
    maint_ratio: Decimal
    cum: Decimal


@dataclass(slots=True)
class Spec:
    """A symbol's rules (exchangeInfo) and what the market needs to make prices for it."""

    symbol: str
    base: str
    tick: Decimal
    step: Decimal
    min_qty: Decimal
    max_qty: Decimal
    market_max_qty: Decimal
    min_price: Decimal
    max_price: Decimal
    min_notional: Decimal
    multiplier_up: Decimal
    multiplier_down: Decimal
    price_precision: int
    qty_precision: int
    anchor_price: Decimal
    quote: str = "USDT"
    status: str = "TRADING"
    max_orders: int = 200
    trigger_protect: Decimal = Decimal("0.0500")
    take_bound: Decimal = Decimal("0.05")
    liquidation_fee: Decimal = Decimal("0.012500")
    maker_fee: Decimal = Decimal("0.0002")
    taker_fee: Decimal = Decimal("0.0005")
    onboard_ms: int = 1569398400000
    delivery_ms: int = PERPETUAL_DELIVERY_MS
    funding_interval_h: int = 8
    underlying_sub_type: tuple[str, ...] = ()
    brackets: tuple[Bracket, ...] = ()


@dataclass(slots=True)
class Quote:
    """The market of one symbol now. `last` is the last trade, `mark` drives PnL, liquidation, price bands."""

    symbol: str
    bid: Decimal
    bid_qty: Decimal
    ask: Decimal
    ask_qty: Decimal
    last: Decimal
    mark: Decimal
    index: Decimal
    funding_rate: Decimal
    next_funding_ms: int
    time_ms: int
    update_id: int = 0


@dataclass(slots=True)
class NewOrder:
    """An ordinary order as asked for, after the wire's own checks; None means "not sent"."""

    symbol: str
    side: str
    type: str
    position_side: str | None = None
    tif: str | None = None
    qty: Decimal | None = None
    price: Decimal | None = None
    reduce_only: bool | None = None
    client_id: str | None = None
    resp_type: str = "ACK"
    price_match: str = "NONE"
    stp: str = "EXPIRE_MAKER"
    good_till_ms: int = 0


@dataclass(slots=True)
class Order:
    """An ordinary order: `queue_ahead` is the quantity that trades before it at its price (maker only)."""

    order_id: int
    client_id: str
    symbol: str
    side: str
    type: str
    tif: str
    position_side: str
    qty: Decimal
    price: Decimal
    reduce_only: bool
    time_ms: int
    update_ms: int
    orig_type: str = "LIMIT"
    close_position: bool = False
    stop_price: Decimal = ZERO
    working_type: str = "CONTRACT_PRICE"
    price_protect: bool = False
    price_match: str = "NONE"
    stp: str = "EXPIRE_MAKER"
    good_till_ms: int = 0
    status: str = "NEW"
    executed: Decimal = ZERO
    cum_quote: Decimal = ZERO
    expire_reason: int = 0
    modify_id: int = 0
    amendments: int = 0
    queue_ahead: Decimal = ZERO
    algo_id: int = 0

    @property
    def open(self) -> bool:
        return self.status in ("NEW", "PARTIALLY_FILLED")

    @property
    def left(self) -> Decimal:
        return self.qty - self.executed

    @property
    def avg_price(self) -> Decimal:
        return self.cum_quote / self.executed if self.executed else ZERO


@dataclass(slots=True)
class NewAlgo:
    """A conditional order as asked for, after the wire's own checks; None means "not sent"."""

    symbol: str
    side: str
    type: str
    position_side: str | None = None
    tif: str = "GTC"
    qty: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    working_type: str = "CONTRACT_PRICE"
    price_match: str = "NONE"
    close_position: bool = False
    price_protect: bool = False
    reduce_only: bool | None = None
    activate_price: Decimal | None = None
    callback_rate: Decimal | None = None
    client_id: str | None = None
    stp: str = "EXPIRE_MAKER"
    good_till_ms: int = 0


@dataclass(slots=True)
class Algo:
    """A conditional order: NEW -> TRIGGERING -> TRIGGERED -> FINISHED, or CANCELED, REJECTED, EXPIRED."""

    algo_id: int
    client_id: str
    symbol: str
    side: str
    type: str
    position_side: str
    tif: str
    qty: Decimal
    price: Decimal
    trigger_price: Decimal
    create_ms: int
    update_ms: int
    working_type: str = "CONTRACT_PRICE"
    price_match: str = "NONE"
    close_position: bool = False
    price_protect: bool = False
    reduce_only: bool = False
    activate_price: Decimal = ZERO
    callback_rate: Decimal = ZERO
    stp: str = "EXPIRE_MAKER"
    good_till_ms: int = 0
    status: str = "NEW"
    trigger_ms: int = 0
    activated: bool = False
    extreme: Decimal = ZERO
    actual_order_id: int = 0
    actual_price: Decimal = ZERO
    actual_qty: Decimal = ZERO
    actual_type: str = ""
    reject_reason: str = ""

    @property
    def open(self) -> bool:
        return self.status in ("NEW", "TRIGGERING")


@dataclass(slots=True)
class Position:
    """One leg. `position_side` BOTH (signed), LONG (>= 0) or SHORT (<= 0: negative as on the wire)."""

    symbol: str
    position_side: str
    qty: Decimal = ZERO
    entry_price: Decimal = ZERO
    break_even: Decimal = ZERO
    realised: Decimal = ZERO
    isolated_wallet: Decimal = ZERO
    update_ms: int = 0


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill of ours. `realised` is gross of fees."""

    trade_id: int
    order_id: int
    symbol: str
    side: str
    position_side: str
    price: Decimal
    qty: Decimal
    fee: Decimal
    fee_asset: str
    realised: Decimal
    maker: bool
    time_ms: int

    @property
    def quote_qty(self) -> Decimal:
        return self.price * self.qty


@dataclass(frozen=True, slots=True)
class Income:
    """One line of the account's ledger as the exchange shows it (GET /fapi/v1/income)."""

    symbol: str
    type: str
    amount: Decimal
    asset: str
    info: str
    time_ms: int
    tran_id: int
    trade_id: str = ""


@dataclass(slots=True)
class SymbolConfig:
    """A symbol's settings on the account."""

    leverage: int = 20
    isolated: bool = False


@dataclass(frozen=True, slots=True)
class Switches:
    """What the reference calls open (section 8), each a named switch with the assumed default."""

    duplicate_id_after_close: bool = False  # 1: -4116 also for recently closed ids
    hedge_reduce_only_false_refused: bool = True  # 2: reduceOnly=false in hedge mode is -1106
    hedge_close_below_min_notional: bool = True  # 3: closing legs are exempt from MIN_NOTIONAL
    hedge_oversized_close_shrinks: bool = False  # 4: False: -2022, True: the quantity shrinks to the position
    child_client_id_is_algos: bool = True  # 6: the triggered child carries the clientAlgoId
    cancel_all_touches_algo: bool = False  # 7: allOpenOrders and countdownCancelAll cancel algo orders too
    throttled_may_execute: bool = False  # 8: a -1008 may have executed
    ack_has_fill_fields: bool = False  # acks carry avgPrice and cumQuote (before July 2026)
    post_only_expires: bool = False  # GTX past the touch is accepted and EXPIRED instead of -5022
    closing_budget_strict: bool = False  # True: resting closes use up the position, a further close is -2022


@dataclass(slots=True)
class LedgerEntry:
    """What really happened, in order: only the oracle and the run's summary may read it."""

    time_ms: int
    kind: str  # order, fill, position, algo, cover, income, manual, status
    symbol: str
    body: dict[str, object] = field(default_factory=dict)
