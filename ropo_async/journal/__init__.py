"""The journal: durable storage of the feed and of payments. Open one with `Journal.open`."""

from ropo_async.journal.activity import LAGS, Activity, DayFigures, Lags
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

__all__ = [
    "LAGS",
    "Account",
    "AccountState",
    "Activity",
    "Booking",
    "BookingState",
    "BookingStore",
    "DayFigures",
    "DayState",
    "DeadLetter",
    "Entry",
    "Gap",
    "GapDay",
    "GapState",
    "Health",
    "Journal",
    "Lags",
    "Leased",
    "Lent",
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
