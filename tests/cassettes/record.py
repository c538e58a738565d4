"""Records every cassette again: `make cassettes`.

Against the embedded exchange over HTTP on loopback; against Binance's demo environment when HEDGECTL_API_KEY and
HEDGECTL_API_SECRET are set, with its own small orders, each closed again. What may not be done to others (running into
rate limits) stays with the embedded exchange.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime

import ccxt

from hedgectl import __version__
from hedgectl.config.secrets import SecretsRefused, find_secrets
from hedgectl.venue.credentials import Credentials

from .library import TITLES, Title, record, record_demo
from .tape import CASSETTES
from .venues import SEED, STEP_MS

BOX = f"the embedded exchange of hedgectl {__version__} over HTTP on loopback, seed {SEED}, {STEP_MS} ms a request"
DEMO = "Binance's demo environment, demo-fapi.binance.com"


def about(title: Title, origin: str) -> dict[str, str]:
    """The header of a tape."""
    return {
        "flow": str(title),
        "from": origin,
        "when": datetime.now(UTC).date().isoformat(),
        "ccxt": ccxt.__version__,
        "again": "make cassettes",
    }


def demo_key() -> Credentials | None:
    """The key of the environment, None where there is none."""
    if not os.environ.get("HEDGECTL_API_KEY"):
        return None
    found = find_secrets(os.environ, "demo")
    return Credentials(found.key, found.secret)


def main() -> int:
    try:
        key = demo_key()
    except SecretsRefused as wrong:
        print(f"{wrong.what}: {wrong.hint}", file=sys.stderr)
        return 4
    for title in TITLES:
        if key is None or title.what.box_only:
            asyncio.run(record(title, CASSETTES, about(title, BOX)))
        else:
            asyncio.run(record_demo(title, CASSETTES, about(title, DEMO), key))
        print(f"cassettes/{title.path.as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
