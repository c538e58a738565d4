"""Cover: every position has a stop resting on the exchange, or a close is on its way (L3).

One closePosition STOP_MARKET per leg and direction. It counts once it was seen resting, and is looked at again a little
later, since an acknowledged stop can be gone a second after. Nothing here asks for permission.
"""

from __future__ import annotations

from hedgectl.core.engine.leaving import emergency_close
from hedgectl.core.engine.sending import send
from hedgectl.core.engine.work import LOOK_WEIGHT, Work
from hedgectl.core.exits.cover import stop_price, would_trigger
from hedgectl.core.model.command import Look
from hedgectl.core.model.event import COVER_CLOSED, CoverLost, CoverSeen, OrderRejected
from hedgectl.core.model.evidence import AlgoRow
from hedgectl.core.model.order import Action, Kind, Leg, Prepared, Purpose
from hedgectl.core.orders.clientid import numbered, parse_client_id
from hedgectl.core.orders.outcome import Rejected
from hedgectl.core.orders.refusals import Remedy
from hedgectl.core.orders.sides import closing_side, mode_of
from hedgectl.core.state.apply import TERMINAL
from hedgectl.core.state.durable import Position, Stage
from hedgectl.core.state.index import position_key
from hedgectl.core.state.volatile import Bare

RETRY_MS = 500
WOULD_TRIGGER = (-2021, -4142)
COVERING_KINDS = frozenset({Kind.STOP_MARKET.value, Kind.TRAILING_STOP_MARKET.value})


def tend_cover(work: Work, key: str) -> None:
    """Make sure that one leg is covered, or that its cover, or its close, is under way."""
    position = work.durable.positions.get(key)
    cover = work.durable.covers.get(key)
    if position is None or (cover is not None and cover.direction is position.direction):
        work.volatile.bare.pop(key, None)
        return
    if work.durable.mode not in (None, mode_of(position.leg)):
        return  # a leg that the account's mode does not have can't be there any more: the next looks correct it
    bare = _bare(work, key, position)
    if work.now.mono_ms >= bare.due_mono_ms and not _under_way(work, key, position):
        _protect(work, position, bare)


def _bare(work: Work, key: str, position: Position) -> Bare:
    """What is known of a leg without cover; a new position (a flip too) starts afresh."""
    bare = work.volatile.bare.get(key)
    if bare is None or bare.intent_id != position.intent_id:
        bare = work.volatile.bare[key] = Bare(position.intent_id, 0)
    return bare


def _under_way(work: Work, key: str, position: Position) -> bool:
    """A stop or an emergency close for this direction that may still work out. One that is unknown, that had no answer
    for `cover_patience_ms`, or was not seen resting for as long after its check, does not hold a new one up: stops and
    full closes may overlap (L9)."""
    patient_ms = work.now.exchange_ms - work.settings.cover_patience_ms
    checked_ms = patient_ms - work.settings.cover_check_ms
    for name in work.index.by_symbol.get(position.symbol, ()):
        live = work.durable.orders[name]
        order = live.order
        if order.purpose not in (Purpose.COVER, Purpose.EMERGENCY) or position_key(order) != key:
            continue
        # A stop of an earlier position goes with that position, so it is no stop for this one.
        same = order.leg is position.direction and order.intent_id == position.intent_id
        if live.stage is Stage.ACCEPTED:  # a stop that has triggered had its grace already, in `lose_cover`; a close
            # that is over only waits for fills that were not told
            rests = live.status == "NEW" and order.timestamp_ms >= checked_ms
            answered = rests if order.kind.conditional else live.status not in TERMINAL
        else:
            answered = live.stage is Stage.PREPARED and order.timestamp_ms >= patient_ms
        if same and answered:
            return True
    return False


def _protect(work: Work, position: Position, bare: Bare) -> None:
    """Place the stop; close at once if the market is past it, or if stops keep being refused."""
    volatile, settings = work.volatile, work.settings
    rules = work.durable.instruments.get(position.symbol)
    trigger = stop_price(position.direction, position.entry_price, settings.cover_stop_share, rules)
    tries, bare.tries = bare.tries, bare.tries + 1
    late = max(tries - settings.cover_attempts_max, 0)
    pause_ms = RETRY_MS * (min(tries + 1, 2) << min(late, 5))  # five tries in 4.5 s; then ever slower
    bare.due_mono_ms = work.now.mono_ms + min(pause_ms, settings.cycle_ms)
    work.wake(bare.due_mono_ms)
    # Of an impossible leg neither size nor price is known: a stop of its direction can't hurt, a close could.
    known = not position.impossible
    quote = volatile.quote(position.symbol) if known else None
    if quote is not None and would_trigger(position.direction, trigger, quote.bid, quote.ask):
        emergency_close(work, position, f"the market is past its stop at {trigger}")
        return
    if tries >= settings.cover_attempts_max and known:
        emergency_close(work, position, f"no stop was taken in {tries} attempts")
        return
    revision, attempt = numbered(position.sends)
    send(
        work,
        intent_id=position.intent_id,
        correlation_id=position.correlation_id,
        symbol=position.symbol,
        direction=position.direction,
        side=closing_side(position.direction),
        action=Action.CLOSE_ALL,
        purpose=Purpose.COVER,
        kind=Kind.STOP_MARKET,
        mode=mode_of(position.leg),
        trigger_price=trigger,
        revision=revision,
        attempt=attempt,
    )


