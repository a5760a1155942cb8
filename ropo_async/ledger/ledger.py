"""The ledger of one account: payments and credit notes that are sent once, and whose outcome does not stay unknown."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio
from attrs import evolve

from ropo_async import _arguments as arguments
from ropo_async import hooks
from ropo_async._protect import beside
from ropo_async.errors import InvalidInput, JournalError, ResendRefused, RopoError
from ropo_async.inbox import Inbox
from ropo_async.journal import Booking, BookingState
from ropo_async.ledger.bulk import running
from ropo_async.ledger.policy import LedgerPolicy
from ropo_async.ledger.registering import Registering
from ropo_async.ledger.registrations import Registration
from ropo_async.ledger.sending import Sending
from ropo_async.ledger.verification import Verification, explained
from ropo_async.postings import CreditNote, Payment

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection
    from contextlib import AbstractAsyncContextManager

    from ropo_async.client import RopoClient
    from ropo_async.journal import Account, Journal
    from ropo_async.ledger.bulk import BulkProgress, BulkRun
    from ropo_async.ledger.sources import Format, SourceOf

__all__ = ["PaymentLedger"]

T = TypeVar("T", Payment, CreditNote)


class PaymentLedger:
    """Payments and credit notes without doubt: none is sent twice, and none is left unknown without saying so.

    ```python
    async with RopoClient.from_env() as ropo, Journal.open("sqlite:///ropo.db") as journal:
        ledger = PaymentLedger(ropo, journal)
        async with ledger.verifying():
            payment = Payment(billnum="10235", amount=Decimal("57.00"), paydate=date(2026, 11, 20))
            booking = await ledger.register("bank-2026-11-20-0017", payment)
            print(booking.state, booking.reason)
    ```

    What the invoice shows is read first, then the intent is written to the journal, then it is sent, once. An outcome
    that is unknown, or a process that ends in between, is looked into by `verify`: the invoice is read again until it
    shows the payment, or has had time enough to. Nothing is sent again but by `resend_after_verification`.

    Args:
        ropo: the account's client.
        journal: where everything is stored; the inbox of the account may share it.
        cid: the customer id, where only a token says it.
        policy: the numbers; see `LedgerPolicy`.
        now: the time, aware; for tests.

    Raises:
        InvalidInput: an argument that cannot be right.

    Besides what it names itself, every method raises `JournalError` where the journal cannot be used.

    See https://dev.ropo.com/guides/basics/payment.
    """

    account: Account
    """Whose payments these are."""

    def __init__(
        self,
        ropo: RopoClient,
        journal: Journal,
        *,
        cid: str | None = None,
        policy: LedgerPolicy | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        def in_utc() -> datetime:
            return now().astimezone(UTC)

        inbox = Inbox(ropo.status_updates, journal, cid=cid, now=in_utc)
        self.account, self._journal, self._now = inbox.account, journal, in_utc
        self._sending = Sending(ropo, journal, inbox, policy or LedgerPolicy(), in_utc)
        self._verification = Verification(self._sending)
        self._registering = Registering(self.account, self._sending, self._verification)

    # --- sending ------------------------------------------------------------------------------------------------

    async def register(self, operation_id: str, payment: Payment, *, billnum: str | None = None) -> Booking:
        """Register a payment under an id of yours, and return what became of it.

        The same id with the same payment returns what is known of it, and sends nothing; it may be asked for again
        after whatever ended the call. Where another task or process is sending it, this waits for the outcome.

        Args:
            operation_id: what tells this payment from every other, such as the bank's own reference; at most 200
                characters, and no personal data, as it shows in logs.
            payment: the payment.
            billnum: the invoice number, where the payment names its invoice otherwise and you know it. Without it the
                ledger takes the number from earlier payments, or from the job; where nobody knows it, an unknown
                outcome cannot be verified and is escalated at once.

        Returns:
            The booking. Its state is APPLIED, REJECTED or UNKNOWN, or what a verification has found.

        Raises:
            InvalidInput: an argument that cannot be right; nothing was sent.
            OperationIdReused: the id stands for another payment; nothing was sent.
            InvoiceBusy: another payment of the same invoice may still take effect; nothing was sent.
            TransportError, StatusError: not sent, or refused before it was looked at; it stays prepared.
            DecodeError: the invoice could not be read before sending; nothing was sent, it stays prepared.
            JournalError: it cannot be written down; nothing was sent, or it stays in doubt until it is verified.
        """
        return await self._registering.post(Registration(operation_id, _checked(payment, Payment), billnum))

    async def credit(self, operation_id: str, credit_note: CreditNote, *, billnum: str | None = None) -> Booking:
        """Register a credit note; otherwise as `register`.

        How a credit note shows on its invoice is not documented: an update with its amount is taken for it.

        Payments and credit notes share their ids.

        See https://dev.ropo.com/guides/basics/credit-note.
        """
        return await self._registering.post(Registration(operation_id, _checked(credit_note, CreditNote), billnum))

    def register_many(
        self,
        source: SourceOf,
        *,
        format: Format | None = None,  # noqa: A002 - what it is
        concurrency: int = 8,
        on_progress: Callable[[BulkProgress], object] | None = None,
    ) -> AbstractAsyncContextManager[BulkRun]:
        """Register many payments and credit notes, in the block of `async with`, each as `register` and `credit` do.

        ```python
        async with ledger.register_many("payments.csv") as run:
            async for result in run:
                print(result.line, result.operation_id, result.error or result.booking.state)
        ```

        One failure does not stop the others: it is the result's `error`. Those of one invoice are sent one after the
        other; while the outcome of one is unknown the following get `InvoiceBusy`. Run again with the same source, it
        sends what is left, and returns what is known of the rest. A block that is left early takes no more, and lets
        those in flight end.

        A file is checked whole before anything is sent: CSV with a header, or JSON Lines, in UTF-8. Its columns are
        `operation_id`, `kind` (`payment`, which goes without saying, or `credit note`), the API's own names, and
        `invoice_billnum` for what `register` calls `billnum`. In CSV spaces around a value do not count.

        Args:
            source: `Registration`s, taken one by one and not kept; or the path of a file.
            format: `csv` or `jsonl`, where the name of the file does not end in .csv, .jsonl or .ndjson.
            concurrency: how many are under way at the same time.
            on_progress: called with how far it has come, after each.

        Raises:
            InvalidFile: everything that is wrong with the file; nothing was sent. Or it has changed since; nothing was
                sent from there on.
            InvalidInput: another argument that cannot be right.
            OSError: the file cannot be read.
            JournalError: nothing else can be written down; the run has ended. Run again, it goes on.
        """
        return running(source, self._registering.post, format=format, concurrency=concurrency, on_progress=on_progress)

    async def resend_after_verification(self, operation_id: str) -> Booking:
        """Send once more what never showed on its invoice. The invoice is looked at once more before.

        Raises:
            InvalidInput: no such id, or its content was removed.
            ResendRefused: it is not `probably_absent`.
            InvoiceBusy, TransportError, StatusError, DecodeError, JournalError: as `register`.
        """
        booking = await self._registering.known(operation_id)
        if booking.state is not BookingState.PROBABLY_ABSENT:
            raise ResendRefused(operation_id, booking.state.value)
        again = await self._sending.store(booking, partial(_reopened, now=self._now()))
        if again.state is BookingState.UNKNOWN:
            again = await self._verification.look(again, at_last=True)
        if again.state is not BookingState.PROBABLY_ABSENT:
            return again
        return await self._sending.send(again)

    # --- finding out --------------------------------------------------------------------------------------------

    async def booking(self, operation_id: str) -> Booking | None:
        """Return what is known of an id; None where it was never used."""
        return await self._journal.booking(self.account, operation_id)

    async def bookings(
        self, states: Collection[BookingState] | None = None, *, after: str = "", limit: int = 100
    ) -> list[Booking]:
        """Return bookings in one of these states, or all, ordered by their id, from behind the id `after` on."""
        return await self._journal.bookings(self.account, states=states, after=after, limit=limit)

    async def verify(self, operation_id: str) -> Booking:
        """Look at the invoice now, if the outcome is unknown, and return what is known then.

        Raises:
            InvalidInput: no such id.
            TransportError, StatusError, DecodeError: the invoice could not be read.
        """
        return await self._verification.look(await self._registering.known(operation_id, content=False))

    async def verify_due(self) -> list[Booking]:
        """Look at every invoice that it is time to look at; one that cannot be read does not keep others from it.

        Returns:
            The bookings that were looked at, as they are now.
        """
        await self._verification.give_up_the_dead(self.account)
        looked, after = list[Booking](), ""
        while due := await self._journal.bookings(self.account, due=self._now(), after=after):
            after = due[-1].operation_id
            for booking in due:
                try:
                    looked.append(await self._verification.look(booking))
                except JournalError:
                    raise
                except RopoError as error:
                    self._failed(booking, error)
                    await self._verification.put_off(booking)
        return looked

    @asynccontextmanager
    async def verifying(self, *, every: timedelta = timedelta(seconds=5)) -> AsyncGenerator[None]:
        """Verify what is due in the background while the block runs; it is to be left by the task that has entered it.

        Args:
            every: how often to see whether something is due.

        Raises:
            InvalidInput: `every` is no time.
            JournalError: the journal cannot be used; it ends the block.
        """
        pause = arguments.seconds("every", every)

        async def work() -> None:
            while True:
                await self.verify_due()
                await anyio.sleep(pause)

        async with beside(work):
            yield

    async def resolve(self, operation_id: str, *, applied: bool, note: str) -> Booking:
        """Write down what somebody has found out about one whose outcome is unknown or was escalated.

        Args:
            operation_id: the id.
            applied: whether it is booked. If not it may be sent again, by `resend_after_verification`.
            note: who found out and how; without personal data.

        Raises:
            InvalidInput: no such id, or an empty note.
            ResendRefused: its outcome is known already, or it is being sent.
        """
        if not isinstance(note, str) or not note.strip():
            raise InvalidInput("note must say who found out, and how")
        booking = await self._registering.known(operation_id, content=False)
        open_to = (BookingState.UNKNOWN, BookingState.ESCALATED, BookingState.PROBABLY_ABSENT)
        if booking.state not in open_to:
            raise ResendRefused(operation_id, booking.state.value)
        state = BookingState.VERIFIED_APPLIED if applied else BookingState.PROBABLY_ABSENT

        def resolved(current: Booking) -> Booking | None:
            if current.state not in open_to:
                return None
            seen = current.baseline if applied else explained(current)
            return evolve(current, state=state, reason=note, due=None, baseline=seen, http_status=None)

        return await self._sending.store(booking, resolved)

    # --- within -------------------------------------------------------------------------------------------------

    def _failed(self, booking: Booking, error: RopoError) -> None:
        event = hooks.VerificationFailed(self.account.cid, booking.operation_id, type(error).__name__)
        self._sending.ropo.status_updates.tell(event)


def _checked(posting: T, kind: type[T]) -> T:
    if not isinstance(posting, kind):
        raise InvalidInput(f"a {kind.__name__} is needed")
    return posting


def _reopened(booking: Booking, *, now: datetime) -> Booking | None:
    """Return one that is looked at once more before it is sent again."""
    if booking.state is not BookingState.PROBABLY_ABSENT or booking.billnum is None:
        return None
    reason = "it is looked at once more before it is sent again"
    return evolve(booking, state=BookingState.UNKNOWN, reason=reason, due=now)
