"""What a flow saw, played once however many cases judge it."""

from __future__ import annotations

import asyncio

import pytest

from .library import Title, play


@pytest.fixture(scope="session")
def played():
    """played(player, flow): what the flow sees on its tape."""
    known = {}

    def seen(player, flow):
        title = Title(player, flow)
        if title not in known:
            found, whole = asyncio.run(play(title))
            assert whole, f"{title}: the flow left something of the tape unasked"
            known[title] = found
        return known[title]

    return seen
