"""Binance's demo environment on loopback: a key of ours, real signatures, and an exchange that checks them.

`lead(url)` changes where requests end, and nothing else: ccxt signs as ever, and the host is checked as ever. As a
program (`python -m tests.secrets.demo_at_home URL run --env demo`) it is hedgectl with its demo at home.
"""

from __future__ import annotations

import sys
from typing import Any

from hedgectl.venue import streams
from hedgectl.venue.environment import Environment
from hedgectl.venue.transports.aiohttp_ import Http


def lead(url: str, put: Any = setattr) -> None:
    """Lead demo to `url`, an embedded exchange. `put` may be monkeypatch.setattr, which takes it back."""
    begin, base = Http.__init__, streams.stream_base

    def begun(self: Http, environment: Environment, sim_url: str | None = None) -> None:
        begin(self, environment, sim_url)
        if environment is Environment.DEMO:
            self._to = url

    def based(environment: Environment, sim_url: str | None = None) -> str:
        at_home = environment is Environment.DEMO
        return base(Environment.SIM, url) if at_home else base(environment, sim_url)

    put(Http, "__init__", begun)
    put(streams, "stream_base", based)


if __name__ == "__main__":
    from hedgectl.__main__ import main

    lead(sys.argv.pop(1))
    main()
