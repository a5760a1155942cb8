"""Sending what is written down: what the invoice shows first, then the intent, then once, then what came of it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec
from attrs import define, evolve

from ropo_async import hooks
from ropo_async._protect import finish
from ropo_async._values import day as day_of
from ropo_async.errors import BadRequest, InvoiceBusy, NotFound, RopoError
from ropo_async.journal import Booking, BookingState, Saved
from ropo_async.journal.bookings import key_of as name_of
from ropo_async.ledger import rules
from ropo_async.postings import LOOKUP_ORDER, CreditNote, Payment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from ropo_async._messages import Answer
    from ropo_async.client import RopoClient
    from ropo_async.inbox import Inbox
    from ropo_async.journal import Journal
    from ropo_async.ledger.policy import LedgerPolicy
    from ropo_async.postings import Posting
    from ropo_async.records import PaymentReceipt

__all__ = ["Sending", "content_of", "digest_of", "names_of", "posting_of"]

KINDS: Mapping[str, type[Posting]] = MappingProxyType({kind.noun: kind for kind in (Payment, CreditNote)})
_ONCE = (BookingState.APPLIED, "booked when it was sent before, as an answer said that came late")
LATE = MappingProxyType(
    {
        BookingState.REJECTED: _ONCE,
        BookingState.PROBABLY_ABSENT: _ONCE,
        BookingState.APPLIED: (
            BookingState.ESCALATED,
            "booked twice: when it was sent before, too; the answer came late",
        ),
    }
)
"""What becomes of one whose earlier sending was booked after all. In doubt it is looked for on its invoice anyway."""
UNVERIFIABLE = "it cannot be verified, as nobody knows the invoice's number"

_encoder = msgspec.json.Encoder(decimal_format="string", order="sorted")


def content_of(posting: Posting) -> bytes:
    """Return a posting as a journal holds it."""
    return _encoder.encode(posting.fields())


def posting_of(booking: Booking) -> Posting:
    """Return what a booking is about; its content must be there."""
    fields: dict[str, Any] = json.loads(booking.body or b"{}")
    days = {name: day_of(fields[name]) for name in ("paydate", "date") if name in fields}
    values: dict[str, Any] = fields | days | {"amount": Decimal(fields["amount"])}
    return KINDS[booking.kind](**values)


def digest_of(posting: Posting) -> bytes:
    """Return what tells postings apart: 10.5 and 10.50 are the same money."""
    # A ratio is exact; `normalize` would round as the caller's decimal context says.
    amount = "{}/{}".format(*Decimal(posting.amount).as_integer_ratio())
    same = posting.fields() | {"amount": amount, "kind": posting.noun}
    return sha256(_encoder.encode(same)).digest()


@define
class Sending:
    """Sends the bookings of one account, and keeps what becomes of them."""

    ropo: RopoClient
    journal: Journal
    inbox: Inbox
    policy: LedgerPolicy
    now: Callable[[], datetime]

    async def send(self, booking: Booking) -> Booking:
        """Send a booking once. From the intent on it is carried to its end, cancelled or not.

        Returns:
            the booking with its outcome, or as somebody else has changed it meanwhile.

        Raises:
            InvoiceBusy: another one for the same invoice is in flight.
            RopoError: it was not sent, or refused without being looked at; it stays as it was.
        """
        posting, named = posting_of(booking), booking
        billnum = booking.billnum or await self._billnum(booking.keys, posting)
        if billnum is not None:
            named = evolve(booking, billnum=billnum, keys=_merged(booking.keys, {name_of("billnum", billnum)}))
        # One that waits for its turn is spared the look: it would have to look again.
        await self._let_others_end(named)
        # What has come since it was first sent may be that one: it must not pass for older.
        if named.baseline is None and billnum is not None:
            named = evolve(named, baseline=await self._baseline(billnum, posting))
        return await finish(partial(self._send, named, posting, before=booking))

    async def store(self, booking: Booking, change: Callable[[Booking], Booking | None]) -> Booking:
        """Store a change of a booking, as often as it has changed meanwhile; None stands for no change.

        Raises:
            InvoiceBusy: another one for the same invoice is in flight, so that this one cannot be.
        """
        while (changed := change(booking)) is not None:
            changed = evolve(changed, changed=self.now())
            saved = await self.journal.save_booking(changed)
            if saved is Saved.BUSY and changed.keys == booking.keys:
                raise await self._busy(booking)
            if saved is Saved.BUSY:  # a name of the invoice that came to be known belongs to another one in flight
                change = partial(_keeping, change, booking.keys)
            elif saved is Saved.YES:
                self._tell(changed)
                return evolve(changed, version=changed.version + 1)
            else:
                booking = await self.journal.booking(booking.account, booking.operation_id) or booking
        return booking

    async def _send(self, booking: Booking, posting: Posting, *, before: Booking) -> Booking:
        now = self.now()
        longest = timedelta(seconds=self.ropo.payments.longest)
        intended = evolve(
            booking,
            state=BookingState.SENDING,
            reason="it is being sent",
            sender=await self.journal.sender(),
            sent=booking.sent + 1,
            sent_at=now,
            due=now + longest + self.policy.patience,
            changed=now,
            checks=0,
            http_status=None,
            statusid=None,
            answer=None,
            evidence=(),
        )
        saved = await self.journal.save_booking(intended)
        if saved is Saved.BUSY:
            raise await self._busy(booking)
        if saved is Saved.STALE:
            return await self.journal.booking(booking.account, booking.operation_id) or booking
        sending = evolve(intended, version=intended.version + 1)
        try:
            answer = await self._ask(posting)
        except RopoError as error:
            ruling = rules.refusal(error)
            if ruling is None:
                await self.store(sending, partial(_taken_back, before=before, sent_at=sending.sent_at))
                raise
            return await self.store(sending, partial(self._ruled, sending, ruling, None))
        return await self.store(sending, partial(self._ruled, sending, rules.ruling_of(posting, answer), answer))

    async def _ask(self, posting: Posting) -> Answer:
        if isinstance(posting, CreditNote):
            return await self.ropo.credit_notes.ask(posting)
        assert isinstance(posting, Payment)  # there is no third kind
        return await self.ropo.payments.ask(posting)

    def _ruled(self, sent: Booking, ruling: rules.Ruling, answer: Answer | None, booking: Booking) -> Booking | None:
        """Return a booking with the outcome of what was sent, unless more is known by now."""
        if booking.sent_at != sent.sent_at:
            return _answered_late(booking) if ruling.state is BookingState.APPLIED else None
        if booking.state is not BookingState.SENDING and (
            ruling.state is BookingState.UNKNOWN or booking.state is BookingState.VERIFIED_APPLIED
        ):
            return None
        keys = _merged(booking.keys, _names_in(ruling.receipt))
        billnum = booking.billnum or _only(keys, "billnum")
        state, reason = ruling.state, ruling.reason
        if state is BookingState.UNKNOWN and billnum is None:
            state, reason = BookingState.ESCALATED, f"{reason}; {UNVERIFIABLE}"
        return evolve(
            booking,
            state=state,
            reason=reason,
            billnum=billnum,
            keys=keys,
            due=self.policy.next_check(sent.sent_at or self.now(), self.now()) or self.now()
            if state is BookingState.UNKNOWN
            else None,
            http_status=ruling.http_status if answer is None else answer.status,
            statusid=ruling.statusid,
            answer=None if answer is None else answer.body,
        )

    async def _billnum(self, keys: tuple[str, ...], posting: Posting) -> str | None:
        """Return the number of the invoice, from what was learned before or from the job; None where nobody knows."""
        account = self.inbox.account
        for known in await self.journal.bookings(account, keys=keys):
            if known.billnum is not None:
                return known.billnum
        if posting.jobid is None:
            return None
        try:
            return (await self.ropo.jobs.get(posting.jobid)).billnum
        except (BadRequest, NotFound):
            return None

    async def _baseline(self, billnum: str, posting: Posting) -> tuple[str, ...]:
        page = await self.inbox.read_invoice(billnum)
        return tuple(map(rules.key_of, rules.candidates(posting, page.updates)))

    async def _let_others_end(self, booking: Booking) -> None:
        if await self._blockers(booking):
            raise await self._busy(booking)

    async def _busy(self, booking: Booking) -> InvoiceBusy:
        blockers = await self._blockers(booking)
        return InvoiceBusy(booking.operation_id, blockers[0].operation_id if blockers else None)

    async def _blockers(self, booking: Booking) -> list[Booking]:
        states = [state for state in BookingState if state.in_flight]
        found = await self.journal.bookings(booking.account, states=states, keys=booking.keys)
        return [one for one in found if one.operation_id != booking.operation_id]

    def _tell(self, booking: Booking) -> None:
        event = hooks.BookingChanged(
            booking.account.cid, booking.operation_id, booking.kind, booking.state.value, booking.reason
        )
        self.ropo.status_updates.tell(event)


def names_of(posting: Posting, billnum: str | None) -> tuple[str, ...]:
    """Return what identifies the invoice of a posting, as far as the caller has said it."""
    given = {name: getattr(posting, name) for name in LOOKUP_ORDER} | ({} if billnum is None else {"billnum": billnum})
    return _merged((), {name_of(name, value) for name, value in given.items() if value is not None})


def _names_in(receipt: PaymentReceipt | None) -> set[str]:
    """Return what identifies the invoice of a receipt; a server that found none may send zeros."""
    return {name_of(name, value) for name in LOOKUP_ORDER if (value := getattr(receipt, name, None))}


def _merged(keys: Iterable[str], more: set[str]) -> tuple[str, ...]:
    """Return names of an invoice with others that do not contradict them."""
    known = {key.partition(":")[0] for key in keys}
    return tuple(sorted({*keys, *(key for key in more if key.partition(":")[0] not in known)}))


def _only(keys: Iterable[str], name: str) -> str | None:
    return next((key.partition(":")[2] for key in keys if key.startswith(f"{name}:")), None)


def _keeping(change: Callable[[Booking], Booking | None], keys: tuple[str, ...], booking: Booking) -> Booking | None:
    changed = change(booking)
    return None if changed is None else evolve(changed, keys=keys)


def _answered_late(booking: Booking) -> Booking | None:
    """Return one that was sent again meanwhile, and whose earlier sending turns out to be booked."""
    if booking.state not in LATE:
        return None
    state, reason = LATE[booking.state]
    return evolve(booking, state=state, reason=reason)


def _taken_back(booking: Booking, *, before: Booking, sent_at: datetime | None) -> Booking | None:
    """Return a booking that was refused without being looked at, as it was before; unless somebody gave it up."""
    if booking.sent_at != sent_at or booking.state.settled:
        return None
    reason = "the server refused it without looking at it, or could not be reached"
    return evolve(before, reason=reason, version=booking.version)
