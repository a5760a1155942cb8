"""Waits and the budget of retries, by the published vectors; where ours differ on purpose, it is said."""

import math
from collections.abc import Iterable

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from ropo_async.errors import Phase
from ropo_async.operations import Effect
from ropo_async.retry import Budget, Decision, Failure, RetryPolicy, decide

FULL = 1.0
"""The longest draw, with which the published vectors are written."""


@define
class Call:
    """A call as the transport makes it: it pays for its retries, and settles when it succeeds."""

    budget: Budget
    policy: RetryPolicy
    attempt: int = 0
    last_cost: int | None = None
    waits: list[float] = field(factory=list[float])

    def fail(self, status: int, retry_after: float | None = None) -> Decision:
        self.attempt += 1
        decision = decide(
            Effect.READ,
            Failure(status=status, retry_after=retry_after),
            attempt=self.attempt,
            policy=self.policy,
            tokens=self.budget.tokens,
            remaining=math.inf,
            draw=FULL,
        )
        if decision.wait is not None:
            self.budget.spend(decision.cost)
            self.last_cost = decision.cost
            self.waits.append(decision.wait)
        return decision

    def play(self, statuses: Iterable[int]) -> Decision | None:
        for status in statuses:
            if status < 300:
                self.budget.succeed(self.last_cost)
                return None
            decision = self.fail(status)
            if decision.wait is None:
                return decision
        return None


def _call(capacity: int = 500, attempts: int = 3) -> Call:
    return Call(Budget(capacity), RetryPolicy(attempts=attempts))


# --- The numbers that AWS (botocore, standard mode 2.1) and Smithy (smithy-rs, smithy-python) test theirs with. ------


def test_the_longest_waits_double_up_to_the_cap() -> None:
    call = _call(attempts=12)
    call.play([500] * 12)
    assert call.waits == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20])


def test_a_throttled_call_starts_at_a_second() -> None:
    call = _call(attempts=7)
    call.play([429] * 7)
    assert call.waits == pytest.approx([1, 2, 4, 8, 16, 20])


def test_a_503_that_names_a_time_is_throttling() -> None:
    assert _call().fail(503, retry_after=0) == Decision(1.0, 5, "ambiguous")


@pytest.mark.parametrize(
    ("capacity", "attempts", "statuses", "left", "reason"),
    [
        pytest.param(500, 3, [500, 500, 200], 486, None, id="the last retry is refunded"),
        pytest.param(500, 3, [502, 502, 502], 472, "attempts spent", id="a failed call refunds nothing"),
        pytest.param(14, 3, [500, 502], 0, "retry budget spent", id="budget for one retry"),
        pytest.param(0, 3, [500], 0, "retry budget spent", id="no budget"),
        pytest.param(20, 5, [500, 502], 6, "retry budget spent", id="not enough left"),
        pytest.param(30, 3, [500, 502, 200], 16, None, id="thirty, and a success"),
        pytest.param(500, 3, [429, 200], 500, None, id="throttling costs five, and comes back"),
        pytest.param(500, 1, [500], 500, "attempts spent", id="one attempt"),
    ],
)
def test_what_is_left_of_the_budget(
    capacity: int,
    attempts: int,
    statuses: list[int],
    left: int,
    reason: str | None,
) -> None:
    call = _call(capacity, attempts)
    decision = call.play(statuses)
    assert call.budget.tokens == left
    assert (decision.reason if decision else None) == reason


def test_the_price_of_throttling_is_five() -> None:
    call = _call()
    call.fail(429)
    assert call.budget.tokens == 495


def test_calls_one_after_the_other_share_a_budget() -> None:
    budget, policy = Budget(30), RetryPolicy()
    Call(budget, policy).play([500, 502, 200])
    Call(budget, policy).play([500, 200])
    assert budget.tokens == 16


def test_calls_at_the_same_time_share_a_budget() -> None:
    budget, policy = Budget(500), RetryPolicy()
    one, other = Call(budget, policy), Call(budget, policy)
    one.fail(500)
    other.fail(500)
    one.fail(500)
    one.play([200])
    other.play([200])
    assert budget.tokens == 486


def test_a_clean_success_earns_one_token_and_never_more_than_the_capacity() -> None:
    budget = Budget(500, tokens=498)
    for expected in (499, 500, 500):
        budget.succeed(None)
        assert budget.tokens == expected


@pytest.mark.parametrize(
    ("hint", "wait"),
    [
        (1.5, 1.5),
        (0.0, 0.05),
        (0.01, 0.05),
        (3.0, 3.0),
        (None, 0.05),
        # AWS and Smithy would clamp this to 5.05. A server that names a time means it, so here it is never undercut.
        (10.0, 10.0),
        (120.0, 120.0),
    ],
)
def test_a_hint_is_never_undercut(hint: float | None, wait: float) -> None:
    assert _call().fail(500, hint).wait == pytest.approx(wait)


def test_a_hint_beyond_the_cap_is_not_waited_for() -> None:
    assert _call().fail(429, 120.5) == Decision(None, 0, "asked to wait too long")


@pytest.mark.parametrize(("remaining", "wait"), [(0.051, 0.05), (0.05, None), (0.0, None), (-1.0, None)])
def test_no_wait_reaches_the_deadline(remaining: float, wait: float | None) -> None:
    decision = decide(
        Effect.READ,
        Failure(status=500),
        attempt=1,
        policy=RetryPolicy(),
        tokens=500,
        remaining=remaining,
        draw=FULL,
    )
    assert decision == (Decision(None, 0, "deadline") if wait is None else Decision(wait, 14, "ambiguous"))


def test_an_exhausted_budget_never_holds_back_what_was_not_sent() -> None:
    decision = decide(
        Effect.WRITE,
        Failure(phase=Phase.NOT_SENT),
        attempt=1,
        policy=RetryPolicy(),
        tokens=0,
        remaining=9.0,
        draw=FULL,
    )
    assert decision == Decision(0.05, 0, "not sent")


@given(successes=st.integers(0, 3000), capacity=st.integers(0, 600))
def test_retries_granted_are_a_share_of_the_successes(successes: int, capacity: int) -> None:
    budget, policy = Budget(capacity, tokens=0), RetryPolicy(attempts=2)
    for _ in range(successes):
        budget.succeed(None)
    granted = 0
    while Call(budget, policy).fail(500).wait is not None:
        granted += 1
    assert granted == min(successes, capacity) // policy.cost
