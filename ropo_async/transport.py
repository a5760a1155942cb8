"""One operation to its end: its token, its attempts, its deadline, and what became of it."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload
from urllib.parse import urlsplit

import anyio
import stamina
from attrs import define, field, frozen

from ropo_async import codec, hooks
from ropo_async._protect import finish, when_left
from ropo_async._quiet import quiet
from ropo_async._values import is_visible
from ropo_async.errors import DecodeError, InvalidInput, OutcomeUnknown, Phase, RopoError, TransportError
from ropo_async.exchange import Exchange, Paced
from ropo_async.operations import Effect
from ropo_async.retry import Budget, Failure, RetryPolicy, Verdict, decide, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ropo_async._messages import Answer, Request
    from ropo_async.auth import TokenProvider
    from ropo_async.config import Timeouts
    from ropo_async.exchange import Sender, Sink
    from ropo_async.operations import Operation

__all__ = ["Transport"]

T = TypeVar("T")

TOKEN_MARGIN = 60.0
"""Seconds that a token must outlive a call which cannot simply be repeated."""

_PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})


@frozen(kw_only=True)
class Transport:
    """Sends operations for one account: with its token, its retry budget, and the client's connections."""

    sender: Sender
    base: str
    timeouts: Timeouts
    policy: RetryPolicy
    budget: Budget
    cid: str | None = None
    """The customer id whose account it is, where the credentials say so."""
    auth: TokenProvider | None = None
    """Where its tokens come from; without one nothing is signed, as for the login itself."""
    hooks: Sequence[hooks.Hook] = ()
    draw: Callable[[], float] = random.random
    user_agent: str = "ropo-async"

    async def ready(self, operation: Operation) -> None:
        """Have a token that outlives a call of `operation`."""
        if self.auth is not None:
            with quiet():
                await self.auth.token(rejected=None, valid_for=self.validity(operation))

    def validity(self, operation: Operation) -> float:
        """Return for how many seconds a token must be good when a call of `operation` begins."""
        return self.timeouts.read_of(operation) + TOKEN_MARGIN if operation.fresh else 0.0

    @overload
    async def send(self, request: Request, read: Callable[[Answer], Awaitable[T]], sink: Sink | None = None) -> T: ...
    @overload
    async def send(self, request: Request, read: Callable[[Answer], T], sink: Sink | None = None) -> T: ...
    async def send(self, request: Request, read: Callable[[Answer], Any], sink: Sink | None = None) -> Any:
        """Send `request`, again where that is safe, and return what `read` makes of the answer.

        Where `read` returns an awaitable it is waited for, as part of the attempt.

        An operation that consumes or writes is carried to its end even when the caller is cancelled: `read` is then
        called all the same, and the cancellation goes on afterwards. But it is not sent again after that, nor waited
        for: where it would be, nothing was taken.

        With a `sink`, the body of an answer that the operation expects goes there piece by piece, and `read` is called
        without it. Every attempt begins the sink anew.

        Raises:
            TransportError: there was no usable answer, and the operation took no effect or has none.
            StatusError: the server refused.
            DecodeError: the answer cannot be read.
            OutcomeUnknown: it may have taken effect; nothing is sent again.
            Exception: what the sink raised; a `RopoError` counts as a failure of the attempt.
        """
        call = _Call[Any](self, request, read, sink)
        if request.operation.effect is Effect.READ:
            return await call.run()
        return await finish(call.run)


