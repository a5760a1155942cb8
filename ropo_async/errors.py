"""What can go wrong: one class per meaning, none of them showing a query, a body or a token.

```
RopoError
├── InvalidInput            (also a ValueError) refused here, nothing was sent
├── ClientClosed            (also a RuntimeError) the client was closed before, nothing was sent
├── TransportError          no usable answer; `.phase` says how far the call got
├── StatusError             the server answered with a status that means failure
│   ├── BadRequest  AuthenticationError  PermissionDenied  NotFound  RateLimited  ServerError
│   └── PaymentRejected     the payment rule said no; `.statusid` says why
├── DecodeError             an answer that cannot be read; `.raw` has its bytes
├── OutcomeUnknown          the call may or may not have taken effect; never sent again by itself
│   └── UpdatesMayBeLost    a status-updates answer went missing; `.dates` are to be read again
└── FeedStalled             the server repeats itself; stopped before it goes on for ever
```

Every error pickles, copies, and can be raised in another process.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ropo_async.records import Page, PaymentReceipt, PaymentStatus

__all__ = [
    "AuthenticationError",
    "BadRequest",
    "ClientClosed",
    "DecodeError",
    "FeedStalled",
    "InvalidInput",
    "NotFound",
    "OutcomeUnknown",
    "PaymentRejected",
    "PermissionDenied",
    "Phase",
    "RateLimited",
    "RopoError",
    "ServerError",
    "StatusError",
    "TransportError",
    "UpdatesMayBeLost",
]

BODY_LIMIT = 64 * 1024
"""Bytes of an error answer that a `StatusError` keeps."""


class Phase(StrEnum):
    """How far a call got before it failed."""

    NOT_SENT = "not_sent"
    """No byte of the request was written: the server cannot have acted on it."""
    MAYBE_SENT = "maybe_sent"
    """The request was on its way; whether the server acted on it cannot be known from here."""
    RECEIVED_PARTIAL = "received_partial"
    """The answer began to arrive, and broke off or could not be read."""


class RopoError(Exception):
    """The root of every error that this library raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from the message and the details, whatever a subclass asks of its constructor."""
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(cls: type[RopoError], args: tuple[Any, ...], details: Mapping[str, Any]) -> RopoError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(details)
    return error


class InvalidInput(RopoError, ValueError):
    """The caller's input was refused before anything was sent."""


class ClientClosed(RopoError, RuntimeError):
    """The client was closed before; nothing was sent."""


class TransportError(RopoError):
    """No usable answer came; `phase` says how far the call got.

    Attributes:
        operation: the facade's name of the operation, such as `payments.register`.
        phase: how far the call got.
        permanent: trying again cannot help (a certificate that does not verify).
        status: the HTTP status, when the head of the answer arrived.
        partial: the bytes of the answer that arrived. Personal data: not shown.
    """

    def __init__(
        self,
        operation: str,
        phase: Phase,
        reason: str,
        *,
        permanent: bool = False,
        status: int | None = None,
        partial: bytes = b"",
    ) -> None:
        super().__init__(f"{operation}: {reason} ({_PHASES[phase]})")
        self.operation, self.phase, self.permanent = operation, phase, permanent
        self.status, self.partial = status, partial


_PHASES: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.NOT_SENT: "nothing was sent",
        Phase.MAYBE_SENT: "the server may have acted on it",
        Phase.RECEIVED_PARTIAL: "the answer is incomplete or contradicts itself",
    },
)


class StatusError(RopoError):
    """The server answered with a status that means failure.

    Attributes:
        operation: the facade's name of the operation.
        status: the HTTP status, also one that no standard knows (520).
        headers: the answer's headers, names in lower case, without cookies.
        body: the answer's first 64 KiB. May hold personal data: not shown.
        vendor_code: the vendor's own error number, where the body has one.
        vendor_text: the vendor's own words, where the body has some. May hold personal data: not shown.
    """

    advice: ClassVar[str] = "that is no answer which this operation has (redirects are never followed)"

    def __init__(
        self,
        operation: str,
        status: int,
        *,
        headers: Mapping[str, str],
        body: bytes,
        vendor_code: int | None = None,
        vendor_text: str | None = None,
    ) -> None:
        super().__init__(f"{operation}: the server answered {status}; {self.advice}")
        self.operation, self.status = operation, status
        self.headers = {name: value for name, value in headers.items() if name != "set-cookie"}
        self.body = body[:BODY_LIMIT]
        self.vendor_code, self.vendor_text = vendor_code, vendor_text


