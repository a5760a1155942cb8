"""One request, one answer, and how far it got when there is none."""

from __future__ import annotations

import re
import ssl
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from attrs import define, field, frozen

from ropo_async import _http as http
from ropo_async._messages import Answer, Incoming, Outgoing
from ropo_async.errors import ClientClosed, Phase, TransportError
from ropo_async.errors._answers import BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import anyio

    from ropo_async._messages import Request
    from ropo_async.config import Timeouts

__all__ = ["Exchange", "Paced", "Sender", "Sink", "declared_length"]

SLOWEST = 64 * 1024
"""Bytes a second at which a large answer may come: each such second puts the deadline off by one."""

Sender = Callable[[Outgoing], Awaitable[Incoming]]


class Sink(Protocol):
    """Where the body of a good answer goes, when it is too large to be kept. What a sink raises ends the call."""

    async def begin(self, head: Answer, /) -> None:
        """Take the head of an answer, and forget the pieces of an earlier one."""
        ...

    async def write(self, piece: bytes, /) -> None:
        """Take the next piece of its body."""
        ...


@frozen
class Paced:
    """A sink, each piece of which puts off the deadline by the time that it may take."""

    sink: Sink
    until: anyio.CancelScope

    async def begin(self, head: Answer, /) -> None:
        """Hand it on."""
        await self.sink.begin(head)

    async def write(self, piece: bytes, /) -> None:
        """Hand it on, and put the deadline off."""
        self.until.deadline += len(piece) / SLOWEST
        await self.sink.write(piece)


_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # a cut compressed body passes for a whole one
        "Cache-Control": "no-store",
    },
)
_CERTIFICATE = "the server's certificate does not verify; trust its authority, or find out who answers in its place"
_ALONE: Mapping[str, str] = MappingProxyType({"Connection": "close"})

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "ConnectError": "no connection could be made",
        "ConnectTimeout": "no connection could be made in time",
        "PoolTimeout": "no connection became free in time",
        "ReadTimeout": "the server fell silent",
        "ReadError": "the connection was lost",
        "WriteTimeout": "the server stopped taking the request",
        "WriteError": "the connection was lost while sending",
        "RemoteProtocolError": "the server did not keep to HTTP",
        "LocalProtocolError": "the request cannot be written as HTTP",
        "OverflowError": "the answer is too large",
    },
)


@define
class Exchange:
    """What is known of one request while it is under way. Every failure is told from this, not from its exception."""

    request: Request
    sink: Sink | None = None
    """Where the body goes if the answer is one that the operation expects; any other is kept in memory, up to a cap."""
    begun: bool = False
    traced: bool = False
    sent: bool = False
    status: int | None = None
    headers: dict[str, str] = field(factory=dict[str, str])
    body: bytearray = field(factory=bytearray)
    too_large: bool = False
    spoilt: BaseException | None = None
    """What the sink raised."""

    async def run(self, send: Sender, url: str, headers: Mapping[str, str], timeouts: Timeouts) -> Answer:
        """Send the request and read the whole answer.

        Raises:
            TransportError: there was no head of an answer.
            Exception: what the sink raised.
        """
        broken, permanent = "", False
        try:
            await self._run(send, self._outgoing(url, headers, timeouts))
        except ClientClosed:
            self.begun = False
            raise
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, what counts is how far the call got
            broken = _REASONS.get(type(error).__name__, f"the connection failed ({type(error).__name__})")
            permanent = _is_certificate(error)
        if self.spoilt is not None:
            raise self.spoilt
        # Raised out here, so that no exception of the HTTP library, whose request carries the token, hangs on to ours.
        if self.status is None:
            raise self.failure(_CERTIFICATE if permanent else broken, permanent=permanent)
        return self.answer(broken)

    def answer(self, broken: str = "") -> Answer:
        """Return what has arrived, whole or `broken`."""
        return Answer(
            operation=self.request.operation,
            status=self.status or 0,
            headers=self.headers,
            body=bytes(self.body),
            broken=broken,
        )

    def failure(self, reason: str, *, permanent: bool = False) -> TransportError:
        """Return the error of an exchange that ended now, for `reason`."""
        return TransportError(
            self.request.operation.name,
            self.phase,
            reason,
            permanent=permanent,
            status=self.status,
            partial=bytes(self.body),
        )

    @property
    def phase(self) -> Phase:
        """How far it got. "Not sent" is claimed only where the transport tells its steps, and told none that writes."""
        if self.status is not None:
            return Phase.RECEIVED_PARTIAL
        if not self.begun or (self.traced and not self.sent):
            return Phase.NOT_SENT
        return Phase.MAYBE_SENT

    def _outgoing(self, url: str, headers: Mapping[str, str], timeouts: Timeouts) -> Outgoing:
        request, operation = self.request, self.request.operation
        return Outgoing(
            method=request.method,
            url=url,
            query=urlencode(request.params),
            headers={**_PLAIN, **(_ALONE if operation.fresh else {}), **request.headers, **headers},
            content=request.content or b"",
            timeout={
                "connect": timeouts.connect,
                "read": timeouts.read_of(operation),
                "write": timeouts.write,
                "pool": timeouts.pool,
            },
            trace=self._trace,
            fresh=operation.fresh,
        )

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        self.traced = True
        self.sent = self.sent or event.endswith("send_request_headers.started")

    async def _run(self, send: Sender, outgoing: Outgoing) -> None:
        self.begun = True
        try:
            answer = await send(outgoing)
        except http.PoolTimeout:
            self.traced = True  # the one exception that is a proof by itself: no connection was ever had
            raise
        try:
            self.status, self.headers = answer.status, answer.headers
            await self._receive(answer)
        finally:
            await answer.aclose()

    async def _receive(self, answer: Incoming) -> None:
        sink = self.sink if self.status in self.request.operation.expects else None
        limit = BODY_LIMIT if self.sink and not sink else self.request.operation.max_body
        self.too_large = sink is not None and (declared_length(self.headers) or 0) > limit
        if sink and not self.too_large:
            await self._pour(sink.begin(self.answer()))
        received = 0
        while not (self.too_large or self.spoilt) and (piece := await answer.receive()):
            received += len(piece)
            self.too_large = received > limit
            if not sink:
                self.body += piece[: limit - len(self.body)]
            elif not self.too_large:
                await self._pour(sink.write(piece))
        if self.too_large:
            raise OverflowError
        if self.spoilt:
            raise self.spoilt

    async def _pour(self, step: Awaitable[None]) -> None:
        try:
            await step
        except BaseException as error:  # noqa: BLE001 - raised when the answer is closed, a cancellation too
            self.spoilt = error


def declared_length(headers: Mapping[str, str]) -> int | None:
    """Return the length that a body has by its head, or None where that does not say."""
    length = headers.get("content-length", "")
    # A length beside chunks counts for nothing, as HTTP has it. No body has more digits than these.
    return int(length) if re.fullmatch("[0-9]{1,18}", length) and "transfer-encoding" not in headers else None


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
