"""The synthetic market: one seed is one market, and no market is impossible."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgectl.sim.market.errors import FeedError
from hedgectl.sim.market.feed import Mark, Print, Touch
from hedgectl.sim.market.regimes import REGIMES, Weather
from hedgectl.sim.market.specs import SYMBOLS
from hedgectl.sim.market.synthetic import BOUND, SyntheticFeed

FIVE = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "METISUSDT", "1000PEPEUSDT")


def test_same_seed_same_market_and_another_seed_another(played, start_ms):
    def market(seed):
        return played(SyntheticFeed(FIVE, seed=seed, start_ms=start_ms), 300)

    assert market(7) == market(7)
    assert market(7) != market(8)


def test_the_market_of_a_seed_never_changes(played):
    """Pinned: a change here invalidates every recorded failing seed."""
    touch = played(SyntheticFeed(("BTCUSDT",), seed=1, start_ms=0), 2000)[-1][1][0]
    assert touch == Touch("BTCUSDT", D("61965.20"), D("0.161"), D("61965.30"), D("0.969"))


def test_a_further_symbol_leaves_the_others_as_they_were(played, start_ms):
    alone = played(SyntheticFeed(("BTCUSDT",), seed=3, start_ms=start_ms), 500)
    among = played(SyntheticFeed(FIVE, seed=3, start_ms=start_ms), 500)
    only = [(at, [m for m in moves if m.symbol == "BTCUSDT"]) for at, moves in among]
    assert only == alone


def test_the_first_step_tells_all_that_a_quote_needs(start_ms):
    feed = SyntheticFeed(FIVE, seed=1, start_ms=start_ms)
    assert feed.next_ms() == start_ms
    told = defaultdict(set)
    for move in feed.step():
        told[move.symbol].add(type(move))
    assert told == {symbol: {Touch, Print, Mark} for symbol in FIVE}
    assert feed.next_ms() == start_ms + 1000


@given(
    seed=st.integers(0, 2**32), regime=st.sampled_from([None, *REGIMES]), symbol=st.sampled_from(SYMBOLS),
    step_ms=st.sampled_from([1, 100, 1000, 60_000]),
)  # fmt: skip
@settings(max_examples=30, deadline=None, derandomize=True)
def test_no_touch_print_or_mark_is_impossible(seed, regime, step_ms, symbol):
    feed = SyntheticFeed((symbol,), seed=seed, start_ms=0, step_ms=step_ms, regime=regime)
    spec = feed.specs[symbol]
    touch = None
    for _ in range(200):
        for move in feed.step():
            if isinstance(move, Touch):
                touch = move
                assert move.bid > 0
                assert move.ask - move.bid >= spec.tick
                assert move.bid % spec.tick == 0 == move.ask % spec.tick
                assert min(move.bid_qty, move.ask_qty) >= spec.step
                assert move.bid_qty % spec.step == 0 == move.ask_qty % spec.step
                assert abs(move.bid / spec.anchor_price - 1) < 1
            elif isinstance(move, Print):
                assert move.price == (touch.bid if move.seller_aggressor else touch.ask)
                assert move.qty >= spec.step
                assert move.qty % spec.step == 0
            else:
                assert move.mark > 0
                assert move.index > 0
                assert abs(move.funding_rate) <= 1
                assert abs(move.mark / touch.bid - 1) < 0.15


def test_no_price_leaves_its_bounds_in_a_panic_without_end():
    feed = SyntheticFeed(("METISUSDT",), seed=4, start_ms=0, step_ms=60_000, regime="panic")
    anchor = feed.specs["METISUSDT"].anchor_price
    bids = [m.bid for _ in range(5000) for m in feed.step() if isinstance(m, Touch)]
    assert min(bids) / anchor >= 1 - BOUND - 0.02
    assert max(bids) / anchor <= 1 + BOUND + 0.02
    assert max(bids) / min(bids) > 1.5  # the bound was put to work


def test_prices_come_home_over_days():
    feed = SyntheticFeed(("BTCUSDT",), seed=5, start_ms=0, step_ms=60_000, regime="quiet")
    feed._walks[0].price *= 1.5
    bids = [m.bid for _ in range(12 * 1440) for m in feed.step() if isinstance(m, Touch)]
    assert abs(bids[-1] / feed.specs["BTCUSDT"].anchor_price - 1) < 0.1


def test_rougher_weather_moves_more_and_spreads_wider():
    moved, spread = {}, {}
    for regime in REGIMES:
        feed = SyntheticFeed(("ETHUSDT",), seed=6, start_ms=0, regime=regime)
        touches = [m for _ in range(3000) for m in feed.step() if isinstance(m, Touch)]
        moved[regime] = sum(abs(b.bid - a.bid) for a, b in pairwise(touches))
        spread[regime] = sum(t.ask - t.bid for t in touches)
    assert moved["quiet"] < moved["normal"] < moved["hot"] < moved["panic"]
    assert spread["quiet"] < spread["normal"] < spread["hot"] < spread["panic"]


def test_symbols_move_a_little_together():
    feed = SyntheticFeed(("BTCUSDT", "SOLUSDT"), seed=9, start_ms=0, regime="normal")
    bids = {"BTCUSDT": [], "SOLUSDT": []}
    for _ in range(4000):
        for move in feed.step():
            if isinstance(move, Touch):
                bids[move.symbol].append(float(move.bid))
    btc, sol = ([b / a - 1 for a, b in pairwise(p)] for p in bids.values())
    product = sum(x * y for x, y in zip(btc, sol, strict=True))
    correlation = product / (sum(x * x for x in btc) * sum(y * y for y in sol)) ** 0.5
    assert 0.15 < correlation < 0.8


def test_thin_moments_happen_and_pass(played):
    steps = played(SyntheticFeed(("BTCUSDT",), seed=2, start_ms=0, regime="panic"), 2000)
    sizes = sorted(moves[0].bid_qty for _, moves in steps)
    assert sizes[20] * 20 < sizes[1000]


def test_marks_come_once_a_second_however_fine_the_step(played):
    steps = played(SyntheticFeed(("BTCUSDT",), seed=2, start_ms=0, step_ms=50), 200)
    assert [at for at, moves in steps if any(isinstance(m, Mark) for m in moves)] == list(range(0, 10_000, 1000))


def test_every_regime_is_reached_and_lasts(start_ms):
    feed = SyntheticFeed(("BTCUSDT",), seed=11, start_ms=start_ms, step_ms=10_000)
    seen = []
    for _ in range(60_000):
        feed.step()
        seen.append(feed.regime)
    assert set(seen) == set(REGIMES)
    switches = sum(a != b for a, b in pairwise(seen))
    assert 50 < switches < 1500


def test_a_fixed_regime_stays(start_ms):
    feed = SyntheticFeed(("BTCUSDT",), seed=11, start_ms=start_ms, step_ms=60_000, regime="panic")
    assert {(feed.step(), feed.regime)[1] for _ in range(2000)} == {"panic"}


def test_nonsense_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="use one of quiet, normal, hot, panic"):
        SyntheticFeed(("BTCUSDT",), seed=1, start_ms=0, regime="sunny")
    with pytest.raises(FeedError, match="name a symbol"):
        SyntheticFeed((), seed=1, start_ms=0)


def test_each_regime_leads_on():
    for regime in REGIMES.values():
        names, shares = zip(*regime.next, strict=True)
        assert set(names) < set(REGIMES)
        assert list(shares) == sorted(shares)
        assert shares[-1] == 1.0
    assert Weather.__doc__
