"""Where nobody can know what took effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ropo_async.errors._answers import PHASES
from ropo_async.errors._base import RopoError

if TYPE_CHECKING:
    from datetime import date

    from ropo_async.errors._base import Phase
    from ropo_async.records import Page

__all__ = ["FeedStalled", "OutcomeUnknown", "UpdatesMayBeLost"]


class OutcomeUnknown(RopoError):
    """The call may or may not have taken effect, and is not sent again by itself.

    Attributes:
        operation: the facade's name of the operation.
        phase: how far the call got.
        check: what to look at to find out.
    """

    def __init__(self, operation: str, phase: Phase, *, check: str) -> None:
        super().__init__(f"{operation}: it cannot be known whether this took effect ({PHASES[phase]}); {check}")
        self.operation, self.phase, self.check = operation, phase, check


class UpdatesMayBeLost(OutcomeUnknown):
    """An answer of the status-updates feed went missing: up to 1000 updates may be recorded there and not here.

    Attributes:
        pages: pages handed over by this iteration before it failed.
        updates: updates handed over by this iteration before it failed.
        dates: days to read again with `status_updates.on(date)`, oldest first. They reach 48 hours
            back from where this iteration began; if nobody has read the feed for longer, read further back.
        salvaged: the whole updates of an answer that broke off. They are in the re-read days too.
    """

    def __init__(
        self,
        operation: str,
        phase: Phase,
        *,
        pages: int,
        updates: int,
        dates: tuple[date, ...],
        salvaged: Page | None = None,
    ) -> None:
        named = ", ".join(day.isoformat() for day in dates)
        check = (
            f"up to 1000 updates may be lost. {pages} pages with {updates} updates were handed over before; "
            f"read these days again with status_updates.on(date): {named}"
        )
        super().__init__(operation, phase, check=check)
        self.pages, self.updates, self.dates, self.salvaged = pages, updates, dates, salvaged


class FeedStalled(RopoError):
    """The feed makes no progress: the same page twice, or one empty page after the other.

    A repeated page is not dropped: the next iteration of the same client hands it out first.
    """
