"""The one factory of the exchange client (X1): every command comes through here, nobody builds a client elsewhere.

ccxt is imported at the first client and not before, so that offline commands start light.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from hedgectl.venue.credentials import Credentials
from hedgectl.venue.environment import Environment
from hedgectl.venue.rates import Rates
from hedgectl.venue.transport import Transport

if TYPE_CHECKING:
    from hedgectl.venue.ccxt_client import Client

RECV_WINDOW_MS = 5000
TIMEOUT_MS = 8000

_templates: dict[Environment, Client] = {}
_last_init_error = ""


class ClientError(RuntimeError):
    """No client could be made; the text says why, without secrets."""


def open_client(
    environment: Environment, credentials: Credentials, transport: Transport, exchange_ms: Callable[[], int]
) -> Client:
    """A client of `environment` whose requests leave by `transport`, stamped by `exchange_ms`.

    The expensive part is cached per environment; each client has its own key, transport, clock and rates.
    Raises ClientError ("missing credentials", "import failed: ..."), which `last_init_error` repeats.
    """
    global _last_init_error
    try:
        client = copy.copy(_template(environment, credentials))
    except ClientError as wrong:
        _last_init_error = str(wrong)
        raise
    _last_init_error = ""
    client.options = dict(client.options)
    client.apiKey, client.secret = credentials.key, credentials.secret
    client.transport, client.exchange_ms = transport, exchange_ms
    client.rates, client.public_requests = Rates(), {}
    return client


def last_init_error() -> str:
    """Why the last `open_client` failed; "" when it did not."""
    return _last_init_error


def reset() -> None:
    """Forget cached clients and the last error (tests)."""
    global _last_init_error
    _templates.clear()
    _last_init_error = ""


def _template(environment: Environment, credentials: Credentials) -> Client:
    if not credentials.complete:
        raise ClientError("missing credentials")
    known = _templates.get(environment)
    if known is None:
        try:
            from hedgectl.venue.ccxt_client import template
        except ImportError as wrong:
            raise ClientError(f"import failed: {wrong}") from wrong
        known = _templates[environment] = template(environment, RECV_WINDOW_MS, TIMEOUT_MS)
    return known
