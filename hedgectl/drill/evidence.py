"""What an oracle may look at: the journal's rows, the exchange's ledger, the plan, and what was handed in. Read once.

Rows are plain data, so that a law does not rest on the code that it judges. All times are true UTC ms: the journal's
stamps and the ledger's are of one virtual clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from hedgectl.core.model.order import Purpose
from hedgectl.core.orders.clientid import ClientId, parse_client_id
from hedgectl.core.settings import Settings
from hedgectl.drill.storm import Outcome
from hedgectl.runtime.clock import VIRTUAL_EPOCH_MS
from hedgectl.runtime.folders import JOURNAL
from hedgectl.sim.ledger import Ledger
from hedgectl.store.reader import replay

UNREAD = frozenset({"venue.retry", "order.inferred", "instruments.read"})
REDUCING = frozenset({Purpose.EXIT, Purpose.COVER, Purpose.BRIDGE, Purpose.EMERGENCY})


class Row(NamedTuple):
    """One event of the journal. `group` is the seq of the input that it followed from."""

    seq: int
    at_ms: int
    kind: str
    body: dict[str, Any]
    group: int


class Taken(NamedTuple):
    """An order of ours that the exchange accepted, ordinary or conditional."""

    at_ms: int
    client_id: str
    named: ClientId
    symbol: str
    quantity: Decimal


class Evidence:
    """One life, read: `gather` makes it. `rows` and `ledger` are what the laws judge."""

    def __init__(self, outcome: Outcome, rows: list[Row], ledger: Ledger) -> None:
        self.outcome, self.plan = outcome, outcome.plan
        self.settings: Settings = outcome.life.trader.settings
        self.folder = outcome.life.folder
        self.rows, self.ledger = rows, ledger
        self.by_kind: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self.by_kind[row.kind].append(row)

    def of(self, *kinds: str) -> list[Row]:
        """The rows of these kinds, in order."""
        if len(kinds) == 1:
            return self.by_kind.get(kinds[0], [])
        return sorted(row for kind in kinds for row in self.by_kind.get(kind, ()))

    @cached_property
    def groups(self) -> Mapping[int, list[Row]]:
        """The rows of each decision."""
        found: defaultdict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.group].append(row)
        return found

    @cached_property
    def prepared(self) -> dict[str, Row]:
        """The first preparation of each client id."""
        found: dict[str, Row] = {}
        for row in self.of("order.prepared"):
            found.setdefault(row.body["order"]["client_id"], row)
        return found

    @cached_property
    def taken(self) -> list[Taken]:
        """What the exchange accepted of ours, in order."""
        return list(_taken(self.ledger))

    @property
    def begun_ms(self) -> int:
        """When virtual time was 0."""
        return VIRTUAL_EPOCH_MS

    @property
    def end_ms(self) -> int:
        return self.outcome.life.exchange.now_ms


def gather(outcome: Outcome) -> Evidence:
    """The evidence of a life that is over. Raises JournalUnusable."""
    rows: list[Row] = []
    group, loads = 0, orjson.loads
    for seq, at_ms, kind, _correlation, _symbol, body in replay(outcome.life.folder / JOURNAL):
        if kind.startswith("in."):
            group = seq
        elif kind not in UNREAD:
            rows.append(Row(seq, at_ms, kind, loads(body), group))
    return Evidence(outcome, rows, outcome.life.ledger)


def _taken(ledger: Ledger) -> Iterator[Taken]:
    for entry in ledger:
        body: dict[str, Any] = entry.body
        if entry.kind == "order":
            if body["origin"] != "client":
                continue
        elif entry.kind != "algo" or body["event"] != "NEW":
            continue
        named = parse_client_id(body["client_id"])
        if named is not None:
            yield Taken(entry.time_ms, body["client_id"], named, entry.symbol, body["qty"])
