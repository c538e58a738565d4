"""Numbers and times as people read them: grouped, aged, never "-0"."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from hedgectl.core.model.money import plain

UNKNOWN = "unknown"
AVERAGE = Context(prec=8)
SPARKS = "▁▂▃▄▅▆▇█"


def grouped(text: str) -> str:
    """Digits before the point in groups of three.

    >>> grouped("61234.5"), grouped("-1000")
    ('61 234.5', '-1 000')
    """
    sign = "-" if text.startswith("-") else ""
    whole, point, rest = text.removeprefix("-").partition(".")
    return sign + f"{int(whole or 0):,}".replace(",", " ") + point + rest


def price(value: Decimal | None) -> str:
    """A price with the digits that it has, at least two after the point from 1 on; an average has at most eight.

    >>> price(Decimal("61240")), price(Decimal("2679.191770833")), price(Decimal("0.0000812")), price(None)
    ('61 240.00', '2 679.1918', '0.0000812', 'unknown')
    """
    if value is None:
        return UNKNOWN
    text = plain(AVERAGE.plus(value))
    whole, _, rest = text.partition(".")
    return grouped(f"{whole}.{rest:0<2}") if abs(value) >= 1 else text


def money(value: Decimal | float | None, *, sign: bool = False) -> str:
    """USDT to the cent; a plus sign if asked for.

    >>> money(Decimal("1234.5")), money(Decimal("-0.001")), money(Decimal("2"), sign=True), money(None)
    ('1 234.50', '0.00', '+2.00', 'unknown')
    """
    if value is None:
        return UNKNOWN
    cents = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    text = grouped(str(cents if cents else Decimal("0.00")))
    return "+" + text if sign and cents > 0 else text


def quantity(value: Decimal) -> str:
    return grouped(plain(value))


def duration(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> duration(0.25), duration(8), duration(75), duration(22320), duration(200000)
    ('250ms', '8s', '1m15s', '6h12m', '2d7h')
    """
    if 0 < seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    whole = int(seconds)
    for large, small, size, part in (("d", "h", 86400, 3600), ("h", "m", 3600, 60), ("m", "s", 60, 1)):
        if whole >= size:
            return f"{whole // size}{large}{whole % size // part}{small}"
    return f"{whole}s"


def clock(at_ms: int, *, millis: bool = False) -> str:
    """The UTC time of day."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{moment:%H:%M:%S}" + (f".{at_ms % 1000:03d}" if millis else "")


def day_clock(at_ms: int) -> str:
    """The UTC date and time of day."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def spark(values: tuple[float, ...], top: float = 1.0) -> str:
    """A row of small bars, `top` being a full one.

    >>> spark((0.0, 0.5, 1.0, 3.0))
    '▁▅██'
    """
    last = len(SPARKS) - 1
    return "".join(SPARKS[max(0, min(last, int(value / top * last + 0.5)))] for value in values)


def size(count: int) -> str:
    """An amount of bytes in its unit, three digits of it.

    >>> size(0), size(999), size(19_862), size(1_234_567), size(999_950_000)
    ('0 B', '999 B', '19.9 kB', '1.23 MB', '1 GB')
    """
    amount, units = float(count), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while round(amount, 1) >= 1000 and unit != "TB":
        amount, unit = amount / 1000, next(units)
    return f"{amount:.3g} {unit}"


def plural(count: int, word: str) -> str:
    """
    >>> plural(1, "intent"), plural(2, "intent"), plural(0, "entry")
    ('1 intent', '2 intents', '0 entries')
    """
    if count == 1:
        return f"1 {word}"
    return f"{count:,} ".replace(",", " ") + (word[:-1] + "ies" if word.endswith("y") else word + "s")