@define
class _Call(Generic[T]):
    """One call with all its attempts."""

    transport: Transport
    request: Request
    read: Callable[[Answer], Any]
    sink: Sink | None = None
    attempt: int = 0
    started: float = field(factory=time.monotonic)
    last_cost: int | None = None
    renewed: bool = False
    exchange: Exchange | None = None
    """The request under way or just ended; None while a token is fetched, when nothing of this call is sent."""
    failed: RopoError | None = None
    """What the last attempt ended in, while the next one is waited for."""
    until: anyio.CancelScope = field(factory=anyio.CancelScope)
    """Ends the call at its deadline."""
    is_left: bool = False
    """Whether its caller was cancelled."""

    async def run(self) -> T:
        self._emit_started()
        try:
            with quiet(), when_left(self._leave):
                result = await self._within_deadline()
        except RopoError as error:
            self._emit_finished(type(final := self._final(error)).__name__)
            if final is error:
                raise
            raise final from error
        except BaseException as error:
            is_cancelled = isinstance(error, anyio.get_cancelled_exc_class())
            self._emit_finished("cancelled" if is_cancelled else type(error).__name__)
            raise
        self.transport.budget.succeed(self.last_cost)
        self._emit_finished("ok")
        return result

    def _leave(self) -> None:
        self.is_left = True
        if self.failed is not None:
            self.until.cancel()  # it waits for nothing but its next attempt, which nobody wants any more

    async def _within_deadline(self) -> T:
        total = self.transport.timeouts.total_of(self.request.operation)
        self.until.deadline = anyio.current_time() + total
        with self.until:
            try:
                return await self._attempt()  # most calls need no other, and setting stamina up takes as long
            except Exception as error:  # noqa: BLE001 - it is for `_follow_up` to say which are final
                first = error
            # stamina waits and counts; what it does is decided by `_follow_up`. It gets no arguments, as its own
            # instrumentation would show them.
            again = partial(self._attempt_after, [first])
            return await stamina.AsyncRetryingCaller(attempts=None, timeout=None)(self._follow_up, again)
        reason = f"it took longer than {total:g} s in all"
        if self.failed is not None:
            raise self.failed
        if self.exchange is None:
            raise TransportError(self.request.operation.name, Phase.NOT_SENT, reason)
        raise self.exchange.failure(reason)

    async def _attempt(self) -> T:
        if self.is_left and self.failed is not None:
            raise self.failed  # the wait had ended just before it was cut short
        self.attempt, self.failed = self.attempt + 1, None
        answer = await self._answer()
        operation = self.request.operation
        if answer.status not in operation.expects:
            raise codec.status_error(answer)
        if answer.broken:
            raise TransportError(
                operation.name,
                Phase.RECEIVED_PARTIAL,
                answer.broken,
                permanent=self.exchange is not None and self.exchange.too_large,
                status=answer.status,
                partial=answer.body,
            )
        try:
            result: Any = self.read(answer)
            return await cast("Awaitable[T]", result) if isinstance(result, Awaitable) else cast("T", result)
        except RopoError:
            raise
        except Exception as error:
            raise DecodeError(operation.name, f"unexpected {type(error).__name__}", raw=answer.body) from error

    async def _attempt_after(self, failed: list[Exception]) -> T:
        """Fail as the first attempt did, which stamina has not seen; from then on attempt."""
        if failed:
            raise failed.pop()
        return await self._attempt()

    async def _answer(self) -> Answer:
        if self.transport.auth is None:
            return await self._exchange({})
        self.exchange = None
        get_token = partial(self.transport.auth.token, valid_for=self.transport.validity(self.request.operation))
        token = await get_token(rejected=None)
        answer = await self._exchange(_bearer(token))
        if answer.status != 401 or self.renewed:
            return answer
        # Refused before it was looked at: one new token, and the request once more.
        self.renewed, self.exchange = True, None
        newer = await get_token(rejected=token)
        return answer if newer == token else await self._exchange(_bearer(newer))

    async def _exchange(self, headers: dict[str, str]) -> Answer:
        transport = self.transport
        started = time.monotonic()
        self.exchange = exchange = Exchange(self.request, self.sink and Paced(self.sink, self.until))
        try:
            return await exchange.run(
                transport.sender,
                transport.base + self.request.path,
                {**headers, "User-Agent": transport.user_agent},
                transport.timeouts,
            )
        finally:
            phase = None if exchange.status else exchange.phase
            took = time.monotonic() - started
            name = self.request.operation.name
            hooks.emit(transport.hooks, hooks.Attempted(name, self.attempt, exchange.status, phase, took))

    def _follow_up(self, error: Exception) -> bool | float:
        """Return the seconds to wait before the next attempt, or False."""
        if self.exchange is None or not isinstance(error, RopoError) or (failure := Failure.of(error)) is None:
            return False
        if failure.permanent or self.is_left:
            return False
        transport = self.transport
        decision = decide(
            self.request.operation.effect,
            failure,
            attempt=self.attempt,
            policy=transport.policy,
            tokens=transport.budget.tokens,
            remaining=self.until.deadline - anyio.current_time(),
            draw=transport.draw(),
        )
        if decision.wait is None:
            return False
        transport.budget.spend(decision.cost)
        self.last_cost, self.failed = decision.cost, error
        hooks.emit(
            transport.hooks,
            hooks.Retrying(
                self.request.operation.name,
                self.attempt,
                decision.wait,
                decision.reason,
                transport.budget.tokens,
            ),
        )
        return decision.wait

    def _final(self, error: RopoError) -> RopoError:
        """Return what the caller sees: the error, or that it leaves the outcome unknown."""
        operation = self.request.operation
        failure = Failure.of(error)
        if self.exchange is None or failure is None or judge(operation.effect, failure) is not Verdict.UNKNOWN:
            return error
        return OutcomeUnknown(operation.name, failure.phase or Phase.MAYBE_SENT, check=operation.check)

    def _emit_started(self) -> None:
        request, address = self.request, _address(self.transport.base)
        hooks.emit(self.transport.hooks, hooks.Started(request.operation.name, request.method, *address))

    def _emit_finished(self, outcome: str) -> None:
        took = time.monotonic() - self.started
        event = hooks.Finished(self.request.operation.name, outcome, self.attempt, took)
        hooks.emit(self.transport.hooks, event)


@cache
def _address(base: str) -> tuple[str, int | None]:
    """Return the host and the port of a base URL."""
    parts = urlsplit(base)
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def _bearer(token: str) -> dict[str, str]:
    if not is_visible(token):
        raise InvalidInput("the token provider gave no token that fits into a header")
    return {"Authorization": f"Bearer {token}"}
