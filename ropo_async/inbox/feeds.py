"""The seam between an inbox and the APIs: what it asks of a feed, and of the way in which that is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from datetime import date

    from typing_extensions import TypeVar

    from ropo_async import hooks
    from ropo_async.errors import RopoError
    from ropo_async.iopole.records import InvoiceStatus
    from ropo_async.records import Page, StatusUpdate

    Record = TypeVar("Record", bound=StatusUpdate | InvoiceStatus, default=StatusUpdate)
    Record_co = TypeVar("Record_co", covariant=True)
else:
    from typing import TypeVar

    # The default is for type checkers alone, as Python knows none before 3.13.
    Record, Record_co = TypeVar("Record"), TypeVar("Record_co", covariant=True)

__all__ = ["Feed", "Follower", "Record", "Round"]


class Feed(Protocol[Record_co]):
    """What becomes of the invoices of one account, as a client of its API offers it."""

    @property
    def record(self) -> type[Record_co]:
        """The class of its records."""
        ...

    @property
    def server(self) -> str:
        """The server's base URL; that of another API than Ropo's with a name and a colon before it."""
        ...

    @property
    def cid(self) -> str | None:
        """The customer id whose feed it is; empty where the API needs none, None where only a token says it."""
        ...

    async def prepare(self) -> None:
        """Have a token."""
        ...

    def tell(self, event: hooks.Event) -> None:
        """Tell the client's hooks."""
        ...


@frozen(kw_only=True)
class Round:
    """What asking the feed until it had no more has brought."""

    drained: bool = False
    """Whether the server has said that there is no more."""
    pages: int = 0
    records: int = 0
    """Records on these pages."""
    new: int = 0
    """Records that are delivered because of them, those with new content under a known id included."""
    duplicates: int = 0
    quarantined: int = 0
    """Records that could not be read."""
    trouble: RopoError | None = None
    """Why the feed was not read to its end; a gap stands for what may be missing."""
    recovery: RopoError | None = None
    """Why days that are to be read again were not; they stay due."""


class Follower(Protocol):
    """How a feed of one API is followed, within a turn that `Rounds` has taken. What it promises is the API's."""

    async def recover(self, epoch: int) -> None:
        """Bring to its end what turns before `epoch` have left unfinished."""
        ...

    async def drain(self, epoch: int) -> Round:
        """Ask the feed until it has no more, and put everything into the journal."""
        ...

    async def catch_up(self, epoch: int, *, drained: bool) -> None:
        """Read again what is due."""
        ...

    async def suspect(self, first: date, last: date) -> None:
        """Have the days from `first` to `last` read again, as somebody misses something."""
        ...

    async def read_invoice(self, number: str) -> Page:
        """Read one invoice again, into the journal."""
        ...
