"""What one call of `decide` yields: events (already applied to durable state) and commands for the runtime."""

from __future__ import annotations

from dataclasses import dataclass, field

from hedgectl.core.model.command import Command
from hedgectl.core.model.event import Event


@dataclass(frozen=True, slots=True)
class Noted:
    """An event with the two columns by which the journal is searched; "" where there is none."""

    event: Event
    correlation_id: str
    symbol: str


@dataclass(slots=True)
class Decision:
    """`used` holds the volatile values that the decision read (quote, wallet, rates), journaled with the input.

    Sends in `commands` wait until the last of `notes` is durable; the other commands do not.
    """

    notes: list[Noted] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    used: dict[str, object] = field(default_factory=dict)
