"""What a client tells of its work: frozen events without a query, a body, a header or a token.

A hook is any callable that takes one event. It is called on the event loop and must return soon; one that raises is
logged and does no harm to the call. `cid` is an `Account.name`: the customer id at Ropo, or what stands for an account
of another API.
"""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from ropo_async.errors import Phase

__all__ = [
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
    "log_events",
]

logger = logging.getLogger("ropo_async")
logger.addHandler(logging.NullHandler())


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
    | BookingChanged
    | VerificationFailed
)


class Hook(Protocol):
    """Anything that takes an event."""

    def __call__(self, event: Event, /) -> None:
        """Take note of `event`."""


_LOGGED: Mapping[type[Event], tuple[int, str]] = MappingProxyType(
    {
        Started: (logging.DEBUG, "{0.operation}: begins"),
        Attempted: (logging.DEBUG, "{0.operation}: attempt {0.attempt}: {0.answer} in {0.duration:.3f} s"),
        Retrying: (logging.INFO, "{0.operation}: attempt {0.attempt} failed ({0.reason}), next one in {0.wait:.2f} s"),
        Finished: (logging.WARNING, "{0.operation}: {0.outcome} after {0.attempts} attempts, {0.duration:.3f} s"),
        TokenRenewed: (logging.DEBUG, "token renewed, good for {0.lifetime:.0f} s"),
        RecordsUndecoded: (logging.WARNING, "{0.operation}: {0.count} records could not be read; kept as they came"),
        Anomaly: (logging.WARNING, "{0.operation}: {0.what}"),
        RoundFinished: (logging.DEBUG, "feed of {0.cid}: {0.records} records, {0.new} new, drained: {0.drained}"),
        PollFailed: (logging.WARNING, "polling {0.cid} failed ({0.error}); going on in {0.wait:.0f} s"),
        GapOpened: (logging.WARNING, "updates of {0.cid} may be missing, their days are read again: {0.cause}"),
        GapEnded: (logging.ERROR, "gap of {0.cid}: {0.reason}"),
        SweepFound: (logging.WARNING, "{0.count} updates of {0.cid} on {0.day} had never come through its feed"),
        Delivered: (logging.DEBUG, "update of {0.cid} delivered, attempt {0.attempt}"),
        Settled: (logging.DEBUG, "update of {0.cid} {0.outcome}, attempt {0.attempt}"),
        DeadLettered: (logging.ERROR, "update {0.seq} of {0.cid} failed {0.attempts} times ({0.error})"),
        BookingChanged: (logging.INFO, "{0.kind} {0.operation_id} of {0.cid} is {0.state}: {0.reason}"),
        VerificationFailed: (logging.WARNING, "{0.operation_id} of {0.cid} could not be verified ({0.error})"),
    },
)


def log_events(event: Event, /) -> None:
    """Log `event` to the logger `ropo_async`: failures and lost records as warnings, the rest for debugging."""
    level, template = _LOGGED[type(event)]
    match event:
        case Finished(outcome="ok" | "cancelled"):
            level = logging.DEBUG
        case GapEnded(proven=True):
            level = logging.INFO
        case BookingChanged(state="unknown" | "escalated"):
            level = logging.WARNING
        case _:
            pass
    if logger.isEnabledFor(level):
        logger.log(level, "%s", template.format(event))


def emit(hooks: Iterable[Hook], event: Event) -> None:
    """Tell every hook; what a hook raises must not reach a call whose outcome it would hide."""
    for hook in hooks:
        try:
            hook(event)
        except Exception:  # noqa: BLE001 - a stranger's code
            # Without the traceback: a hook's locals are none of our log's business.
            logger.error("the hook %r failed on %s", type(hook).__name__, type(event).__name__)  # noqa: TRY400
