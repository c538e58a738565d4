"""The collector during a run: rarer, blind to what was there before, and put back afterwards."""

from __future__ import annotations

import gc

import pytest

from hedgectl.runtime.garbage import YOUNG_MAX, collected_rarely


class Knot:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.me = self


def test_what_was_there_before_is_not_looked_at_and_what_is_made_within_still_is():
    kept = [Knot() for _ in range(100)]
    with collected_rarely():
        assert gc.get_threshold()[0] == YOUNG_MAX
        assert gc.get_freeze_count() > len(kept)
        Knot()
        assert gc.collect() > 0


def test_the_collector_is_put_back_even_after_a_failure():
    before = gc.get_threshold()
    with pytest.raises(ValueError), collected_rarely():
        raise ValueError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
