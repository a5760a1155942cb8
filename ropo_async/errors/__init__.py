"""What can go wrong: one class per meaning, none of them showing a query, a body or a token.

```
RopoError
├── InvalidInput            (also a ValueError) refused here, nothing was sent
│   ├── InvalidJob          jobs that cannot be right; `.problems` lists all that is wrong with them
│   ├── InvalidFile         a file of payments that cannot be right; `.problems` has line numbers
│   └── OperationIdReused   the operation id stands for another payment already
├── ClientClosed            (also a RuntimeError) the client was closed before, nothing was sent
├── TransportError          no usable answer; `.phase` says how far the call got
├── StatusError             the server answered with a status that means failure
│   ├── BadRequest          400, 405, 413, 415, 422: refused as it is written
│   ├── AuthenticationError 401, or a refused login
│   ├── PermissionDenied    403
│   ├── NotFound            404
│   ├── RateLimited         429; `.retry_after` has the seconds
│   ├── ServerError         500 and above
│   └── PaymentRejected     the payment rule said no; `.statusid` says why
├── DecodeError             an answer that cannot be read; `.raw` has its bytes
├── OutcomeUnknown          the call may or may not have taken effect; never sent again by itself
│   └── UpdatesMayBeLost    a status-updates answer went missing; `.dates` are to be read again
├── FeedStalled             the server repeats itself; stopped before it goes on for ever
├── FeedBusy                another poller follows this customer id
├── LeaseLost               an update was handed to another consumer meanwhile
├── InvoiceBusy             another payment of the invoice may still take effect, nothing was sent
├── ResendRefused           a payment is not known to be absent, and so not sent again
└── JournalError            the journal cannot be used; `.problem` says why
    └── PageNotStored       a page arrived and is in memory only; `.raw` has its bytes
```

Every error pickles, copies, and can be raised in another process.
"""

from ropo_async.errors._answers import (
    AuthenticationError,
    BadRequest,
    DecodeError,
    NotFound,
    PaymentRejected,
    PermissionDenied,
    RateLimited,
    ServerError,
    StatusError,
    TransportError,
)
from ropo_async.errors._base import ClientClosed, InvalidInput, Phase, RopoError
from ropo_async.errors._input import InvalidJob, Problem
from ropo_async.errors._ledger import FileProblem, InvalidFile, InvoiceBusy, OperationIdReused, ResendRefused
from ropo_async.errors._outcomes import FeedStalled, OutcomeUnknown, UpdatesMayBeLost
from ropo_async.errors._storage import FeedBusy, JournalError, JournalProblem, LeaseLost, PageNotStored

__all__ = [
    "AuthenticationError",
    "BadRequest",
    "ClientClosed",
    "DecodeError",
    "FeedBusy",
    "FeedStalled",
    "FileProblem",
    "InvalidFile",
    "InvalidInput",
    "InvalidJob",
    "InvoiceBusy",
    "JournalError",
    "JournalProblem",
    "LeaseLost",
    "NotFound",
    "OperationIdReused",
    "OutcomeUnknown",
    "PageNotStored",
    "PaymentRejected",
    "PermissionDenied",
    "Phase",
    "Problem",
    "RateLimited",
    "ResendRefused",
    "RopoError",
    "ServerError",
    "StatusError",
    "TransportError",
    "UpdatesMayBeLost",
]

for _name in __all__:
    globals()[_name].__module__ = __name__  # where users find them, also in a traceback
