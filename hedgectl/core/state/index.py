"""Ways into the durable state that can be rebuilt from it: by symbol, by exchange id, by intent.

They exist so that a decision costs the same however many orders and positions there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Leg, Prepared, Purpose
from hedgectl.core.state.durable import Durable, LiveOrder, Stage, key_of
from hedgectl.core.state.totals import Totals

Ids = dict[str, None]  # an ordered set: iteration must be the same in every run


@dataclass(slots=True)
class Index:
    """Client ids of live orders, grouped; and which client id an exchange id belongs to (live and done). `listed`: the
    symbols of the desk; `worths`: what the remembered entries were worth, in order of size."""

    by_symbol: dict[str, Ids] = field(default_factory=dict)
    by_intent: dict[str, Ids] = field(default_factory=dict)
    by_exchange_id: dict[tuple[str, int], str] = field(default_factory=dict)
    covers: dict[str, Ids] = field(default_factory=dict)
    unsettled: Ids = field(default_factory=dict)
    unsettled_by_symbol: dict[str, Ids] = field(default_factory=dict)
    resting_entries: Ids = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)
    listed: frozenset[str] = frozenset()
    worths: list[Decimal] = field(default_factory=list)

    @property
    def usual_usdt(self) -> Decimal:
        """What an entry was usually worth: the median of those that are remembered; 0 without one."""
        half, count = len(self.worths) // 2, len(self.worths)
        if not count:
            return ZERO
        return self.worths[half] if count % 2 else (self.worths[half - 1] + self.worths[half]) / 2

    def enter(self, live: LiveOrder) -> None:
        """A new order of ours."""
        order, name = live.order, live.order.client_id
        self.by_symbol.setdefault(order.symbol, {})[name] = None
        if order.purpose in (Purpose.ENTRY, Purpose.EXIT):
            self.by_intent.setdefault(order.intent_id, {})[name] = None
        if order.purpose is Purpose.COVER:
            self.covers.setdefault(position_key(order), {})[name] = None
        self.totals.order_moved(live)
        self.staged(live)

    def staged(self, live: LiveOrder) -> None:
        """Its stage changed."""
        name = live.order.client_id
        if live.stage is Stage.UNKNOWN:
            self.unsettled[name] = None
            self.unsettled_by_symbol.setdefault(live.order.symbol, {})[name] = None
        elif self.unsettled.pop(name, self) is None:
            _drop(self.unsettled_by_symbol, live.order.symbol, name)
        if live.stage is Stage.ACCEPTED and live.order.purpose is Purpose.ENTRY:
            self.resting_entries[name] = None
        self.identified(live)

    def identified(self, live: LiveOrder) -> None:
        """It got an exchange id, or a child order that it triggered (X4). Algo ids are another id space."""
        order = live.order
        ordinary = live.child_order_id if order.kind.conditional else live.order_id
        if ordinary:
            self.by_exchange_id[order.symbol, ordinary] = order.client_id

    def leave(self, live: LiveOrder) -> None:
        """It is over; its exchange id stays known until the done order is forgotten."""
        order, name = live.order, live.order.client_id
        _drop(self.by_symbol, order.symbol, name)
        _drop(self.by_intent, order.intent_id, name)
        if order.purpose is Purpose.COVER:
            _drop(self.covers, position_key(order), name)
        if self.unsettled.pop(name, self) is None:
            _drop(self.unsettled_by_symbol, order.symbol, name)
        self.resting_entries.pop(name, None)
        self.totals.order_gone(live)


def _drop(groups: dict[str, Ids], group: str, name: str) -> None:
    members = groups.get(group)
    if members is not None:
        members.pop(name, None)
        if not members:
            del groups[group]


def position_key(order: Prepared) -> str:
    """The position that an order acts on: its wire leg, which is BOTH in one-way mode."""
    return key_of(order.symbol, Leg(order.position_side))


def rebuild(durable: Durable, tiers: Mapping[str, str], listed: Iterable[str]) -> Index:
    """The index of a durable state that came from a snapshot; `tiers` is the tier of each symbol."""
    index = Index(totals=Totals(tiers=tiers), listed=frozenset(listed))
    index.worths = sorted(mark.notional_usdt for mark in durable.risk.entries)
    for key, position in durable.positions.items():
        index.totals.leg_moved(position.symbol, key, position.quantity, position.entry_price)
    for name, done in durable.done.items():
        for ordinary in (done.order_id, done.child_order_id):
            if ordinary:
                index.by_exchange_id[done.symbol, ordinary] = name
    for live in durable.orders.values():
        index.enter(live)
    return index
