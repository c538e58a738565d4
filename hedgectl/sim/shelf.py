"""Bounded memory of what has happened: histories that forget their oldest part, and the index of orders.

Every history has a named limit, appends cost the same however long the exchange has lived, and what is open is never
forgotten. Retention in time (reference section 5) is applied when a record is looked up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

HISTORY_MAX = 20_000
DAY_MS = 86_400_000
UNFILLED_RETENTION_MS = 3 * DAY_MS
RETENTION_MS = 90 * DAY_MS

T = TypeVar("T")


class Record(Protocol):
    """What the index needs of an order, conditional or not."""

    symbol: str
    client_id: str

    @property
    def open(self) -> bool: ...


R = TypeVar("R", bound=Record)


class Shelf(Generic[T]):
    """A list that forgets its oldest items beyond `limit`, in slices, so that an append stays cheap."""

    __slots__ = ("_forget", "_items", "limit")

    def __init__(self, limit: int = HISTORY_MAX, forget: Callable[[T], None] | None = None) -> None:
        self.limit = limit
        self._items: list[T] = []
        self._forget = forget

    def append(self, item: T) -> None:
        items = self._items
        items.append(item)
        if len(items) > self.limit + self.limit // 4:
            surplus = len(items) - self.limit
            if self._forget is not None:
                for old in items[:surplus]:
                    self._forget(old)
            del items[:surplus]

    def remove(self, item: T) -> None:
        self._items.remove(item)

    def since(self, key: Callable[[T], int], bound: int) -> int:
        """Position of the first item whose key (never decreasing) is at least `bound`."""
        return bisect_left(self._items, bound, key=key)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def at(self, index: int) -> T:
        return self._items[index]

    def __getitem__(self, part: slice) -> list[T]:
        return self._items[part]


class Registry(Generic[R]):
    """Orders of one id space: open ones per symbol, all by id and by client id, history per symbol.

    `identify` gives a record's id, `born` its creation time, `filled` whether it has fills (kept longer). Client ids
    are looked up with the symbol or, for conditional orders, without.
    """

    def __init__(
        self,
        identify: Callable[[R], int],
        born: Callable[[R], int],
        filled: Callable[[R], bool],
        client_ids_per_symbol: bool,
        limit: int = HISTORY_MAX,
    ) -> None:
        self.identify = identify
        self._born = born
        self._filled = filled
        self._limit = limit
        self._per_symbol = client_ids_per_symbol
        self._by_id: dict[int, R] = {}
        self._by_client: dict[tuple[str, str], R] = {}
        self._open: defaultdict[str, dict[int, R]] = defaultdict(dict)
        self._shelves: dict[str, Shelf[R]] = {}
        self.open_clients: dict[str, R] = {}

    def add(self, record: R) -> None:
        key = self.identify(record)
        self._by_id[key] = record
        self._by_client[self._client_key(record.symbol, record.client_id)] = record
        self._open[record.symbol][key] = record
        self.open_clients[record.client_id] = record
        shelf = self._shelves.get(record.symbol)
        if shelf is None:
            shelf = self._shelves[record.symbol] = Shelf(self._limit, self._forget)
        shelf.append(record)

    def close(self, record: R) -> None:
        """The record is open no more; its client id is free again."""
        self._open[record.symbol].pop(self.identify(record), None)
        if self.open_clients.get(record.client_id) is record:
            del self.open_clients[record.client_id]

    def drop(self, record: R) -> None:
        """The record was never there: it leaves no trace in any list."""
        self.close(record)
        self._forget(record)
        self._shelves[record.symbol].remove(record)

    def _forget(self, record: R) -> None:
        if record.open and self.identify(record) in self._open[record.symbol]:
            return
        self._by_id.pop(self.identify(record), None)
        client_key = self._client_key(record.symbol, record.client_id)
        if self._by_client.get(client_key) is record:
            del self._by_client[client_key]

    def _client_key(self, symbol: str | None, client_id: str) -> tuple[str, str]:
        return (symbol or "" if self._per_symbol else "", client_id)

    def open_of(self, symbol: str) -> dict[int, R]:
        """The open records of a symbol by id, oldest first: live, so copy before changing orders."""
        return self._open[symbol]

    def open_symbols(self) -> Iterable[tuple[str, dict[int, R]]]:
        """Symbols that have had orders, each with its open ones."""
        return self._open.items()

    def open_all(self) -> list[R]:
        return [record for records in self._open.values() for record in records.values()]

    def get(self, key: int) -> R | None:
        """The record by id, whatever its age."""
        return self._by_id.get(key)

    def find(self, symbol: str | None, key: int | None, client_id: str | None, now_ms: int) -> R | None:
        """The record by id, else the latest by client id, if the exchange still tells about it."""
        record: R | None
        if key is not None:
            record = self._by_id.get(key)
        else:
            record = self._by_client.get(self._client_key(symbol, client_id)) if client_id is not None else None
        if record is None or (symbol is not None and record.symbol != symbol):
            return None
        return record if self.visible(record, now_ms) else None

    def visible(self, record: R, now_ms: int) -> bool:
        """Retention: unfilled closed orders 3 days after creation, everything else 90 days."""
        if record.open:
            return True
        age_ms = now_ms - self._born(record)
        return age_ms <= (RETENTION_MS if self._filled(record) else UNFILLED_RETENTION_MS)

    def history(
        self, symbol: str | None, key: int | None, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[R]:
        """Visible records, oldest first: from an id on, or in a time window, or the latest ones."""
        shelves = [self._shelves[symbol]] if symbol in self._shelves else []
        if symbol is None:
            shelves = list(self._shelves.values())
        forward = key is not None or start_ms is not None
        rows: list[R] = []
        for shelf in shelves:
            first = max(
                0 if key is None else shelf.since(self.identify, key),
                0 if start_ms is None else shelf.since(self._born, start_ms),
            )
            last = len(shelf) if end_ms is None else shelf.since(self._born, end_ms + 1)
            rows += self._some(shelf, first, last, limit, forward, now_ms)
        if len(shelves) > 1:
            rows.sort(key=self.identify)
        return rows[:limit] if forward else rows[-limit:]

    def _some(self, shelf: Shelf[R], first: int, last: int, limit: int, forward: bool, now_ms: int) -> list[R]:
        """At most `limit` visible records of shelf[first:last], taken from its start or from its end."""
        rows: list[R] = []
        for index in range(first, last) if forward else range(last - 1, first - 1, -1):
            record = shelf.at(index)
            if self.visible(record, now_ms):
                rows.append(record)
                if len(rows) == limit:
                    break
        return rows if forward else rows[::-1]
