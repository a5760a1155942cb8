"""What the API answers of jobs, exact and as far as it tells; what it does not tell is None."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the codec reads the types of the fields
from datetime import date  # noqa: TC003 - as above
from typing import Any

from attrs import field, frozen

__all__ = ["DisputeReceipt", "JobInfo", "JobOutcome", "JobsResult", "OpenSalesInvoicesResult"]


def _hidden() -> Any:
    return field(default=None, repr=False)


def _extra() -> Any:
    return field(factory=dict[str, Any], repr=False, hash=False)


def _raw() -> Any:
    return field(default=b"", repr=False, eq=False)


@frozen(kw_only=True)
class JobOutcome:
    """What became of one job of a submission, as far as the answer has it.

    The vendor documents nothing of it but the count of accepted jobs. These are the fields that the API's predecessor
    had, for servers that still send them.
    """

    accepted: bool | None = None
    """Whether the job was accepted."""
    jobid: int | None = None
    """Ropo's id of the job."""
    billnum: str | None = _hidden()
    """The invoice number."""
    reference: str | None = _hidden()
    """The payment reference that the invoice has now; Ropo may have put its own in place of yours."""
    error: str | None = _hidden()
    """Why it was not accepted, in the vendor's words. May hold personal data."""
    extra: Mapping[str, Any] = _extra()
    """Further fields, and values that could not be read, as they came."""


@frozen(kw_only=True)
class JobsResult:
    """What became of a submission. Some of its jobs may be accepted and others not: look at `complete`.

    See https://dev.ropo.com/api-reference/jobs.
    """

    submitted: int | None = None
    """How many jobs were sent."""
    accepted: int | None = None
    """How many of them the server says it accepted."""
    jobs: tuple[JobOutcome, ...] = ()
    """What became of each, where the answer tells; in the server's order."""
    error: str | None = _hidden()
    """What the server says of the whole submission. May hold personal data."""
    extra: Mapping[str, Any] = _extra()
    """Further fields of the answer, and values that could not be read, as they came."""
    raw: bytes = _raw()
    """The answer's own JSON. Takes no part in equality."""

    @property
    def complete(self) -> bool:
        """Whether the answer says that every job was accepted; False also where it does not say."""
        return self.submitted is not None and self.accepted == self.submitted and not self.error and not self.rejected

    @property
    def rejected(self) -> tuple[JobOutcome, ...]:
        """The jobs that the answer says were not accepted."""
        return tuple(job for job in self.jobs if job.accepted is False or (job.error and not job.accepted))


@frozen(kw_only=True)
class JobInfo:
    """One job as it stands, under the API's own field names. It has no amounts: status updates have what is open.

    A field that the vendor left out, left empty or sent as null is None. The texts of statuses are in the customer's
    language: show them, never branch on them.

    See https://dev.ropo.com/api-reference/jobs.
    """

    jobid: int | None = None
    """Ropo's id of the job."""
    billnum: str | None = _hidden()
    """The invoice number, as it stands now."""
    billcode: str | None = _hidden()
    """The payment reference."""
    reference: str | None = _hidden()
    """The payment reference, too; the vendor describes both in the same words."""
    accountdate: date | None = _hidden()
    """When the job was added."""
    paydate: date | None = _hidden()
    """The due date as it was at first."""
    currentpaydate: date | None = _hidden()
    """The due date now."""
    currentstatus: int | None = None
    """The status now, by number, such as 0 for invoicing and 1 for a reminder."""
    currentstatustext: str | None = _hidden()
    """The status now, in words."""
    nextstatus: int | None = None
    """The status that comes next; -1 when none does."""
    nextstatusdate: date | None = _hidden()
    """When the next status comes."""
    nextstatustext: str | None = _hidden()
    """The status that comes next, in words."""
    origjobtype: int | None = None
    """The `jobtype` at first."""
    origjobtext: str | None = _hidden()
    """The status at first, in words."""
    origjobdate: date | None = _hidden()
    """When Ropo first received the job."""
    refundtojobid: int | None = _hidden()
    """The job that a credit note is set against."""
    custnum: str | None = _hidden()
    """The customer's number in your system."""
    company: str | None = _hidden()
    """The customer's name, where it is a company."""
    person: str | None = _hidden()
    """The customer's name, where it is a person."""
    govid: str | None = _hidden()
    """The customer's business id or personal identity code."""
    vatid: str | None = _hidden()
    """The customer's VAT number."""
    address: str | None = _hidden()
    """The recipient's street address."""
    addressaddline1: str | None = _hidden()
    """The address line above the recipient's name."""
    addressaddline2: str | None = _hidden()
    """The address line between the name and the street."""
    postcode: str | None = _hidden()
    """The postal code."""
    city: str | None = _hidden()
    """The post town."""
    country: str | None = _hidden()
    """The country where the company is registered."""
    extra: Mapping[str, Any] = _extra()
    """Fields that the API has gained since this version, and values that could not be read, as they came."""
    raw: bytes = _raw()
    """The answer's own JSON. Takes no part in equality."""


@frozen(kw_only=True)
class OpenSalesInvoicesResult:
    """What the server says of a change of several invoices. Nothing of it is documented: all of it is in `extra`.

    See https://dev.ropo.com/api-reference/jobs.
    """

    extra: Mapping[str, Any] = _extra()
    """The fields of the answer, as they came."""
    raw: bytes = _raw()
    """The answer's own JSON. Takes no part in equality."""


@frozen(kw_only=True)
class DisputeReceipt:
    """What the server says when a dispute was opened or resolved.

    See https://dev.ropo.com/api-reference/jobs.
    """

    created_at: str | None = None
    """When the answer was made, as it came: neither form nor zone is documented."""
    extra: Mapping[str, Any] = _extra()
    """Further fields, and values that could not be read, as they came."""
    raw: bytes = _raw()
    """The answer's own JSON. Takes no part in equality."""
