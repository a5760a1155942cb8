"""The hook that a client has where no other is given: it writes to the log."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING

from ropo_async.hooks._events import (
    AckedTooLate,
    Anomaly,
    Attempted,
    BookingChanged,
    DeadLettered,
    Delivered,
    Finished,
    GapEnded,
    GapOpened,
    PollFailed,
    RecordsUndecoded,
    Retrying,
    RoundFinished,
    Settled,
    Started,
    SweepFound,
    TokenRenewed,
    VerificationFailed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ropo_async.hooks._events import Event

__all__ = ["log_events"]

logger = logging.getLogger("ropo_async")
logger.addHandler(logging.NullHandler())

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
        AckedTooLate: (
            logging.WARNING,
            "update {0.seq} of {0.cid} was acknowledged too late, and delivered twice",
        ),
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
