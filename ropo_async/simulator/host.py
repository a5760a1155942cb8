"""What simulators of any API have in common: requests are noted, meet their faults, and are answered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import parse_qsl, unquote

from attrs import evolve

from ropo_async.simulator.books import Exchange
from ropo_async.simulator.messages import Answer, Request
from ropo_async.simulator.rewrites import unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from ropo_async.simulator.faults import Fault
    from ropo_async.simulator.plan import FaultPlan
    from ropo_async.simulator.tokens import Tokens
    from ropo_async.simulator.traffic import Traffic

__all__ = ["Host"]

T = TypeVar("T", bound="Traffic")


class Host(ABC, Generic[T]):
    """A pretended vendor; each API says what its operations are and what they do."""

    truth: T
    faults: FaultPlan
    tokens: Tokens
    now: Callable[[], datetime]

    @abstractmethod
    def operation_of(self, method: str, target: str) -> str:
        """Name the operation of a request."""

    @abstractmethod
    def handle(self, request: Request) -> Answer:
        """Answer a request as the vendor would when all is well."""

    def stale(self) -> Answer:
        """Return the answer that faults start from which do not process a request."""
        return Answer(204)

    def fail(
        self,
        fault: Fault,
        *,
        operation: str | None = None,
        query: Iterable[str] | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Let the next matching requests meet a fault. Several may wait in line; the one scripted first strikes first.

        Args:
            fault: What happens.
            operation: Method and path such as `GET /jobs/statusupdates`; any by default.
            query: Exactly these query fields: `()` picks the poll, `("date",)` the re-read of a day; any by default.
            times: How many requests it strikes.
            skip: How many matching requests pass before that.

        Raises:
            ValueError: the fault strikes on accept, when no operation is known yet.
        """
        self.faults.script(fault, operation=operation, query=query, times=times, skip=skip)

    def revoke_tokens(self) -> None:
        """Answer 401 to every token given so far."""
        self.tokens.revoke()

    def receive(self, connection: int, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        """Take note of a request that was read."""
        raw_path, _, raw_query = target.partition("?")
        path = unquote(raw_path)
        query = tuple(parse_qsl(raw_query, keep_blank_values=True))
        operation = self.operation_of(method, target)
        request = Request(len(self.truth.requests), method, path, operation, query, headers, body)
        self.truth.arrived(
            Exchange(
                index=request.index,
                method=method,
                path=path,
                query=tuple(name for name, _ in query),
                operation=operation,
                connection=connection,
                generation=self.tokens.generation(headers),
            )
        )
        return request

    def respond(self, request: Request, fault: Fault | None = None) -> Answer:
        """Process a request unless the fault forbids it, and return what to send.

        What is not processed gets `stale` to start from.
        """
        if fault is None:
            answer = self.handle(request)
            self.truth.became(request.index, processed=True, status=answer.status)
        else:
            right = self.handle(request) if fault.processed else self.stale()
            answer = fault.rewrite(right if fault.rewrite is unchanged else right.solid())
            status = answer.status if fault.processed or not fault.closes else None
            self.truth.became(request.index, processed=fault.processed, status=status, fault=fault.name)
        return evolve(
            answer, headers=(("Date", format_datetime(self.now().astimezone(UTC), usegmt=True)), *answer.headers)
        )