class BadRequest(StatusError):
    """400, 405, 413, 415 or 422: the server refused the request as it is written."""

    advice = "look at `.vendor_text` and at the request's values"


class AuthenticationError(StatusError):
    """401, or a login that was refused: the credentials or the token are not accepted."""

    advice = "check the customer id and the api code, or the token"


class PermissionDenied(StatusError):
    """403: the credentials are known and may not do this."""

    advice = "ask Ropo whether this customer id may use the operation"


class NotFound(StatusError):
    """404: no such thing under this customer id."""

    advice = "check the identifier, and the customer id that it belongs to"


class RateLimited(StatusError):
    """429: too many requests; `retry_after` holds the seconds that the server asked to wait, if it did."""

    advice = "wait for `.retry_after` seconds, and send less at once"

    def __init__(self, operation: str, status: int, *, retry_after: float | None = None, **answer: Any) -> None:
        super().__init__(operation, status, **answer)
        self.retry_after = retry_after


class ServerError(StatusError):
    """500 and above: the server, or something in front of it, failed."""

    advice = "try again later"


class DecodeError(RopoError):
    """An answer that cannot be read.

    Attributes:
        operation: the facade's name of the operation.
        raw: the bytes as they came. May hold personal data: not shown.
    """

    def __init__(self, operation: str, reason: str, *, raw: bytes) -> None:
        super().__init__(f"{operation}: the answer cannot be read: {reason}")
        self.operation, self.raw = operation, raw


class PaymentRejected(StatusError):
    """The payment was not booked; `statusid` says why.

    Attributes:
        statusid: the vendor's outcome code, never 6.
        receipt: the answer's 17 fields, `statustext` among them.
    """

    def __init__(
        self,
        operation: str,
        status: int,
        *,
        statusid: PaymentStatus,
        receipt: PaymentReceipt,
        **answer: Any,
    ) -> None:
        super().__init__(operation, status, **answer)
        self.statusid, self.receipt = statusid, receipt
        doubt = "" if self.conclusive else "; that leaves a doubt: check the invoice before paying again"
        self.args = (f"{operation}: not booked, statusid {int(statusid)} ({statusid.name}){doubt}",)

    @property
    def conclusive(self) -> bool:
        """False where the code leaves a doubt (UNDONE, OLD, ROPO, ROPO Refund, or one that is not documented).

        The payment may be pending, or have been booked before; look before paying again.
        """
        return self.statusid.conclusive


class OutcomeUnknown(RopoError):
    """The call may or may not have taken effect, and is not sent again by itself.

    Attributes:
        operation: the facade's name of the operation.
        phase: how far the call got.
        check: what to look at to find out.
    """

    def __init__(self, operation: str, phase: Phase, *, check: str) -> None:
        super().__init__(f"{operation}: it cannot be known whether this took effect ({_PHASES[phase]}); {check}")
        self.operation, self.phase, self.check = operation, phase, check


class UpdatesMayBeLost(OutcomeUnknown):
    """An answer of the status-updates feed went missing: up to 1000 updates may be recorded there and not here.

    Attributes:
        pages: pages handed over by this iteration before it failed.
        updates: updates handed over by this iteration before it failed.
        dates: days to read again with `status_updates.on(date)`, oldest first. They reach 48 hours
            back from where this iteration began; if nobody has read the feed for longer, read further back.
        salvaged: the whole updates of an answer that broke off. They are in the re-read days too.
    """

    def __init__(
        self,
        operation: str,
        phase: Phase,
        *,
        pages: int,
        updates: int,
        dates: tuple[date, ...],
        salvaged: Page | None = None,
    ) -> None:
        named = ", ".join(day.isoformat() for day in dates)
        check = (
            f"up to 1000 updates may be lost. {pages} pages with {updates} updates were handed over before; "
            f"read these days again with status_updates.on(date): {named}"
        )
        super().__init__(operation, phase, check=check)
        self.pages, self.updates, self.dates, self.salvaged = pages, updates, dates, salvaged


class FeedStalled(RopoError):
    """The feed makes no progress: the same page twice, or one empty page after the other.

    A repeated page is not dropped: the next iteration of the same client hands it out first.
    """
