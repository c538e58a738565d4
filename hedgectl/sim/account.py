"""The account's money and legs: how a fill moves entry price, realised profit, break-even and wallet.

Wallet, fees and profits are rounded to 8 decimals, so the wallet is always the first balance plus all income lines.
Margins are computed in `margin`; which orders may trade is decided in `admission`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from hedgectl.sim.model import ZERO, Income, Position
from hedgectl.sim.shelf import Shelf
from hedgectl.sim.side_rules import BOTH, BUY, LONG, SHORT

CENT = Decimal("0.00000001")
VERSIONS_MAX = 512
ASSET = "USDT"

SIDES = (BOTH, LONG, SHORT)

LegKey = tuple[str, str]


def opened(leg: Position, signed: Decimal, price: Decimal, fee: Decimal) -> None:
    """Adds to a leg: entry is weighted by size, break-even also carries the fee."""
    size, more = abs(leg.qty), abs(signed)
    total = size + more
    cost = price * more
    leg.entry_price = (leg.entry_price * size + cost) / total
    burden = fee if signed > ZERO else -fee
    leg.break_even = (leg.break_even * size + cost + burden) / total
    leg.qty += signed


def reduced(leg: Position, signed: Decimal, price: Decimal, fee: Decimal) -> Decimal:
    """Takes from a leg at most all of it; entry stays, profit is realised (USDT, gross of fees)."""
    before = leg.qty
    profit = ((leg.entry_price - price) * signed).quantize(CENT)
    leg.qty = before + signed
    if leg.qty:
        burden = fee if before > ZERO else -fee
        leg.break_even = (leg.break_even * abs(before) - price * abs(signed) + burden) / abs(leg.qty)
    else:
        leg.entry_price = leg.break_even = ZERO
    leg.realised += profit
    return profit


class Account:
    """Wallet, legs, income. `live` holds the legs that have a quantity; every change keeps a version."""

    def __init__(self, balance: Decimal, start_ms: int) -> None:
        self.wallet = balance
        self.start_ms = self.update_ms = start_ms
        self.legs: dict[LegKey, Position] = {}
        self.live: dict[LegKey, Position] = {}
        self.incomes: Shelf[Income] = Shelf()
        self._versions: defaultdict[LegKey, deque[Position]] = defaultdict(lambda: deque(maxlen=VERSIONS_MAX))
        self._tran_id = start_ms * 1000

    def leg(self, symbol: str, position_side: str) -> Position:
        """The leg, made when it does not exist yet."""
        key = (symbol, position_side)
        leg = self.legs.get(key)
        if leg is None:
            leg = self.legs[key] = Position(symbol, position_side)
        return leg

    def qty(self, symbol: str, position_side: str) -> Decimal:
        leg = self.live.get((symbol, position_side))
        return leg.qty if leg is not None else ZERO

    def live_of(self, symbol: str) -> list[Position]:
        """The legs of a symbol that have a quantity."""
        live = self.live
        return [live[symbol, side] for side in SIDES if (symbol, side) in live]

    @property
    def isolated_wallet(self) -> Decimal:
        return sum((leg.isolated_wallet for leg in self.live.values()), ZERO)

    def fill(
        self, leg: Position, side: str, price: Decimal, qty: Decimal, fee: Decimal, isolated_leverage: int, now_ms: int
    ) -> Decimal:
        """Moves a leg by a fill and returns the profit realised. `isolated_leverage` 0: cross margin.

        A one-way order beyond the position closes it and opens the rest at the same price.
        """
        signed = qty if side == BUY else -qty
        before = leg.qty
        profit = ZERO
        if not before or (before > ZERO) == (signed > ZERO):
            opened(leg, signed, price, fee)
        elif qty <= abs(before):
            profit = reduced(leg, signed, price, fee)
        else:
            profit = reduced(leg, -before, price, ZERO)
            opened(leg, signed + before, price, fee)
        if isolated_leverage or leg.isolated_wallet:
            self._move_isolated(leg, before, price, isolated_leverage)
        self.wallet += profit - fee
        self.keep(leg, now_ms)
        return profit

    def _move_isolated(self, leg: Position, before: Decimal, price: Decimal, leverage: int) -> None:
        if not leg.qty or not leverage:
            leg.isolated_wallet = ZERO
        elif not before or (before > ZERO) != (leg.qty > ZERO):
            leg.isolated_wallet = (abs(leg.qty) * price / leverage).quantize(CENT)
        elif abs(leg.qty) > abs(before):
            leg.isolated_wallet += ((abs(leg.qty) - abs(before)) * price / leverage).quantize(CENT)
        else:
            leg.isolated_wallet = (leg.isolated_wallet * leg.qty / before).quantize(CENT)

    def keep(self, leg: Position, now_ms: int) -> None:
        """Records that the leg has changed now."""
        leg.update_ms = self.update_ms = now_ms
        key = (leg.symbol, leg.position_side)
        if leg.qty:
            self.live[key] = leg
        else:
            self.live.pop(key, None)
        self._versions[key].append(copy_of(leg))

    def income(self, symbol: str, kind: str, amount: Decimal, now_ms: int, info: str = "", trade_id: str = "") -> None:
        """Adds a line to the income history; the wallet is moved by the caller."""
        self._tran_id += 1
        self.incomes.append(Income(symbol, kind, amount, ASSET, info, now_ms, self._tran_id, trade_id))

    def rows(self, symbols: Iterable[str], hedge: bool, as_of_ms: int | None, flat: bool) -> list[Position]:
        """Copies of the legs of the mode (`flat`: zero rows too), and of any other leg that still has a quantity."""
        shown = (LONG, SHORT) if hedge else (BOTH,)
        legs = self.legs
        rows: list[Position] = []
        for symbol in symbols:
            for side in SIDES:
                key = (symbol, side)
                row = self._as_of(key, as_of_ms) if key in legs else None
                if row is not None and row.qty:
                    rows.append(row)
                elif flat and side in shown:
                    rows.append(row or Position(symbol, side))
        return rows

    def _as_of(self, key: LegKey, as_of_ms: int | None) -> Position | None:
        leg = self.legs.get(key)
        if leg is None:
            return None
        if as_of_ms is None or leg.update_ms <= as_of_ms:
            return copy_of(leg)
        versions = self._versions[key]
        for version in reversed(versions):
            if version.update_ms <= as_of_ms:
                return replace(version)
        return replace(versions[0]) if len(versions) == VERSIONS_MAX else None


def copy_of(leg: Position) -> Position:
    """A snapshot of a leg (`dataclasses.replace` costs three times as much on this path)."""
    return Position(
        leg.symbol,
        leg.position_side,
        leg.qty,
        leg.entry_price,
        leg.break_even,
        leg.realised,
        leg.isolated_wallet,
        leg.update_ms,
    )
