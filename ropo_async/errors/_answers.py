"""Answers that mean failure, and answers that never came."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from ropo_async.errors._base import Phase, RopoError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.records import PaymentReceipt, PaymentStatus

__all__ = [
    "BODY_LIMIT",
    "PHASES",
    "AuthenticationError",
    "BadRequest",
    "DecodeError",
    "NotFound",
    "PaymentRejected",
    "PermissionDenied",
    "RateLimited",
    "ServerError",
    "StatusError",
    "TransportError",
]

BODY_LIMIT = 64 * 1024
"""Bytes of an error answer that a `StatusError` keeps."""


class TransportError(RopoError):
    """No usable answer came; `phase` says how far the call got.

    Attributes:
        operation: the facade's name of the operation, such as `payments.register`.
        phase: how far the call got.
        permanent: trying again cannot help (a certificate that does not verify, an answer that is too large).
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
        super().__init__(f"{operation}: {reason} ({PHASES[phase]})")
        self.operation, self.phase, self.permanent = operation, phase, permanent
        self.status, self.partial = status, partial


PHASES: Mapping[Phase, str] = MappingProxyType(
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
        vendor_text: the vendor's own words, where the body has some; of Iopole's refusals with a line for each value
            that is wrong, as `path: message (code)`. May hold personal data: not shown.
    """

    advice: ClassVar[str] = (
        "that is no answer which this operation has; check the server's URL, and what stands between "
        "(redirects are never followed)"
    )

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

    advice = "check the credentials, or the token, and the server's URL"


class PermissionDenied(StatusError):
    """403: the credentials are known and may not do this."""

    advice = "ask the vendor whether these credentials may use the operation"


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
