"""Funding: at each whole interval every open leg pays or receives quantity * mark * rate (longs pay when rate > 0).

In cross margin the user event carries the balance only, in isolated margin the leg too (reference sections 1.3, 5).
"""

from __future__ import annotations

from collections.abc import Callable

from hedgectl.sim import events
from hedgectl.sim.account import CENT
from hedgectl.sim.fills import send_account
from hedgectl.sim.model import Position, Spec
from hedgectl.sim.world import World, next_funding_ms


def schedule(world: World, spec: Spec) -> None:
    """Arranges the symbol's next funding, and so all that follow."""
    world.at(world.books[spec.symbol].quote.next_funding_ms, pay_later(world, spec))


def pay_later(world: World, spec: Spec) -> Callable[[], None]:
    """The action that pays a symbol's funding and arranges the next."""

    def act() -> None:
        for leg in [leg for leg in world.account.live.values() if leg.symbol == spec.symbol]:
            pay(world, spec, leg)
        world.books[spec.symbol].quote.next_funding_ms = next_funding_ms(spec, world.now_ms)
        schedule(world, spec)

    return act


def pay(world: World, spec: Spec, leg: Position) -> None:
    """One leg's payment at the mark price and rate of now."""
    quote, account = world.books[spec.symbol].quote, world.account
    amount = (-leg.qty * quote.mark * quote.funding_rate).quantize(CENT)
    if not amount:
        return
    account.wallet += amount
    account.update_ms = world.now_ms
    account.income(spec.symbol, "FUNDING_FEE", amount, world.now_ms, "FUNDING_FEE")
    rows = []
    if leg.isolated_wallet:
        leg.isolated_wallet += amount
        account.keep(leg, world.now_ms)
        rows.append(events.position_row(spec, leg, quote.mark, isolated=True))
    world.ledger.add(world.now_ms, "income", spec.symbol, {"type": "FUNDING_FEE", "amount": amount})
    send_account(world, "FUNDING_FEE", rows, amount, spec.symbol)