def cover_refused(work: Work, order: Prepared, outcome: Rejected) -> None:
    """A stop, or an emergency close, was refused: close instead where a stop can't help, else try again soon."""
    key = position_key(order)
    position = work.durable.positions.get(key)
    if position is None:
        return
    if outcome.remedy is Remedy.AGAIN:
        bare = _bare(work, key, position)
        if bare.tries <= 1:  # once at once; what is refused again waits its turn, or a ban would only grow
            bare.due_mono_ms = 0
        tend_cover(work, key)
    elif (
        order.purpose is Purpose.COVER
        and (outcome.code == 0 or outcome.remedy is Remedy.MODIFY)
        and (outcome.code not in WOULD_TRIGGER)
    ):  # the mode or the rules have changed, or a gateway spoke: no reason to leave a healthy position
        work.want_snapshot(f"a stop was refused: {outcome.code}")
        tend_cover(work, key)
    elif order.purpose is Purpose.COVER and not position.impossible and not _under_way(work, key, position):
        emergency_close(work, position, f"the exchange refused the stop: {outcome.code} {outcome.text}")
    else:
        work.want_snapshot(f"emergency close refused: {outcome.code}")


def twin_exists(work: Work, order: Prepared, text: str) -> None:
    """-4130: this stop was not taken, because one of this direction rests already. Find out which."""
    event = OrderRejected(order.client_id, -4130, text, Remedy.NONE.value)
    work.note(event, order.correlation_id, order.symbol)
    work.volatile.settling.pop(order.client_id, None)
    bare = work.volatile.bare.get(position_key(order))
    if bare is not None:  # one rests, says the exchange: no reason to close the position because we do not see it
        bare.tries, bare.due_mono_ms = 0, work.now.mono_ms + work.settings.cover_check_ms
        work.wake(bare.due_mono_ms)
    work.want_snapshot("a stop of this direction rests already")


def see_cover(work: Work, row: AlgoRow) -> None:
    """A conditional order rests: if it closes a whole leg of ours, it is that leg's cover, whoever placed it."""
    if not row.close_position or row.kind not in COVERING_KINDS or row.status != "NEW":
        return
    key = f"{row.symbol}|{row.leg.value}"
    direction = Leg.LONG if row.side.value == "SELL" else Leg.SHORT
    known, position = work.durable.covers.get(key), work.durable.positions.get(key)
    if position is not None and position.direction is not direction:
        return  # it closes the other direction: it protects nothing here, and must not hide what does
    if known is not None and known.client_id == row.client_id and known.direction is direction:
        return
    ours = parse_client_id(row.client_id) is not None
    seen = CoverSeen(row.symbol, row.leg, direction, row.client_id, row.algo_id, row.trigger_price, ours)
    work.note(seen, _correlation(work, row.client_id), row.symbol)
    tend_cover(work, key)


def lose_cover(work: Work, key: str, client_id: str, why: str, wait_ms: int = 0) -> None:
    """A stop does not rest any more. `wait_ms` gives the fills of a triggered one time to arrive before the next."""
    cover = work.durable.covers.get(key)
    if cover is not None and cover.client_id == client_id:
        symbol, leg = key.split("|")
        work.note(CoverLost(symbol, Leg(leg), client_id, why), _correlation(work, client_id), symbol)
        work.volatile.cover_lost_ms[key] = work.now.exchange_ms
    position = work.durable.positions.get(key)
    if position is None:
        return
    if wait_ms:
        _wait(work, key, position, wait_ms)
    tend_cover(work, key)


def expect_covers(work: Work) -> None:
    """A process began: legs whose stop is not known get one soon, whether or not the account can be read (L3)."""
    for key, position in work.durable.positions.items():
        cover = work.durable.covers.get(key)
        if cover is None or cover.direction is not position.direction:
            _wait(work, key, position, work.settings.fill_grace_ms)


def _wait(work: Work, key: str, position: Position, wait_ms: int) -> None:
    bare = _bare(work, key, position)
    bare.due_mono_ms = max(bare.due_mono_ms, work.now.mono_ms + wait_ms)
    work.wake(bare.due_mono_ms)


def _correlation(work: Work, client_id: str) -> str:
    live = work.durable.orders.get(client_id)
    if live is not None:
        return live.order.correlation_id
    done = work.durable.done.get(client_id)
    return done.correlation_id if done is not None else ""


def forget_cover_if_flat(work: Work, key: str) -> None:
    """The exchange withdraws closePosition stops with the position; one that stays behind is found by the next look."""
    cover = work.durable.covers.get(key)
    if cover is not None and key not in work.durable.positions:
        symbol, leg = key.split("|")
        lost = CoverLost(symbol, Leg(leg), cover.client_id, COVER_CLOSED)
        work.note(lost, _correlation(work, cover.client_id), symbol)
        work.volatile.cover_lost_ms[key] = work.now.exchange_ms


def verify_covers(work: Work) -> None:
    """Look at stops that were acknowledged a moment ago: they count only while they are seen resting."""
    now = work.now.mono_ms
    for name, due in list(work.volatile.unverified.items()):
        live = work.durable.orders.get(name)
        if live is None:
            del work.volatile.unverified[name]
        elif now >= due and work.may_read(LOOK_WEIGHT):
            del work.volatile.unverified[name]
            work.command(Look(name, live.order.symbol, True))


def tend_uncovered(work: Work) -> None:
    """Come back to every leg whose cover is due."""
    for key in list(work.volatile.bare):
        tend_cover(work, key)
