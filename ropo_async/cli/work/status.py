"""How the program ends, and what it says of an error: one line, with what to do next, and nothing secret."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ropo_async import (
    AuthenticationError,
    BadRequest,
    BookingState,
    DecodeError,
    FeedBusy,
    InvalidFile,
    InvalidInput,
    InvalidJob,
    InvoiceBusy,
    NotFound,
    OperationIdReused,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RopoError,
    ServerError,
    StatusError,
    TransportError,
)
from ropo_async.iopole.operations import OPERATIONS as IOPOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["BOOKED", "Status", "lines_of", "status_of"]


class Status(IntEnum):
    """The exit status."""

    DONE = 0
    FAILED = 1
    """It did not happen, and said why. Nothing of it took effect, or it only read."""
    USAGE = 2
    """The command, its options, its files or the configuration cannot be right; nothing was sent."""
    OPEN = 3
    """An outcome is unknown, or a gap is open: updates may be missing that are going to be read again."""
    INTERRUPTED = 130
    """Ctrl-C, or SIGTERM. What was under way was carried to its end, unless Ctrl-C was pressed twice."""


BOOKED = {
    BookingState.APPLIED: Status.DONE,
    BookingState.VERIFIED_APPLIED: Status.DONE,
    BookingState.REJECTED: Status.FAILED,
    BookingState.PROBABLY_ABSENT: Status.FAILED,
    BookingState.PREPARED: Status.FAILED,
    BookingState.SENDING: Status.OPEN,
    BookingState.UNKNOWN: Status.OPEN,
    BookingState.ESCALATED: Status.OPEN,
}
"""The status that stands for a payment in each state."""


@frozen
class _Row:
    """What is said of a kind of error, and how the program ends on it."""

    kind: type[Exception]
    status: Status
    words: Callable[[Any], str]


def _answered(advice: str) -> Callable[[StatusError], str]:
    return lambda error: f"{error.operation}: the server answered {error.status}; {advice}"


def _and(advice: str) -> Callable[[Exception], str]:
    return lambda error: f"{error}; {advice}"


def _accepts_not(error: AuthenticationError) -> str:
    names = "ROPO_CID and ROPO_APICODE, or ROPO_TOKEN, are not accepted there; are they this server's?"
    if _is_iopoles(error):
        names = "IOPOLE_CLIENT_ID and its secret, or IOPOLE_TOKEN, are not accepted there"
    return _answered(names)(error)


def _is_iopoles(error: StatusError | TransportError) -> bool:
    return any(error.operation == operation.name for operation in IOPOLE)


def _server(error: StatusError | TransportError) -> str:
    return "IOPOLE_SERVER" if _is_iopoles(error) else "ROPO_SERVER"


def _wait(error: RateLimited) -> str:
    pause = "a while" if error.retry_after is None else f"{error.retry_after:.0f} s"
    return f"{error.operation}: too many requests; try again after {pause}"


def _in_file(error: OSError) -> str:
    return f"{'a file' if error.filename is None else error.filename}: {error.strerror or 'cannot be used'}"


_ROWS = (
    _Row(OperationIdReused, Status.USAGE, _and("take another id, or look with `ropo pay status` what it stands for")),
    _Row(InvalidInput, Status.USAGE, str),
    _Row(OutcomeUnknown, Status.OPEN, str),
    _Row(AuthenticationError, Status.FAILED, _accepts_not),
    _Row(PermissionDenied, Status.FAILED, _answered("ask the vendor whether this account may do it")),
    _Row(NotFound, Status.FAILED, _answered("there is no such thing under this customer id")),
    _Row(RateLimited, Status.FAILED, _wait),
    _Row(BadRequest, Status.FAILED, _answered("it does not take these values; -v shows its own words")),
    _Row(ServerError, Status.FAILED, _answered("try again later")),
    _Row(StatusError, Status.FAILED, lambda error: _answered(f"is {_server(error)} right?")(error)),
    _Row(
        TransportError,
        Status.FAILED,
        lambda error: f"{error}; check {_server(error)} and the network, or try again later",
    ),
    _Row(DecodeError, Status.FAILED, _and("nothing was changed; try again, and if it stays so, ask the vendor")),
    _Row(FeedBusy, Status.FAILED, _and("end that one first, or let it do the polling")),
    _Row(InvoiceBusy, Status.FAILED, _and("see `ropo pay verify`")),
    _Row(RopoError, Status.FAILED, str),
    _Row(BrokenPipeError, Status.FAILED, lambda _: "nobody reads the output any more; what was not read comes again"),
    _Row(OSError, Status.FAILED, _in_file),
)
"""From the narrow to the wide: the first that fits holds."""


def _row_of(error: Exception) -> _Row | None:
    return next((row for row in _ROWS if isinstance(error, row.kind)), None)


def status_of(error: Exception) -> Status:
    """Return how the program ends on `error`."""
    row = _row_of(error)
    return Status.FAILED if row is None else row.status


def lines_of(error: Exception, *, verbose: bool = False) -> Iterator[str]:
    """Yield what is said of `error`; of what is wrong with jobs or a file all of it, otherwise one line.

    Args:
        error: what ended the command.
        verbose: show the server's own words too, which may name people.
    """
    row = _row_of(error)
    if row is None:
        yield f"a fault of this program: {type(error).__name__}; -v shows where"
    elif isinstance(error, InvalidJob | InvalidFile):
        yield from map(str, error.problems)
        if isinstance(error, InvalidFile) and error.more:
            yield f"and {error.more} more"
        yield "nothing was sent"
    else:
        yield row.words(error)
    if verbose and isinstance(error, StatusError) and error.vendor_text:
        yield f"the server says: {error.vendor_text}"
