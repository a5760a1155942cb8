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
├── FeedStalled             the server repeats itself; stopped before it goes on for ever
├── FeedBusy                another poller follows this customer id
├── LeaseLost               an update was handed to another consumer meanwhile
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
from ropo_async.errors._outcomes import FeedStalled, OutcomeUnknown, UpdatesMayBeLost
from ropo_async.errors._storage import FeedBusy, JournalError, JournalProblem, LeaseLost, PageNotStored

__all__ = [
    "AuthenticationError",
    "BadRequest",
    "ClientClosed",
    "DecodeError",
    "FeedBusy",
    "FeedStalled",
    "InvalidInput",
    "JournalError",
    "JournalProblem",
    "LeaseLost",
    "NotFound",
    "OutcomeUnknown",
    "PageNotStored",
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

for _name in __all__:
    globals()[_name].__module__ = __name__  # where users find them, also in a traceback
