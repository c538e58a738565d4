"""Products that send what they must not: again, under two names, too much, too early, or call dead what lives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hedgectl.core import engine
from hedgectl.core.engine import replies, settling, truth
from hedgectl.core.engine.sending import send
from hedgectl.core.engine.work import Work
from hedgectl.core.model.command import Cancel, Send
from hedgectl.core.model.event import CancelSent
from hedgectl.core.model.input import CancelAnswered, LookedUp, ReadFailed, TradesTaken
from hedgectl.core.model.money import ZERO
from hedgectl.core.model.order import Lane, Prepared, Purpose
from hedgectl.core.orders.outcome import AlreadyGone, Cancelled, Rejected, Unknown, classify_cancel
from hedgectl.core.orders.refusals import Remedy
from hedgectl.core.orders.settle import Proof
from hedgectl.core.state.durable import LiveOrder
from hedgectl.store.journal import Journal

from .registry import ENGINE, broken


@broken("no_more_than_vetted", "L1, L9, I1", ("entry-reply-lost", "hedge"), 8, 9, 33)
def blind_resend(patch: pytest.MonkeyPatch) -> None:
    """An entry without an answer is sent once more instead of looked for."""
    overlap = replies.overlap

    def resend(work: Work, order: Prepared) -> None:
        overlap(work, order)
        if order.purpose is Purpose.ENTRY:
            work.command(Send(replace(order, timestamp_ms=work.now.exchange_ms), work.settings.void_after_ms))

    patch.setattr(f"{ENGINE}.replies.overlap", resend)


@broken("nothing_is_sent_again", "L9", 1, 6, 8)
def resend_of_the_absent(patch: pytest.MonkeyPatch) -> None:
    """An entry that was proven absent is sent again under a second name: a trader would rather miss than double."""
    absent = settling._absent

    def again(work: Work, order: Prepared, proof: str) -> None:
        absent(work, order, proof)
        if order.purpose is Purpose.ENTRY and order.attempt == 1 and work.durable.mode is not None:
            send(
                work, intent_id=order.intent_id, correlation_id=order.correlation_id, symbol=order.symbol,
                direction=order.leg, side=order.side, action=order.action, purpose=order.purpose, kind=order.kind,
                mode=work.durable.mode, quantity=order.quantity, price=order.price, tif=order.tif, attempt=2,
            )  # fmt: skip

    patch.setattr(f"{ENGINE}.settling._absent", again)


@broken("never_called_dead", "L9, I5", 2, 9, 20, 23)
def not_found_is_absent(patch: pytest.MonkeyPatch) -> None:
    """One "not found" is taken for absence, before the deadline and whatever trades and positions say."""
    patch.setattr(f"{ENGINE}.settling.judge", lambda looked, *_: Proof.ABSENT if looked else Proof.OPEN)


@broken("never_called_dead", "L9, B2, I5", ("order-unreadable", "hedge"))
def failed_look_is_not_found(patch: pytest.MonkeyPatch) -> None:
    """A look that failed is taken for "not found", and a read of own trades that failed for "no trades"."""
    looked_up, read_failed = engine.looked_up, engine.read_failed

    def looked(work: Work, given: LookedUp) -> None:
        nothing = given.row is None and not given.not_found
        looked_up(work, replace(given, not_found=True, server_ms=work.now.exchange_ms) if nothing else given)

    def failed(work: Work, given: ReadFailed) -> None:
        if given.what == "trades":
            since_ms = work.volatile.trades_asked.get(given.symbol, 0)
            truth.trades_taken(work, TradesTaken(given.symbol, (), since_ms, True, work.now.exchange_ms))
        else:
            read_failed(work, given)

    patch.setattr(f"{ENGINE}.looked_up", looked)
    patch.setattr(f"{ENGINE}.read_failed", failed)


@broken("never_called_dead", "L9, X6, I5", 2, 20, 27, 30)
def no_answer_is_a_no(patch: pytest.MonkeyPatch) -> None:
    """Whatever is no clear yes (a timeout, a 5xx, an odd body) is taken for a refusal."""
    classify = replies.classify_create

    def sure(answer: Any, sent: Prepared) -> Any:
        outcome = classify(answer, sent)
        return Rejected(0, outcome.why, Remedy.NONE) if isinstance(outcome, Unknown) else outcome

    patch.setattr(f"{ENGINE}.replies.classify_create", sure)


@broken("prepared_before_accepted", "L5, I3", 12, 13, 31, ("market-entry", "hedge", 18))
def sent_before_it_is_durable(patch: pytest.MonkeyPatch) -> None:
    """The journal calls rows durable that it has only been handed."""
    append = Journal.append

    def hasty(self: Journal, rows: list[Any]) -> int:
        self.committed_seq = append(self, rows)
        return self.committed_seq

    patch.setattr(Journal, "append", hasty)


@broken("no_more_than_vetted", "L1, I1", 1, 2, 3)
def parts_overlap(patch: pytest.MonkeyPatch) -> None:
    """An order is split into parts that together are more than the whole."""
    patch.setattr(f"{ENGINE}.entries.split", lambda quantity, *_: [quantity, quantity])


@broken("nothing_is_sent_again", "L9", 2, 7, 20)
def parts_of_exits_overlap(patch: pytest.MonkeyPatch) -> None:
    """A partial exit without an answer is sent again as if it could only close."""
    patch.setattr(f"{ENGINE}.replies.whole_close", lambda *_: True)


@broken("attempts_are_bounded", "B7, I12", ("cancel-reply-lost", "hedge"))
def cancels_without_end(patch: pytest.MonkeyPatch) -> None:
    """A cancel is sent every 100 ms until one is confirmed, and nobody looks what became of the order."""
    answered = replies.cancel_answered

    def insist(work: Work, live: LiveOrder, why: str) -> None:
        order, due = live.order, work.now.mono_ms + 100
        work.note(CancelSent(order.client_id, why), order.correlation_id, order.symbol)
        work.command(Cancel(order.client_id, order.symbol, order.kind.conditional, Lane.RECONCILE))
        work.volatile.entries_resting[order.client_id] = due
        work.wake(due)

    def confirmed(work: Work, given: CancelAnswered) -> None:
        if isinstance(classify_cancel(given.answer, given.client_id), Cancelled):
            answered(work, given)

    patch.setattr(f"{ENGINE}.waking.withdraw", insist)
    patch.setattr(f"{ENGINE}.cancel_answered", confirmed)


@broken("ends_are_true", "B7, L9", ("filled-unheard", "hedge"), 12, 17, 93)
def gone_is_cancelled(patch: pytest.MonkeyPatch) -> None:
    """-2011 (no such order open) is taken for "cancelled": it may have filled, or not be visible yet."""
    classify = replies.classify_cancel

    def sure(answer: Any, client_id: str) -> Any:
        outcome = classify(answer, client_id)
        return Cancelled("CANCELED", ZERO) if isinstance(outcome, AlreadyGone) else outcome

    patch.setattr(f"{ENGINE}.replies.classify_cancel", sure)
