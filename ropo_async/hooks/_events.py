"""The events: frozen, and without a query, a body, a header or a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from datetime import date, datetime

    from ropo_async.errors import Phase

__all__ = [
    "AckedTooLate",
    "Anomaly",
    "Attempted",
    "BookingChanged",
    "DeadLettered",
    "Delivered",
    "Event",
    "Finished",
    "GapEnded",
    "GapOpened",
    "Hook",
    "PollFailed",
    "RecordsUndecoded",
    "Retrying",
    "RoundFinished",
    "Settled",
    "Started",
    "SweepFound",
    "TokenRenewed",
    "VerificationFailed",
]


@frozen
class Started:
    """A call begins, in the task that makes it: `method` is HTTP's, `server` a host without its path."""

    operation: str
    method: str
    server: str
    port: int | None


@frozen
class Attempted:
    """One request went out, or failed to; `duration` is in seconds."""

    operation: str
    attempt: int
    status: int | None
    phase: Phase | None
    duration: float

    @property
    def answer(self) -> int | str | None:
        """The status, or how far it got without one."""
        return self.status if self.phase is None else self.phase.value


@frozen
class Retrying:
    """An attempt failed and another follows after `wait` seconds; `tokens` are left in the retry budget."""

    operation: str
    attempt: int
    wait: float
    reason: str
    tokens: int


@frozen
class Finished:
    """A call ended: `outcome` is `ok`, `cancelled`, or the name of the error's class.

    `duration` is in seconds and covers all attempts. It is told in the task in which the call was `Started`.
    """

    operation: str
    outcome: str
    attempts: int
    duration: float


@frozen
class TokenRenewed:
    """A login gave a new token, which is good for `lifetime` seconds."""

    lifetime: float


@frozen
class RecordsUndecoded:
    """`count` records of an answer could not be read; they are kept in `Page.undecoded`, or in the quarantine."""

    operation: str
    count: int


@frozen
class Anomaly:
    """An answer was taken although something about it is odd; `what` says what."""

    operation: str
    what: str


@frozen
class RoundFinished:
    """An inbox has asked the feed of `cid` until it had no more, or until something went wrong.

    `records` were on `pages`; of them `new` were put into the journal for delivery. `duration` is in seconds.
    """

    cid: str
    drained: bool
    pages: int
    records: int
    new: int
    duration: float


@frozen
class PollFailed:
    """A background poller of `cid` ran into `error`, the name of a class, and goes on in `wait` seconds."""

    cid: str
    error: str
    wait: float


@frozen
class GapOpened:
    """Updates of `cid` may be missing; `cause` says what happened. Their days are going to be read again."""

    cid: str
    cause: str


@frozen
class GapEnded:
    """A gap of `cid` was closed; or where `proven` is False, it cannot be shown that nothing is missing."""

    cid: str
    proven: bool
    reason: str


@frozen
class SweepFound:
    """Reading a day again as a precaution has found `count` records of `cid` that the feed has not handed out here."""

    cid: str
    day: date
    count: int


@frozen
class Delivered:
    """An update of `cid` was lent to a consumer for the `attempt`th time."""

    cid: str
    attempt: int


@frozen
class Settled:
    """A consumer is done with an update of `cid`: `outcome` is `acked`, `retried` or `given_back`.

    It had `arrived` then, as far as the journal says when; aware.
    """

    cid: str
    outcome: str
    attempt: int
    arrived: datetime | None


@frozen
class DeadLettered:
    """The record at `seq` in the journal was tried `attempts` times; `error` is the class of the last failure."""

    cid: str
    seq: int
    attempts: int
    error: str


@frozen
class AckedTooLate:
    """The record at `seq` in the journal was settled too late: its lease had run out, and others may have had it."""

    cid: str
    seq: int


@frozen
class BookingChanged:
    """The payment or credit note `operation_id` of `cid` has come to `state`; `reason` says it in words."""

    cid: str
    operation_id: str
    kind: str
    state: str
    reason: str


@frozen
class VerificationFailed:
    """Its invoice could not be looked at because of `error`, the name of a class; that is tried again later."""

    cid: str
    operation_id: str
    error: str


Event = (
    Started
    | Attempted
    | Retrying
    | Finished
    | TokenRenewed
    | RecordsUndecoded
    | Anomaly
    | RoundFinished
    | PollFailed
    | GapOpened
    | GapEnded
    | SweepFound
    | Delivered
    | Settled
    | DeadLettered
    | AckedTooLate
    | BookingChanged
    | VerificationFailed
)


class Hook(Protocol):
    """Anything that takes an event."""

    def __call__(self, event: Event, /) -> None:
        """Take note of `event`."""
