"""Payments and credit notes on the ledger."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ropo_async import Booking, BookingState, BulkResult, CreditNote, InvalidInput, PaymentLedger
from ropo_async.cli.work.screen import cell
from ropo_async.cli.work.status import BOOKED, Status, lines_of, status_of
from ropo_async.ledger.registrations import registration_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence
    from pathlib import Path

    from ropo_async.cli.work.desk import Desk

__all__ = ["from_file", "known", "listed", "one", "resent", "resolved", "verified"]

_COLUMNS = ("operation id", "kind", "state", "sent", "changed", "reason")
_NEXT = {
    BookingState.UNKNOWN: "do not pay again: `ropo pay verify {id}` looks at the invoice",
    BookingState.SENDING: "do not pay again: `ropo pay verify {id}` looks at the invoice",
    BookingState.ESCALATED: "look in Ropo One, then say what is there: `ropo pay resolve {id} --applied|--absent`",
    BookingState.PROBABLY_ABSENT: "look in Ropo One; `ropo pay resend {id}` sends it once more",
    BookingState.PREPARED: "it was not sent: run the same command again",
}
"""What to do about a payment that is not booked."""
PAGE = 500


@asynccontextmanager
async def _ledger(desk: Desk, cid: str | None) -> AsyncGenerator[PaymentLedger]:
    async with desk.both() as (ropo, journal):
        yield PaymentLedger(ropo, journal, cid=desk.cid(cid))


async def one(desk: Desk, row: Mapping[str, str | None], cid: str | None) -> Status:
    """Register what the options of a command say."""
    found = registration_of({name: value for name, value in row.items() if value is not None})
    if isinstance(found, list):
        for name, words in found:
            desk.screen.note(f"ropo: {_option(name)}{words}")
        desk.screen.note("ropo: nothing was sent")
        return Status.USAGE
    async with _ledger(desk, cid) as ledger:
        post: Any = ledger.credit if isinstance(found.posting, CreditNote) else ledger.register
        return _told(desk, await post(found.operation_id, found.posting, billnum=found.billnum))


def _option(column: str | None) -> str:
    """Return how a column of a file is called on the command line."""
    if column in (None, "operation_id"):
        return "the operation id " if column else ""
    return f"--{column.replace('_', '-')} "


async def from_file(desk: Desk, file: Path, concurrency: int, cid: str | None) -> Status:
    """Register what a file holds; tell of all, or of what is not booked."""
    told, statuses = list[BulkResult](), set[Status]()
    with desk.screen.progress("registering", None) as show:
        async with (
            _ledger(desk, cid) as ledger,
            ledger.register_many(
                file, concurrency=concurrency, on_progress=lambda how_far: show(how_far.done, how_far.total)
            ) as run,
        ):
            async for result in run:
                statuses.add(_status_of(result))
                if desk.screen.as_json:
                    desk.screen.record(_result(result))
                elif _status_of(result) is not Status.DONE:
                    told.append(result)
            progress = run.progress
    if not desk.screen.as_json:
        desk.screen.list(
            ("line", "operation id", "state", "reason"),
            [
                (record["line"], record["operation_id"], record["state"], record["reason"])
                for record in map(_result, told)
            ],
        )
    states = ", ".join(f"{count} {state.value}" for state, count in sorted(progress.states.items()))
    desk.screen.note(f"ropo: {progress.done} done{f': {states}' if states else ''}; {progress.failed} not sent")
    if Status.OPEN in statuses:
        desk.screen.note("ropo: do not pay again what is unknown: `ropo pay verify` looks at the invoices")
    return Status.OPEN if Status.OPEN in statuses else Status.FAILED if statuses - {Status.DONE} else Status.DONE


def _status_of(result: BulkResult) -> Status:
    if result.booking is not None:
        return BOOKED[result.booking.state]
    assert result.error is not None
    return status_of(result.error)


def _result(result: BulkResult) -> dict[str, Any]:
    if result.booking is not None:
        return {"line": result.line, **_record(result.booking)}
    assert result.error is not None
    words = "; ".join(lines_of(result.error))
    return {"line": result.line, "operation_id": result.operation_id, "state": "not sent", "reason": words}


async def known(desk: Desk, operation_id: str, cid: str | None) -> Status:
    """Tell what is known of one."""
    async with _ledger(desk, cid) as ledger:
        booking = await ledger.booking(operation_id)
    if booking is None:
        desk.screen.note(f"ropo: {operation_id!r} was never used in this journal")
        return Status.FAILED
    return _told(desk, booking)


async def listed(desk: Desk, states: Sequence[str], cid: str | None) -> Status:
    """List what is known of all, or of those in some states, page by page."""
    wanted = [_state(name) for name in states]
    bookings, after = list[Booking](), ""
    async with _ledger(desk, cid) as ledger:
        while page := await ledger.bookings(wanted or None, after=after, limit=PAGE):
            after = page[-1].operation_id
            if desk.screen.as_json:
                for booking in page:
                    desk.screen.record(_record(booking))
            else:
                bookings += page
    if not desk.screen.as_json:
        desk.screen.list(_COLUMNS, map(_row, bookings), none="ropo: there is none")
    return Status.DONE


def _state(name: str) -> BookingState:
    try:
        return BookingState(name.lower().replace("-", "_"))
    except ValueError:
        raise InvalidInput(f"--state must be one of {', '.join(BookingState)}") from None


async def verified(desk: Desk, operation_id: str | None, cid: str | None) -> Status:
    """Look at the invoices of one, or of all that it is time for."""
    async with _ledger(desk, cid) as ledger:
        if operation_id is not None:
            return _told(desk, await ledger.verify(operation_id))
        looked = await ledger.verify_due()
        waiting = await ledger.bookings([BookingState.SENDING, BookingState.UNKNOWN], limit=PAGE)
    desk.screen.list(
        _COLUMNS, map(_row, looked), records=map(_record, looked), none="ropo: there is none that it is time to look at"
    )
    if waiting:
        more = " or more" if len(waiting) == PAGE else ""
        desk.screen.note(f"ropo: still unknown: {len(waiting)}{more}; run it again later")
        return Status.OPEN
    return max((BOOKED[booking.state] for booking in looked), default=Status.DONE)


async def resent(desk: Desk, operation_id: str, cid: str | None) -> Status:
    """Send one once more."""
    async with _ledger(desk, cid) as ledger:
        return _told(desk, await ledger.resend_after_verification(operation_id))


async def resolved(desk: Desk, operation_id: str, note: str, cid: str | None, *, applied: bool) -> Status:
    """Write down what somebody has found out."""
    async with _ledger(desk, cid) as ledger:
        return _told(desk, await ledger.resolve(operation_id, applied=applied, note=note), settled=True)


def _told(desk: Desk, booking: Booking, *, settled: bool = False) -> Status:
    """Print one, and what to do about it; `settled` where nothing but writing it down was asked for."""
    desk.screen.show(dict(zip(_COLUMNS, _row(booking), strict=True)), _record(booking))
    if booking.state in _NEXT:
        desk.screen.note(f"ropo: {_NEXT[booking.state].format(id=cell(booking.operation_id))}")
    return Status.DONE if settled else BOOKED[booking.state]


def _row(booking: Booking) -> tuple[object, ...]:
    return (booking.operation_id, booking.kind, booking.state.value, booking.sent, booking.changed, booking.reason)


def _record(booking: Booking) -> dict[str, Any]:
    return {
        "operation_id": booking.operation_id,
        "kind": booking.kind,
        "state": booking.state.value,
        "reason": booking.reason,
        "billnum": booking.billnum,
        "sent": booking.sent,
        "sent_at": booking.sent_at,
        "changed": booking.changed,
        "due": booking.due,
        "http_status": booking.http_status,
        "statusid": booking.statusid,
    }
