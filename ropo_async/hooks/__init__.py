"""What a client tells of its work: frozen events without a query, a body, a header or a token.

A hook is any callable that takes one event. It is called on the event loop and must return soon; one that raises is
logged and does no harm to the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async.hooks._events import (
    AckedTooLate,
    Anomaly,
    Attempted,
    BookingChanged,
    DeadLettered,
    Delivered,
    Event,
    Finished,
    GapEnded,
    GapOpened,
    Hook,
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
from ropo_async.hooks._log import log_events, logger

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    "log_events",
]


def emit(hooks: Iterable[Hook], event: Event) -> None:
    """Tell every hook; what a hook raises must not reach a call whose outcome it would hide."""
    for hook in hooks:
        try:
            hook(event)
        except Exception:  # noqa: BLE001 - a stranger's code
            # Without the traceback: a hook's locals are none of our log's business.
            logger.error("the hook %r failed on %s", type(hook).__name__, type(event).__name__)
