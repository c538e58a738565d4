"""The one helper by which reads are asked again: capped exponential backoff with jitter, attempts, own deadline (X7).

tenacity does it, with sleep and randomness injected: its own deadline reads the machine's clock, ours the injected one.
Retry-After is honoured, and ends the asking when it lies beyond the deadline. Writes never come through here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_result

from hedgectl.core.model.reply import Answer, Fault, FaultKind, Reply
from hedgectl.core.orders.outcome import error_of
from hedgectl.venue.ccxt_client import Asked
from hedgectl.venue.limits import VenueLimits
from hedgectl.venue.port import Clock
from hedgectl.venue.rates import retry_after_ms

OnRetry = Callable[[str, int, int, str], None]
"""(what, attempt that failed, ms until the next, why): the event venue.retry."""

TIMESTAMP = -1021
TEXT_CHARS = 80
TRANSIENT = (-1000, -1001, -1003, -1006, -1007, -1008, -1015, TIMESTAMP, -5028)


@dataclass(slots=True)
class Reader:
    """Asks reads until they are answered, or an attempt, a deadline or a definite error ends it.

    `resync` is awaited before the next attempt when the exchange refused our timestamp (X9).
    """

    clock: Clock
    rng: Random
    limits: VenueLimits
    on_retry: OnRetry
    resync: Callable[[], Awaitable[None]]
    hushed: Callable[[], bool]

    async def read(self, what: str, ask: Callable[[], Awaitable[Asked]]) -> Asked:
        """The answer of `ask`, asked again while it is transient; the last one when nothing helped."""
        asked = await self.once(ask)
        # The first answer is nearly always the last: the machinery starts only when it is not.
        return await self._again(what, ask, asked) if _may_help(asked) else asked

    async def once(self, ask: Callable[[], Awaitable[Asked]]) -> Asked:
        """The answer of `ask`; HUSHED, and nothing is asked, while the exchange wants to be left alone (X8)."""
        return HUSHED if self.hushed() else await ask()

    async def _again(self, what: str, ask: Callable[[], Awaitable[Asked]], first: Asked) -> Asked:
        deadline_ms = self.clock.mono_ms() + self.limits.read_elapsed_ms_max
        known = [first]

        async def next_answer() -> Asked:
            return known.pop() if known else await self.once(ask)

        def wait_s(state: RetryCallState) -> float:
            return self._wait_ms(_last(state).answer, state.attempt_number) / 1000

        def stop(state: RetryCallState) -> bool:
            wait_ms = state.upcoming_sleep * 1000
            late = self.clock.mono_ms() + wait_ms > deadline_ms
            return late or state.attempt_number >= self.limits.read_attempts_max

        async def before_sleep(state: RetryCallState) -> None:
            asked = _last(state)
            self.on_retry(what, state.attempt_number, round(state.upcoming_sleep * 1000), why(asked))
            if _code(asked.answer) == TIMESTAMP:
                await self.resync()

        retrying = AsyncRetrying(
            sleep=lambda seconds: self.clock.sleep_ms(round(seconds * 1000)),
            retry=retry_if_result(_may_help),
            wait=wait_s,
            stop=stop,
            before_sleep=before_sleep,
        )
        try:
            return await retrying(next_answer)
        except RetryError as given_up:
            last: Asked = given_up.last_attempt.result()
            return last

    def _wait_ms(self, answer: Answer, attempt: int) -> int:
        limits = self.limits
        backoff_ms = min(limits.backoff_ms_max, limits.backoff_ms << (attempt - 1))
        backoff_ms += self.rng.randint(0, limits.jitter_ms)
        return max(backoff_ms, retry_after_ms(answer)) if isinstance(answer, Reply) else backoff_ms


HUSHED = Asked(Fault(FaultKind.REFUSED, "not asked: the exchange wants to be left alone for a while"))


def _may_help(asked: Asked) -> bool:
    return asked is not HUSHED and transient(asked)


def transient(asked: Asked) -> bool:
    """Whether asking the same again may help: faults, 5xx, 408, limits, a cut body, and the exchange's own hiccups."""
    answer = asked.answer
    if isinstance(answer, Fault):
        return True
    if answer.status == 200:
        return asked.data is None
    code = _code(answer)
    if code is not None:
        return code in TRANSIENT
    return answer.status >= 500 or answer.status in (408, 418, 429)


def why(asked: Asked) -> str:
    """An answer that is no result, in a few words."""
    answer = asked.answer
    if isinstance(answer, Fault):
        return answer.kind.value
    error = error_of(answer)
    return f"{answer.status} {error[0]} {error[1]}" if error else f"{answer.status} {answer.body[:TEXT_CHARS]!r}"


def _code(answer: Answer) -> int | None:
    error = error_of(answer)
    return error[0] if error else None


def _last(state: RetryCallState) -> Asked:
    """tenacity asks about results only after there is one."""
    if state.outcome is None:
        raise RuntimeError("tenacity asked before the first attempt")
    asked: Asked = state.outcome.result()
    return asked
