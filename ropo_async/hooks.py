"""What a client tells of its work: frozen events without a query, a body, a header or a token.

A hook is any callable that takes one event. It is called on the event loop and must return soon; one that raises is
logged and does no harm to the call.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ropo_async.errors import Phase

__all__ = [
    "Anomaly",
    "Attempted",
    "Event",
    "Finished",
    "Hook",
    "RecordsUndecoded",
    "Retrying",
    "TokenRenewed",
    "log_events",
]

logger = logging.getLogger("ropo_async")
logger.addHandler(logging.NullHandler())


@frozen
class Attempted:
    """One request went out, or failed to; `duration` is in seconds."""

    operation: str
    attempt: int
    status: int | None
    phase: Phase | None
    duration: float


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
    """A call ended: `outcome` is `ok` or the name of the error's class, `duration` in seconds covers all attempts."""

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
    """`count` records of an answer could not be read; they are kept in `Page.undecoded`."""

    operation: str
    count: int


@frozen
class Anomaly:
    """An answer was taken although something about it is odd; `what` says what."""

    operation: str
    what: str


Event = Attempted | Retrying | Finished | TokenRenewed | RecordsUndecoded | Anomaly


class Hook(Protocol):
    """Anything that takes an event."""

    def __call__(self, event: Event, /) -> None:
        """Take note of `event`."""


def log_events(event: Event, /) -> None:
    """Log `event` to the logger `ropo_async`: failures and lost records as warnings, the rest for debugging."""
    match event:
        case RecordsUndecoded():
            logger.warning("%s: %d records could not be read; see Page.undecoded", event.operation, event.count)
        case Anomaly():
            logger.warning("%s: %s", event.operation, event.what)
        case Retrying():
            logger.info(
                "%s: attempt %d failed (%s), next one in %.2f s",
                event.operation,
                event.attempt,
                event.reason,
                event.wait,
            )
        case Attempted():
            answer = event.status if event.phase is None else event.phase.value
            logger.debug("%s: attempt %d: %s in %.3f s", event.operation, event.attempt, answer, event.duration)
        case Finished():
            level = logging.DEBUG if event.outcome == "ok" else logging.WARNING
            took = f"{event.duration:.3f} s"
            logger.log(level, "%s: %s after %d attempts, %s", event.operation, event.outcome, event.attempts, took)
        case TokenRenewed():
            logger.debug("token renewed, good for %.0f s", event.lifetime)


def emit(hooks: Iterable[Hook], event: Event) -> None:
    """Tell every hook; what a hook raises must not reach a call whose outcome it would hide."""
    for hook in hooks:
        try:
            hook(event)
        except Exception:  # noqa: BLE001 - a stranger's code
            # Without the traceback: a hook's locals are none of our log's business.
            logger.error("the hook %r failed on %s", type(hook).__name__, type(event).__name__)  # noqa: TRY400
