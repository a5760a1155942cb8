"""The journal: durable storage of the feed and of payments. Open one with `Journal.open`."""

from ropo_async.journal.base import Journal, Turn
from ropo_async.journal.bookings import Booking, BookingState, BookingStore, Saved
from ropo_async.journal.gaps import DayState, Gap, GapDay, GapState, Loss
from ropo_async.journal.values import (
    Account,
    AccountState,
    DeadLetter,
    Entry,
    Health,
    Leased,
    Merged,
    PollState,
    Quarantined,
    Received,
    Source,
    StoredPoll,
    StoredRecord,
    Unreadable,
)

__all__ = [
    "Account",
    "AccountState",
    "Booking",
    "BookingState",
    "BookingStore",
    "DayState",
    "DeadLetter",
    "Entry",
    "Gap",
    "GapDay",
    "GapState",
    "Health",
    "Journal",
    "Leased",
    "Loss",
    "Merged",
    "PollState",
    "Quarantined",
    "Received",
    "Saved",
    "Source",
    "StoredPoll",
    "StoredRecord",
    "Turn",
    "Unreadable",
]
