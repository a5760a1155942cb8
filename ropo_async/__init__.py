"""Async Python client for the Ropo One invoicing API.

Start with `RopoClient`, and with an `Inbox` on a `Journal` where no status update may be lost. What can go wrong is in
`ropo_async.errors`, how often it is tried again in `ropo_async.retry`.
"""

from ropo_async._version import __version__
from ropo_async.auth import Credentials, Secret, StaticToken, TokenProvider
from ropo_async.client import RopoClient
from ropo_async.config import Environment, Timeouts
from ropo_async.errors import (
    AuthenticationError,
    BadRequest,
    ClientClosed,
    DecodeError,
    FeedBusy,
    FeedStalled,
    InvalidInput,
    JournalError,
    JournalProblem,
    LeaseLost,
    NotFound,
    OutcomeUnknown,
    PageNotStored,
    PaymentRejected,
    PermissionDenied,
    Phase,
    RateLimited,
    RopoError,
    ServerError,
    StatusError,
    TransportError,
    UpdatesMayBeLost,
)
from ropo_async.inbox import Deliveries, Delivery, Inbox, Inboxes, InboxPolicy, Round
from ropo_async.journal import Account, Gap, GapState, Health, Journal
from ropo_async.payments import Payment, PaymentOutcome, expected_http_status, payment_outcome
from ropo_async.records import Page, PaymentReceipt, PaymentStatus, StatusType, StatusUpdate, Undecoded
from ropo_async.retry import RetryPolicy

__all__ = [
    "Account",
    "AuthenticationError",
    "BadRequest",
    "ClientClosed",
    "Credentials",
    "DecodeError",
    "Deliveries",
    "Delivery",
    "Environment",
    "FeedBusy",
    "FeedStalled",
    "Gap",
    "GapState",
    "Health",
    "Inbox",
    "InboxPolicy",
    "Inboxes",
    "InvalidInput",
    "Journal",
    "JournalError",
    "JournalProblem",
    "LeaseLost",
    "NotFound",
    "OutcomeUnknown",
    "Page",
    "PageNotStored",
    "Payment",
    "PaymentOutcome",
    "PaymentReceipt",
    "PaymentRejected",
    "PaymentStatus",
    "PermissionDenied",
    "Phase",
    "RateLimited",
    "RetryPolicy",
    "RopoClient",
    "RopoError",
    "Round",
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
