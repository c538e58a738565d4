"""Which exchange this process talks to, and every base URL of it, in one place (X1).

The embedded exchange keeps the production URLs, because ccxt picks its error maps by URL prefix; its transport decides
where they lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from hedgectl.venue.credentials import without_user

RIGHTS = "https://api.binance.com/sapi/v1/account/apiRestrictions"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Environment(StrEnum):
    SIM = "sim"
    DEMO = "demo"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Place:
    """`rest` and `stream` are bases without a slash at the end; `banner` is said once per process. `rights` is the one
    URL beyond them that may be read: what our key may do; "": nobody answers that."""

    rest: str
    stream: str
    banner: str
    rights: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.rest).hostname or ""


PLACES: dict[Environment, Place] = {
    Environment.SIM: Place(
        "https://fapi.binance.com",
        "wss://fstream.binance.com",
        "sim: the embedded exchange, no real money, nothing leaves this machine",
        RIGHTS,
    ),
    Environment.DEMO: Place(
        "https://demo-fapi.binance.com",
        "wss://fstream.binancefuture.com",
        "demo: Binance's demo environment, real requests, no real money",
    ),
    Environment.LIVE: Place(
        "https://fapi.binance.com",
        "wss://fstream.binance.com",
        "LIVE: Binance USD-M futures, real money",
        RIGHTS,
    ),
}

_announced: set[Environment] = set()


def banner_once(environment: Environment) -> str | None:
    """The banner of an environment the first time it is asked for, None afterwards."""
    if environment in _announced:
        return None
    _announced.add(environment)
    return PLACES[environment].banner


def forget_banners() -> None:
    """Let every banner be said again (tests)."""
    _announced.clear()


def check_host(url: str, allowed: frozenset[str]) -> None:
    """Raises ValueError for a URL whose host is not allowed: a signed request must never reach a stranger."""
    host = urlsplit(url).hostname or ""
    if host not in allowed:
        raise ValueError(f"{host or without_user(url)!r} is not an exchange of ours ({', '.join(sorted(allowed))})")


def loopback_base(url: str) -> str:
    """A `--sim-url` as a base without a slash at the end. Raises ValueError unless it is http on this machine."""
    try:
        parts = urlsplit(url)
        ours = parts.scheme == "http" and parts.hostname in LOOPBACK and parts.port != 0
    except ValueError:  # a port beyond 65535, a bracket that is not closed
        ours = False
    if not ours or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"an embedded exchange is reached at http://127.0.0.1:<port>, not at {without_user(url)!r}")
    return url.rstrip("/")
