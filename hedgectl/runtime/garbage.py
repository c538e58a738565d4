"""Python's cycle collector, kept out of the way of a run: how often it looks, never what is garbage.

What was made until now (the exchange library above all) is never looked at again, and young objects are looked at
rarely: a run makes almost no cycles, and a full pass over the library's objects holds up the loop for tens of ms.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG_MAX = 20_000
"""Containers made, and still alive, before the youngest are looked at (Python's own bound is 700)."""


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Within, the collector works as above; afterwards as before."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
