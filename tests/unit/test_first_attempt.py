"""A call that succeeds at once does without stamina; one that fails goes on as if stamina had driven it all along."""

from typing import Any

import anyio
import pytest
import stamina
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from ropo_async import _http as http
from ropo_async import hooks, operations, transport
from ropo_async._bridge import _Answer
from ropo_async._messages import Incoming, Outgoing, Request
from ropo_async.config import Timeouts
from ropo_async.errors import RopoError
from ropo_async.operations import Operation
from ropo_async.retry import Budget, RetryPolicy
from ropo_async.transport import Transport, _Call

ANSWERS: list[int | Exception] = [200, 404, 429, 503, http.PoolTimeout("x"), http.ReadError("x"), RuntimeError("x")]


@define
class Script:
    """Answers in turn, the last one again and again."""

    answers: list[int | Exception]
    events: list[hooks.Event] = field(factory=list[hooks.Event])
    sent: int = 0

    async def send(self, _: Outgoing) -> Incoming:
        answer = self.answers[min(self.sent, len(self.answers) - 1)]
        self.sent += 1
        if isinstance(answer, Exception):
            raise answer
        return _Answer(http.Response(answer, content=b"{}"))

    def call(self, operation: Operation) -> _Call[int]:
        sender = Transport(
            sender=self.send,
            base="https://host.example",
            timeouts=Timeouts(),
            policy=RetryPolicy(base=0, throttled_base=0, capacity=20),
            budget=Budget(20),
            hooks=[self.events.append],
        )
        return _Call(sender, Request(operation=operation, method="GET", path="/"), lambda answer: answer.status)

    def told(self) -> list[Any]:
        """Return what was told of attempts and retries, but for how long they took."""
        return [
            (type(event), event.attempt, *((event.tokens, event.reason) if isinstance(event, hooks.Retrying) else ()))
            for event in self.events
            if isinstance(event, hooks.Attempted | hooks.Retrying)
        ]


async def by_stamina(call: _Call[int]) -> int:
    """Make all attempts by stamina: the reference."""
    call.until.deadline = anyio.current_time() + 100
    with call.until:
        return await stamina.AsyncRetryingCaller(attempts=None, timeout=None)(call._follow_up, call._attempt)
    raise AssertionError


async def outcome(made: Any) -> Any:
    try:
        return await made
    except (RopoError, RuntimeError) as error:
        return type(error), str(error)


@given(
    answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4),
    operation=st.sampled_from([operations.REREAD, operations.POLL, operations.PAYMENT]),
)
@settings(max_examples=80, deadline=None)
def test_it_ends_as_if_stamina_had_driven_it(answers: list[int | Exception], operation: Operation) -> None:
    async def both() -> None:
        ours, reference = Script(answers), Script(answers)
        call, other = ours.call(operation), reference.call(operation)
        assert await outcome(call._within_deadline()) == await outcome(by_stamina(other))
        assert (ours.sent, ours.told()) == (reference.sent, reference.told())
        assert (call.attempt, call.last_cost) == (other.attempt, other.last_cost)
        assert call.transport.budget == other.transport.budget

    anyio.run(both)


@pytest.mark.anyio
async def test_a_call_that_succeeds_at_once_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "stamina", None)
    assert await Script([200]).call(operations.REREAD).run() == 200
    with pytest.raises(AttributeError):
        await Script([503]).call(operations.REREAD).run()


@pytest.mark.anyio
async def test_who_switches_stamina_off_has_one_attempt() -> None:
    stamina.set_active(False)
    try:
        script = Script([503])
        with pytest.raises(RopoError):
            await script.call(operations.REREAD).run()
        assert script.sent == 1
    finally:
        stamina.set_active(True)
