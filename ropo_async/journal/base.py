"""The storage protocol: what a journal promises. `ropo_async.journal.conformance` holds an implementation to it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from ropo_async.journal.bookings import BookingStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import date, datetime

    import anyio

    from ropo_async.journal.activity import Activity
    from ropo_async.journal.gaps import Gap, Loss
    from ropo_async.journal.values import (
        Account,
        AccountState,
        DeadLetter,
        Entry,
        Health,
        Leased,
        Lent,
        Merged,
        PollState,
        Quarantined,
        Received,
        Source,
        StoredPoll,
        StoredRecord,
        Unreadable,
    )

__all__ = ["Journal", "Turn"]


class Turn(Protocol):
    """The right to poll one account, as long as its holder lives."""

    epoch: int
    """Grows with every turn, so that what an earlier poller left behind can be told from what this one does."""

    async def release(self) -> None:
        """Let the next poller have its turn; harmless when the right is lost already."""
        ...


class Journal(BookingStore):
    """Durable storage of the feed: what was asked, what came, what may be missing, and who works on what. And of money.

    ```python
    async with Journal.open("sqlite:///ropo.db") as journal:
        inbox = Inbox(ropo.status_updates, journal)
    ```

    Every method is one transaction. When it returns, its effect is on disk; when it raises `JournalError`, it has none,
    or none that can be relied on. A cancelled caller is told after the transaction has ended. Times are aware
    datetimes; leases and their expiry go by the clock that all users of the journal share.

    To bring a storage of your own, implement the methods and run the conformance suite on it.
    """

    @staticmethod
    def open(url: str, *, clock: Callable[[], float] | None = None) -> AbstractAsyncContextManager[Journal]:
        """Open a journal for the length of a block; one that is not there yet is made.

        Args:
            url: `sqlite:///relative.db` or `sqlite:////absolute.db`, a file that no other user may read;
                `postgresql://user@host/database` with an optional `?schema=`, for which the extra
                `ropo-async[postgres]` is needed; or `memory:`, which is gone when it is closed.
            clock: Unix seconds for leases, in place of the database's clock; for tests.

        Raises:
            InvalidInput: no such kind of URL, or the extra is not installed.
            JournalError: it cannot be used; `.problem` says why. Nothing was changed.
        """
        from ropo_async.journal.opening import opened  # noqa: PLC0415 - the implementations are built on this class

        return opened(url, clock=clock)

    # --- polling ------------------------------------------------------------------------------------------------

    @abstractmethod
    async def take_turn(self, account: Account) -> Turn | None:
        """Return the right to poll `account`, or None where another poller has it, in this process or elsewhere."""

    @abstractmethod
    async def state(self, account: Account) -> AccountState:
        """Return what is known of `account`; an unknown one has a state without anything in it."""

    @abstractmethod
    async def check_room(self) -> None:
        """Raise `JournalError` where the next page might not be storable."""

    @abstractmethod
    async def intend(self, account: Account, epoch: int, source: Source, param: str, *, at: datetime) -> int:
        """Write down that updates are about to be asked for, and return the id of this poll.

        Args:
            account: whose.
            epoch: of the poller's turn.
            source: what for.
            param: the date or invoice number that is read again; empty for the feed.
            at: now.
        """

    @abstractmethod
    async def receive(self, poll: int, received: Received, *, at: datetime) -> None:
        """Store an answer as it came. A poll that somebody has given up meanwhile is taken up again."""

    @abstractmethod
    async def merge(
        self,
        poll: int,
        entries: Sequence[Entry],
        unreadable: Sequence[Unreadable] = (),
        *,
        source: Source,
        at: datetime,
        loss: Loss | None = None,
    ) -> Merged:
        """Put the records of a received answer into the journal, all or none, and open a gap where there is a loss.

        What has an id is a duplicate when its newest revision has the same hash, or in a re-read any revision, and
        otherwise a new revision. What has none is counted: every copy that the feed hands out is one more, and a
        re-read adds only what exceeds the copies that are known. A feed that hands out again what is not marked as seen
        counts as one that is read again. Doing it twice for one poll does it once.
        """

    @abstractmethod
    async def settle(
        self,
        poll: int,
        state: PollState,
        *,
        at: datetime,
        loss: Loss | None = None,
        clean_since: datetime | None = None,
    ) -> None:
        """End a poll that brought no records: with a loss it opens a gap, with `clean_since` the watermark advances."""

    @abstractmethod
    async def unfinished(self, account: Account, epoch: int) -> list[StoredPoll]:
        """Return what pollers before `epoch` left unfinished, oldest first."""

    # --- gaps ---------------------------------------------------------------------------------------------------

    @abstractmethod
    async def lose(self, account: Account, loss: Loss) -> None:
        """Open a gap, or widen the one that is open: an account has at most one that is not closed or unresolved."""

    @abstractmethod
    async def gaps(self, account: Account | None = None, *, unclosed: bool = False) -> list[Gap]:
        """Return the gaps of one account or of all, oldest first; `unclosed` are those still being read again."""

    @abstractmethod
    async def save_gap(self, gap: Gap) -> bool:
        """Store how far a gap has come; False, and no effect, where it has changed since it was read."""

    @abstractmethod
    async def keys_on(self, account: Account, day: date, *, before: datetime) -> set[str]:
        """Return the keys of the records of `day` that the feed had handed out, and that had arrived, `before`."""

    @abstractmethod
    async def open_invoices(self, account: Account, *, limit: int) -> list[str]:
        """Return the numbers of invoices that were last seen open, those seen last first."""

    @abstractmethod
    async def note_sweep(self, account: Account, sweep: str, day: date) -> None:
        """Write down that the sweep of that name was done on `day`."""

    # --- delivery -----------------------------------------------------------------------------------------------

    @abstractmethod
    async def lease(
        self,
        accounts: Collection[Account] | None,
        *,
        limit: int,
        seconds: float,
        attempts: int,
        grouped: bool = False,
    ) -> Lent:
        """Lend up to `limit` waiting records to a consumer for `seconds`, in the order in which they came.

        Args:
            accounts: whose; None for all.
            limit: how many at most.
            seconds: until another consumer may have them; at most a day. A lease that ends later than two days ahead
                counts as dated by a clock that was set back since, and its record is lent at once.
            attempts: a record that was tried so often becomes a dead letter instead.
            grouped: of an invoice only the first record that waits, and nothing while that is lent.

        A record that was tried before is lent alone, so that a consumer which dies of it takes no others along.
        """

    @abstractmethod
    async def extend(self, leases: Sequence[Leased], seconds: float) -> set[int]:
        """Extend leases to `seconds` from now, and return the places of those that are still held."""

    @abstractmethod
    async def ack(self, leased: Leased) -> None:
        """Settle a record for good. Raises `LeaseLost` where another consumer has had it since."""

    async def ack_soon(self, leased: Leased, late: Callable[[Leased], None]) -> None:
        """Settle a record for good, perhaps a moment later, and together with others.

        It is settled before anything else that is asked of this handle about records, when the handle is closed, and
        otherwise within a twentieth of a second. If the process dies first, the record comes again. `late` is called
        where another consumer has had it since; or `LeaseLost` is raised, where that is known at once.
        """
        del late  # a storage whose transactions are cheap need not gather them
        await self.ack(leased)

    @abstractmethod
    async def ack_using(self, leased: Leased, connection: Any) -> None:
        """As `ack`, within the transaction that `connection` has open. Raises `InvalidInput` where that cannot be."""

    @abstractmethod
    async def put_off(self, leased: Leased, *, seconds: float, attempts: int, error: str) -> bool:
        """Let a record be tried again after `seconds`, and return whether it is dead now.

        It is once it was tried `attempts` times. Raises `LeaseLost` where another consumer has had it since.
        """

    @abstractmethod
    async def give_back(self, leases: Sequence[Leased]) -> None:
        """Let others have them at once; the attempt does not count."""

    @abstractmethod
    def bell(self) -> anyio.Event:
        """Return the event that is set when records come; ask for it before looking whether there are some."""

    @abstractmethod
    async def wait(self, bell: anyio.Event, seconds: float) -> None:
        """Wait for `bell`, at most `seconds`; it may end early."""

    # --- what went wrong ----------------------------------------------------------------------------------------

    @abstractmethod
    async def dead(self, account: Account | None = None) -> list[DeadLetter]:
        """Return the dead letters, oldest first."""

    @abstractmethod
    async def requeue(self, account: Account | None = None, *, seqs: Collection[int] | None = None) -> int:
        """Let dead letters be delivered again, as if never tried; return how many."""

    @abstractmethod
    async def quarantined(
        self, account: Account | None = None, *, after: int = 0, limit: int = 100
    ) -> list[Quarantined]:
        """Return records that could not be read, oldest first, from behind the id `after` on."""

    @abstractmethod
    async def release_quarantined(self, quarantined: Quarantined, entry: Entry, *, at: datetime) -> Merged:
        """Move a record that can be read now from the quarantine to the others."""

    # --- care ---------------------------------------------------------------------------------------------------

    @abstractmethod
    async def health(self, account: Account | None = None, *, now: datetime) -> Health:
        """Return how an account, or the whole journal, is doing."""

    @abstractmethod
    async def activity(self, *, since: datetime) -> list[Activity]:
        """Return what each account has been doing since then, in figures alone, ordered by server and customer id."""

    @abstractmethod
    async def records(self, account: Account | None = None, *, after: int = 0, limit: int = 1000) -> list[StoredRecord]:
        """Return records in the order in which they came, delivered or not, from behind the place `after` on."""

    @abstractmethod
    async def purge(self, *, acked_older_than: datetime) -> int:
        """Remove the content of records that were acknowledged before then, and polls that ended before then.

        So too of payments and credit notes that have been settled, or waited to be sent, since then; their ids and
        states stay. Those keep their content that may still take effect, those of the same invoice for as long, and for
        two days what was booked, or may be: until it has shown on its invoice it could be taken for another one. What
        tells a record apart stays, so that it is not delivered again when a day is read again.

        Returns:
            how many records and bookings lost their content.
        """

    @abstractmethod
    async def erase(self, *, billnum: str, account: Account | None = None) -> int:
        """Remove the content of every record of an invoice, acknowledged or not, and return how many there were.

        As `purge` otherwise; run again, it removes what had to stay. Answers that are stored whole because they could
        not be taken apart, and records in quarantine, go too where the invoice's number is in them.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Close the journal; leaving the block of `open` does it."""
