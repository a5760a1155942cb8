"""Async Python client for the Ropo One invoicing API.

Start with `RopoClient`, and with an `Inbox` on a `Journal` where no status update may be lost. What can go wrong is in
`ropo_async.errors`, how often it is tried again in `ropo_async.retry`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async._late import homes, late
from ropo_async._version import __version__

if TYPE_CHECKING:
    from ropo_async.auth import Credentials, Secret, StaticToken, TokenProvider
    from ropo_async.client import RopoClient
    from ropo_async.config import Environment, Timeouts
    from ropo_async.datasets import (
        NULL,
        AccountRow,
        Attachment,
        CashDiscountRow,
        Image,
        Instalment,
        JobDataSet,
        JobSubmission,
        Null,
        PackageDetails,
        Payee,
        PayPlan,
        PayRow,
        PropertyRow,
    )
    from ropo_async.disputes import Disputes
    from ropo_async.documents import Document, Documents, Download, SavedDocument, SaveFailure, SaveReport
    from ropo_async.errors import (
        AuthenticationError,
        BadRequest,
        ClientClosed,
        DecodeError,
        FeedBusy,
        FeedStalled,
        FileProblem,
        InvalidFile,
        InvalidInput,
        InvalidJob,
        InvoiceBusy,
        JournalError,
        JournalProblem,
        LeaseLost,
        NotFound,
        OperationIdReused,
        OutcomeUnknown,
        PageNotStored,
        PaymentRejected,
        PermissionDenied,
        Phase,
        Problem,
        RateLimited,
        ResendRefused,
        RopoError,
        ServerError,
        StatusError,
        TransportError,
        UpdatesMayBeLost,
    )
    from ropo_async.events import InvoiceEvent
    from ropo_async.inbox import Deliveries, Delivery, Inbox, Inboxes, InboxPolicy, Round
    from ropo_async.job_records import DisputeReceipt, JobInfo, JobOutcome, JobsResult, OpenSalesInvoicesResult
    from ropo_async.jobs import Jobs
    from ropo_async.journal import Account, Booking, BookingState, Gap, GapState, Health, Journal
    from ropo_async.ledger import BulkProgress, BulkResult, BulkRun, LedgerPolicy, PaymentLedger, Registration
    from ropo_async.payments import PaymentOutcome, expected_http_status, payment_outcome
    from ropo_async.postings import CreditNote, Payment
    from ropo_async.records import Page, PaymentReceipt, PaymentStatus, StatusType, StatusUpdate, Undecoded
    from ropo_async.retry import RetryPolicy

__all__ = [
    "NULL",
    "Account",
    "AccountRow",
    "Attachment",
    "AuthenticationError",
    "BadRequest",
    "Booking",
    "BookingState",
    "BulkProgress",
    "BulkResult",
    "BulkRun",
    "CashDiscountRow",
    "ClientClosed",
    "Credentials",
    "CreditNote",
    "DecodeError",
    "Deliveries",
    "Delivery",
    "DisputeReceipt",
    "Disputes",
    "Document",
    "Documents",
    "Download",
    "Environment",
    "FeedBusy",
    "FeedStalled",
    "FileProblem",
    "Gap",
    "GapState",
    "Health",
    "Image",
    "Inbox",
    "InboxPolicy",
    "Inboxes",
    "Instalment",
    "InvalidFile",
    "InvalidInput",
    "InvalidJob",
    "InvoiceBusy",
    "InvoiceEvent",
    "JobDataSet",
    "JobInfo",
    "JobOutcome",
    "JobSubmission",
    "Jobs",
    "JobsResult",
    "Journal",
    "JournalError",
    "JournalProblem",
    "LeaseLost",
    "LedgerPolicy",
    "NotFound",
    "Null",
    "OpenSalesInvoicesResult",
    "OperationIdReused",
    "OutcomeUnknown",
    "PackageDetails",
    "Page",
    "PageNotStored",
    "PayPlan",
    "PayRow",
    "Payee",
    "Payment",
    "PaymentLedger",
    "PaymentOutcome",
    "PaymentReceipt",
    "PaymentRejected",
    "PaymentStatus",
    "PermissionDenied",
    "Phase",
    "Problem",
    "PropertyRow",
    "RateLimited",
    "Registration",
    "ResendRefused",
    "RetryPolicy",
    "RopoClient",
    "RopoError",
    "Round",
    "SaveFailure",
    "SaveReport",
    "SavedDocument",
    "Secret",
    "ServerError",
    "StaticToken",
    "StatusError",
    "StatusType",
    "StatusUpdate",
    "Timeouts",
    "TokenProvider",
    "TransportError",
    "Undecoded",
    "UpdatesMayBeLost",
    "__version__",
    "expected_http_status",
    "payment_outcome",
]

# The same for whoever runs it: a room is loaded when something of it is used, as making all the classes of the facade
# takes several times as long as importing the HTTP library.
_ROOMS = {
    "auth": "Credentials Secret StaticToken TokenProvider",
    "client": "RopoClient",
    "config": "Environment Timeouts",
    "datasets": (
        "NULL AccountRow Attachment CashDiscountRow Image Instalment JobDataSet JobSubmission Null "
        "PackageDetails Payee PayPlan PayRow PropertyRow"
    ),
    "disputes": "Disputes",
    "documents": "Document Documents Download SavedDocument SaveFailure SaveReport",
    "errors": (
        "AuthenticationError BadRequest ClientClosed DecodeError FeedBusy FeedStalled FileProblem InvalidFile "
        "InvalidInput InvalidJob InvoiceBusy JournalError JournalProblem LeaseLost NotFound OperationIdReused "
        "OutcomeUnknown PageNotStored PaymentRejected PermissionDenied Phase Problem RateLimited "
        "ResendRefused RopoError ServerError StatusError TransportError UpdatesMayBeLost"
    ),
    "events": "InvoiceEvent",
    "inbox": "Deliveries Delivery Inbox Inboxes InboxPolicy Round",
    "job_records": "DisputeReceipt JobInfo JobOutcome JobsResult OpenSalesInvoicesResult",
    "jobs": "Jobs",
    "journal": "Account Booking BookingState Gap GapState Health Journal",
    "ledger": "BulkProgress BulkResult BulkRun LedgerPolicy PaymentLedger Registration",
    "payments": "PaymentOutcome expected_http_status payment_outcome",
    "postings": "CreditNote Payment",
    "records": "Page PaymentReceipt PaymentStatus StatusType StatusUpdate Undecoded",
    "retry": "RetryPolicy",
}
_HOMES = homes(_ROOMS)

__getattr__ = late(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS})
