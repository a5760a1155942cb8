"""The numbers of an inbox, in one place."""

from __future__ import annotations

from datetime import timedelta

from attrs import Attribute, field, frozen

from ropo_async.errors import InvalidInput

__all__ = ["InboxPolicy"]


def _not_negative(_: object, attribute: Attribute[timedelta], value: timedelta) -> None:
    if not isinstance(value, timedelta) or value < timedelta(0):
        raise InvalidInput(f"InboxPolicy.{attribute.name} must be a timedelta of 0 or more")


def _count(_: object, attribute: Attribute[int], value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidInput(f"InboxPolicy.{attribute.name} must be a whole number of 0 or more")


@frozen(kw_only=True)
class InboxPolicy:
    """How an inbox looks for what went missing, and how patient it is. The defaults suit one account or hundreds."""

    lateness: timedelta = field(default=timedelta(hours=48), validator=_not_negative)
    """How far back an update may be dated when it is handed out: days that far before a loss are read again too."""
    settling: timedelta = field(default=timedelta(hours=2), validator=_not_negative)
    """How long a change may take to show when a day is read again. Only a reading that is later closes a gap."""
    after_midnight: timedelta = field(default=timedelta(hours=1), validator=_not_negative)
    """How long after the end of a day nothing is added to it any more."""
    nightly: int = field(default=7, validator=_count)
    """Days that are read again every night as a precaution; 0 for none."""
    weekly: int = field(default=35, validator=_count)
    """The same, once a week."""
    pace: timedelta = field(default=timedelta(milliseconds=250), validator=_not_negative)
    """A pause before every re-read, so that many of them are no burden to the server."""
    invoices: int = field(default=200, validator=_count)
    """How many open invoices are read one by one when a day holds more than its reading can show."""
    longest_pause: timedelta = field(default=timedelta(minutes=15), validator=_not_negative)
    """The longest pause of a background poller after failures; they double from its interval on."""
