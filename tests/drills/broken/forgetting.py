"""Products that keep in memory what must outlive them: a restart finds less than the journal holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgectl.core.settings import Settings
from hedgectl.core.state.durable import Durable
from hedgectl.core.state.index import rebuild
from hedgectl.core.state.volatile import State, tiers_of
from hedgectl.runtime import assembly

from .registry import broken


def forgetting(patch: pytest.MonkeyPatch, forget: Callable[[Durable], None]) -> None:
    """A start that knows less than it was told."""
    restored = assembly.restored

    def forgetful(folder: Path, settings: Settings) -> tuple[State, int]:
        state, replayed = restored(folder, settings)
        forget(state.durable)
        state.index = rebuild(state.durable, tiers_of(settings), settings.symbols)
        return state, replayed

    patch.setattr(assembly, "restored", forgetful)


@broken("entries_obey_the_posture", "L5, B5, I11", ("posture-raised", "hedge", 40), 151)
def cooldowns_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart ends every cooldown."""
    forgetting(patch, lambda durable: durable.entry_ms.clear())


@broken("belief_survives", "L5, B4, I11", 14, 15, 26)
def posture_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart is GREEN."""

    def calm(durable: Durable) -> None:
        durable.belief.posture = "GREEN"

    forgetting(patch, calm)


@broken("belief_survives", "L5, B4, I11", 13, 14, 26)
def debt_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart forgets what is open between us and the exchange."""
    forgetting(patch, lambda durable: durable.belief.open.clear())


@broken("throttles_hold", "L5, R2, I11", 69, 93, 104)
def throttles_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart forgets the entries that throttles count, and when the last one was."""

    def forget(durable: Durable) -> None:
        durable.risk.entries.clear()
        durable.entry_ms.clear()

    forgetting(patch, forget)


@broken("names_are_used_once", "L1, L5", 12, 14, 17)
def intents_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart forgets which intents were done."""
    forgetting(patch, lambda durable: durable.intents_done.clear())


@broken("every_fill_once", "L5, I2", 14, 17, 23)
def trades_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart forgets which trades were counted."""
    forgetting(patch, lambda durable: durable.trades.clear())


@broken("calm_heals", "L5", 6, 13, 14)
def orders_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart forgets the orders that are open."""
    forgetting(patch, lambda durable: durable.orders.clear())


@broken("journal_is_the_state", "L5, I4", ("stop-vanishes", "hedge", 60))
def fill_times_in_memory(patch: pytest.MonkeyPatch) -> None:
    """A restart forgets when a symbol last traded, so that its state is not what the journal makes of it."""
    forgetting(patch, lambda durable: durable.fill_ms.clear())
