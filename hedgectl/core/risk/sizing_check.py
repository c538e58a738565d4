"""Whether a symbol can be entered at all: the smallest order that may be sent against every cap, at a NAV, in a flat
account (R5).

A market BUY at one price. Floors, rounding and caps are the functions that `size` uses, so that the check and the run
cannot disagree. Decides nothing; `ways` says what would help.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hedgectl.core.model.instrument import Instrument
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.verdict import Code
from hedgectl.core.risk.caps import Cap, caps_at, nav_for, symbol_share, tightest
from hedgectl.core.risk.gates_belief import POSTURE
from hedgectl.core.risk.gates_intent import NO_TIER
from hedgectl.core.risk.gates_venue import NOT_TRADING
from hedgectl.core.risk.sizing import TOO_MANY_PARTS, floor_usdt, quantity_max, smallest_quantity
from hedgectl.core.settings import Settings, Step, Tier

EXCHANGE = "exchange minimum"
QUANTITY = "exchange minimum quantity"
ORDER_FLOOR = "risk.order_notional_usdt_min"
SYMBOL_FLOOR = "risk.symbol_notional_usdt_min"
PARTS = "limits.parts_max"
NO_ENTRIES = "RED"


@dataclass(frozen=True, slots=True)
class Floor:
    """A minimum: who sets it, what it says (USDT, for a minimum quantity the base asset), and the least quantity that
    meets it on the step."""

    key: str
    least: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: a symbol's rules and price, the settings, a NAV, and the posture that is assumed."""

    rules: Instrument
    price: Decimal
    settings: Settings
    nav_usdt: Decimal
    posture: str = "GREEN"

    @property
    def tier(self) -> Tier | None:
        """The tier that names the symbol."""
        return next((each for each in self.settings.risk.tiers if self.rules.symbol in each.symbols), None)

    @property
    def posture_share(self) -> Decimal:
        """The part of an order's cap that the posture leaves."""
        step: Step = getattr(self.settings.belief, self.posture.lower())
        return Decimal(str(step.notional_share))

    @property
    def posture_usdt(self) -> Decimal:
        """What the posture leaves of an order's cap."""
        return self.settings.order_notional_usdt_max * self.posture_share


@dataclass(frozen=True, slots=True)
class Check:
    """The answer. `code`: what refuses the smallest order, "" when it may be sent. `cap` is the tightest, `floor` the
    minimum that decides; `barred`: no size would pass. `nav_needed_usdt`: from this NAV on it trades, in whole cents;
    None: no NAV helps."""

    asked: Asked
    floors: tuple[Floor, ...]
    caps: tuple[Cap, ...]
    floor: Floor
    cap: Cap
    code: str
    barred: bool
    nav_needed_usdt: Decimal | None

    @property
    def symbol(self) -> str:
        return self.asked.rules.symbol

    @property
    def tradable(self) -> bool:
        return not self.code

    @property
    def quantity(self) -> Decimal:
        """The smallest quantity that may be sent."""
        return self.floor.quantity

    @property
    def floor_usdt(self) -> Decimal:
        """What the smallest order is worth."""
        return self.floor.quantity * self.asked.price


def check(asked: Asked) -> Check:
    """Floors against caps: can this symbol be entered?"""
    floors, caps = _floors(asked), _caps(asked)
    quantity = _smallest(asked, floor_usdt(asked.settings.risk, asked.rules.symbol))
    floor = next(each for each in floors if each.quantity == quantity)
    least = quantity * asked.price
    cap = tightest(caps)
    reason = _barred(asked)
    code = reason.name if reason is not None else _blamed(caps, least) if cap.usdt < least else ""
    nav_helps = reason is None and min(_fixed_usdt(asked)) >= least
    return Check(asked, floors, caps, floor, cap, code, reason is not None, nav_of(asked, least) if nav_helps else None)


def nav_of(asked: Asked, usdt: Decimal) -> Decimal:
    """The NAV, in whole cents, from which no share of it is in the way of an order worth `usdt`."""
    return nav_for(usdt, min(shares(asked)))


def shares(asked: Asked) -> tuple[Decimal, ...]:
    """The parts of NAV that an entry into a flat account may take: of its symbol, of all, of its tier."""
    limits, tier = asked.settings.risk, asked.tier
    found = (symbol_share(limits, tier), limits.gross_share)
    return found if tier is None else (*found, tier.gross_share)


def _floors(asked: Asked) -> tuple[Floor, ...]:
    """Every minimum; the exchange's own first, so that it is named where the desk's adds nothing."""
    rules, limits = asked.rules, asked.settings.risk
    told = ((ORDER_FLOOR, limits.order_floor_usdt), (SYMBOL_FLOOR, dict(limits.symbol_floors_usdt).get(rules.symbol)))
    exchange = _smallest(asked, ZERO)
    by_quantity = rules.market_min_qty * asked.price > rules.min_notional
    first = (QUANTITY, rules.market_min_qty) if by_quantity else (EXCHANGE, rules.min_notional)
    desk = tuple(Floor(key, usdt, _smallest(asked, usdt)) for key, usdt in told if usdt)
    return (Floor(*first, exchange), *desk)


def _smallest(asked: Asked, desk_floor_usdt: Decimal) -> Decimal:
    return smallest_quantity(asked.rules, asked.price, True, desk_floor_usdt)


def _caps(asked: Asked) -> tuple[Cap, ...]:
    """The caps of a desk without positions, and what so many parts can carry at most."""
    caps = caps_at(asked.settings, asked.tier, asked.nav_usdt, asked.posture, asked.posture_usdt)
    return (*caps, Cap(_fixed_usdt(asked)[-1], TOO_MANY_PARTS, PARTS))


def _barred(asked: Asked) -> Code | None:
    """What refuses entries of any size."""
    if not asked.rules.tradable:
        return NOT_TRADING
    if asked.tier is None and asked.settings.risk.tiers:
        return NO_TIER
    return POSTURE if asked.posture == NO_ENTRIES else None


def _blamed(caps: tuple[Cap, ...], least: Decimal) -> str:
    """The code that the run refuses with: it counts parts last."""
    cap = tightest(caps[:-1])
    return (cap if cap.usdt < least else caps[-1]).code.name


def _fixed_usdt(asked: Asked) -> tuple[Decimal, ...]:
    """The caps that do not grow with NAV."""
    settings = asked.settings
    carried = settings.parts_max * quantity_max(asked.rules, True) * asked.price
    return asked.posture_usdt, settings.order_notional_usdt_max, settings.symbol_notional_usdt_max, carried
