"""Goal: durations are read as written, and nothing else is."""

from __future__ import annotations

import pytest

from hedgectl.config.options import duration_s


@pytest.mark.parametrize(
    "text, seconds", [("20s", 20), ("10m", 600), ("1h", 3600), ("2d", 172800), ("250ms", 0.25), ("5", 5)]
)
def test_durations(text, seconds):
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-5s", "0s", "1y", "1e9", "nan", "5 s", "10m5s", "999d", "1.2345s"])
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"20s|366d"):
        duration_s(text)
