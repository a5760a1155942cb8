"""What keeps a journal from being used, and what a consumer or a second poller runs into."""

from __future__ import annotations

from enum import StrEnum

from ropo_async.errors._base import RopoError

__all__ = ["FeedBusy", "JournalError", "JournalProblem", "LeaseLost", "PageNotStored"]


class JournalProblem(StrEnum):
    """Why a journal cannot be used; the value says it in words."""

    BROKEN = "reading or writing it failed; check its disk or its database"
    BUSY = "another process holds it; end that one, or try again"
    CLOSED = "it was closed before; use it inside its `async with`"
    CORRUPT = "it is damaged; restore it from a backup, and read the days since then again"
    FOREIGN = "it is no journal of this library; name another file or schema"
    FULL = "there is no room left on its disk; make some"
    MISSING = "its folder does not exist; make it, or name another"
    NETWORK = "it is on a network file system, whose locks cannot be relied on; use a local disk, or PostgreSQL"
    NEWER = "a newer version of this library has written it; upgrade this one"
    OPEN_TO_OTHERS = "others may read or replace it; use a folder of its own (chmod 700) and a file of mode 600"
    READ_ONLY = "it cannot be written; check who may"
    UNREACHABLE = "its database cannot be reached; check its address, and that it runs"
    WRONG_OWNER = "it belongs to another user; run as that one, or use a file of your own"


class JournalError(RopoError):
    """The journal cannot be used. Nothing was sent because of it: what cannot be written down is not asked for.

    Attributes:
        problem: why.
        detail: more on it, without any content of the journal.
    """

    def __init__(self, problem: JournalProblem, detail: str = "") -> None:
        super().__init__(f"the journal cannot be used: {problem.value}{f' ({detail})' if detail else ''}")
        self.problem, self.detail = problem, detail


class PageNotStored(JournalError):
    """A page arrived and could not be stored. The inbox keeps it in memory and stores it before it asks for the next.

    If the process ends before that, the page's days are read again at the next start.

    Attributes:
        raw: the page's bytes as they came. Personal data: not shown.
    """

    def __init__(self, cause: JournalError, *, raw: bytes) -> None:
        super().__init__(cause.problem, cause.detail)
        self.args = (f"a page arrived and is kept in memory only: {cause}",)
        self.raw = raw


class FeedBusy(RopoError):
    """Another poller follows the feed of this account; nothing was sent. With `wait` an inbox waits its turn."""


class LeaseLost(RopoError):
    """The update has been handed to another consumer since, or settled: this one came too late.

    Whatever was done with it may be done once more there.
    """
