"""Deciding on retries: the table of effects and failures, and what holds for every input."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async.errors import (
    AuthenticationError,
    ClientClosed,
    DecodeError,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    Phase,
    RateLimited,
    RopoError,
    ServerError,
    TransportError,
)
from ropo_async.operations import Effect
from ropo_async.retry import Decision, Failure, RetryPolicy, Verdict, decide, judge

AGAIN, REFUSED, UNKNOWN = Verdict.AGAIN, Verdict.REFUSED, Verdict.UNKNOWN
_AMBIGUOUS = (AGAIN, UNKNOWN, UNKNOWN)
_REFUSED = (REFUSED, REFUSED, REFUSED)
_STRANGE = (REFUSED, UNKNOWN, REFUSED)
_PAGE = (REFUSED, UNKNOWN, UNKNOWN)
TABLE: dict[Failure, tuple[Verdict, Verdict, Verdict]] = {
    Failure(phase=Phase.NOT_SENT): (AGAIN, AGAIN, AGAIN),
    Failure(phase=Phase.NOT_SENT, permanent=True): _REFUSED,
    Failure(phase=Phase.MAYBE_SENT): _AMBIGUOUS,
    Failure(phase=Phase.MAYBE_SENT, permanent=True): _AMBIGUOUS,
    Failure(phase=Phase.RECEIVED_PARTIAL): _AMBIGUOUS,
    Failure(): _AMBIGUOUS,
    Failure(status=429): (AGAIN, AGAIN, AGAIN),
    Failure(status=429, retry_after=7.0): (AGAIN, AGAIN, AGAIN),
    Failure(status=409): (REFUSED, REFUSED, UNKNOWN),
    **{
        Failure(status=status): _AMBIGUOUS
        for status in (100, 202, 206, 301, 302, 303, 307, 308, 408, 425, 499, 500, 501, 502, 503, 504, 520, 599)
    },
    **{Failure(status=status): _REFUSED for status in (400, 401, 403, 404, 405, 406, 415, 422)},
    **{Failure(status=status): _STRANGE for status in (402, 407, 410, 411, 413, 414, 418, 421, 431, 451)},
    **{Failure(status=status, page=True): _PAGE for status in (400, 403, 404, 405, 406, 409, 415, 418, 422, 451)},
    Failure(status=401, page=True): _REFUSED,
    **{Failure(status=status, page=True): _AMBIGUOUS for status in (200, 302, 408, 425, 429, 499, 502)},
}


@pytest.mark.parametrize("failure", TABLE, ids=str)
def test_what_a_failure_means_for_each_effect(failure: Failure) -> None:
    meanings = tuple(judge(effect, failure) for effect in (Effect.READ, Effect.CONSUME, Effect.WRITE))
    assert meanings == TABLE[failure]


def _rate_limited(retry_after: float | None) -> RateLimited:
    return RateLimited("jobs.get", 429, retry_after=retry_after, headers={}, body=b"")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (TransportError("jobs.get", Phase.NOT_SENT, "x"), Failure(phase=Phase.NOT_SENT)),
        (
            TransportError("jobs.get", Phase.NOT_SENT, "x", permanent=True),
            Failure(phase=Phase.NOT_SENT, permanent=True),
        ),
        (TransportError("jobs.get", Phase.RECEIVED_PARTIAL, "x", status=429), Failure(phase=Phase.RECEIVED_PARTIAL)),
        (_rate_limited(3.0), Failure(status=429, retry_after=3.0)),
        (_rate_limited(None), Failure(status=429)),
        (
            RateLimited("jobs.get", 429, retry_after=3.0, headers={}, body=b"<html>"),
            Failure(status=429, retry_after=3.0, page=True),
        ),
        (
            ServerError("jobs.get", 503, headers={"retry-after": "8"}, body=b""),
            Failure(status=503, retry_after=8.0),
        ),
        (AuthenticationError("jobs.get", 401, headers={}, body=b""), Failure(status=401)),
        (NotFound("jobs.get", 404, headers={}, body=b" <html>"), Failure(status=404, page=True)),
        (NotFound("jobs.get", 404, headers={"content-type": "Text/HTML"}, body=b""), Failure(status=404, page=True)),
        (NotFound("jobs.get", 404, headers={}, body=b'{"error":"<none>"}'), Failure(status=404)),
        (DecodeError("jobs.get", "x", raw=b""), Failure(phase=Phase.RECEIVED_PARTIAL)),
        (OutcomeUnknown("jobs.get", Phase.MAYBE_SENT, check="x"), None),
        (InvalidInput("x"), None),
        (ClientClosed("x"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_error_tells(error: RopoError, failure: Failure | None) -> None:
    assert Failure.of(error) == failure


# --- What holds for every input ------------------------------------------------------------------------------------

_seconds = st.floats(0, 1e6)
_failures = st.builds(
    Failure,
    phase=st.none() | st.sampled_from(Phase),
    status=st.none() | st.integers(100, 999),
    retry_after=st.none() | st.floats(0, math.inf),
    permanent=st.booleans(),
    page=st.booleans(),
)
_policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 100),
    base=_seconds,
    cap=_seconds,
    throttled_base=_seconds,
    retry_after_cap=_seconds,
    cost=st.integers(0, 20),
    throttled_cost=st.integers(0, 20),
)


@given(
    effect=st.sampled_from(Effect),
    failure=_failures,
    attempt=st.integers(1, 2000),
    policy=_policies,
    tokens=st.integers(0, 500),
    remaining=st.floats(-10, 1e7),
    draw=st.floats(0, 1),
)
def test_a_retry_keeps_every_limit(
    *,
    effect: Effect,
    failure: Failure,
    attempt: int,
    policy: RetryPolicy,
    tokens: int,
    remaining: float,
    draw: float,
) -> None:
    decision = decide(
        effect,
        failure,
        attempt=attempt,
        policy=policy,
        tokens=tokens,
        remaining=remaining,
        draw=draw,
    )
    if decision.wait is None:
        assert decision.cost == 0
        return
    assert judge(effect, failure) is Verdict.AGAIN
    assert attempt < policy.attempts
    assert 0 <= decision.cost <= tokens
    assert 0 <= decision.wait < remaining
    hint = failure.retry_after or 0.0
    assert hint <= decision.wait <= max(policy.cap, hint)
    assert hint <= policy.retry_after_cap


def _may_have_taken_effect(failure: Failure) -> bool:
    if failure.phase is Phase.NOT_SENT and (failure.permanent or failure.status is None):
        return False
    if failure.status is None or failure.status in (408, 425) or not 400 <= failure.status < 500:
        return True
    return failure.page and failure.status != 401


@given(failure=_failures.filter(_may_have_taken_effect), effect=st.sampled_from([Effect.CONSUME, Effect.WRITE]))
def test_what_may_have_taken_effect_is_never_sent_again(failure: Failure, effect: Effect) -> None:
    policy = RetryPolicy(attempts=9, retry_after_cap=1e300)
    decision = decide(effect, failure, attempt=1, policy=policy, tokens=500, remaining=math.inf, draw=0.0)
    assert decision == Decision(None, 0, "unknown")


def test_what_is_refused_is_not_sent_again() -> None:
    decision = decide(
        Effect.READ, Failure(status=404), attempt=1, policy=RetryPolicy(), tokens=500, remaining=math.inf, draw=0.0
    )
    assert decision == Decision(None, 0, "refused")


@pytest.mark.parametrize("page", [False, True])
def test_who_is_asked_to_slow_down_does_so_whoever_asks(*, page: bool) -> None:
    policy, failure = RetryPolicy(throttled_base=4.0, throttled_cost=7), Failure(status=429, page=page)
    decision = decide(Effect.READ, failure, attempt=1, policy=policy, tokens=500, remaining=math.inf, draw=1.0)
    assert (decision.wait, decision.cost) == (4.0, 7)


@pytest.mark.parametrize("draw", [0.0, 0.25, 1.0])
def test_the_jitter_takes_its_share_of_the_wait(draw: float) -> None:
    policy, failure = RetryPolicy(base=0.5), Failure(status=500)
    decision = decide(Effect.READ, failure, attempt=2, policy=policy, tokens=500, remaining=math.inf, draw=draw)
    assert decision.wait == draw  # of 0.5 s doubled once


@given(
    failure=_failures.filter(lambda failure: judge(Effect.READ, failure) is Verdict.AGAIN),
    attempt=st.integers(1, 5),
)
def test_a_read_is_tried_again_where_no_limit_forbids_it(failure: Failure, attempt: int) -> None:
    decision = decide(
        Effect.READ,
        failure,
        attempt=attempt,
        policy=RetryPolicy(attempts=6, retry_after_cap=1e300),
        tokens=500,
        remaining=math.inf,
        draw=0.5,
    )
    assert (decision.wait is None) == (failure.retry_after is not None and failure.retry_after > 1e300)


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": 2.5},
        {"attempts": True},
        {"cap": float("nan")},
        {"base": "1"},
        {"base": -1.0},
        {"cap": -1.0},
        {"throttled_base": -0.1},
        {"retry_after_cap": -1.0},
        {"capacity": -1},
        {"cost": -1},
        {"throttled_cost": -1},
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match=f"RetryPolicy.{next(iter(wrong))} must be"):
        RetryPolicy(**wrong)  # type: ignore[arg-type]
