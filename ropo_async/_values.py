"""Lenient conversions of single JSON values: what the vendor sends, to what Python calls it.

Empty text, null and an absent key mean the same everywhere: nothing. A number may come as text. What cannot be read
without guessing is a `ValueError` that names the expected form and not the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
MAX_DIGITS = 64
"""Longer numbers are no amounts and no ids; Python itself would balk at some thousand digits."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", re.ASCII)
_MOMENT = re.compile(_DAY.pattern + r"(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?", re.ASCII)
_NO_DAY = ("0000-00-00", "0000-00-00 00:00:00")  # what a database writes for "no date"


def is_visible(text: str) -> bool:
    """Whether `text` can stand in a header: visible ASCII, no spaces, not empty."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def decimal(value: Any) -> Decimal | None:
    """Return the exact number that `value` holds."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise ValueError("expected a number")
    if isinstance(value, str):
        if len(value) > MAX_DIGITS or not _NUMBER.fullmatch(value.strip()):
            raise ValueError("expected a number with a decimal point")
        return Decimal(value.strip())
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int):
        number = Decimal(value)
    else:
        raise ValueError("expected a number")
    if not number.is_finite() or len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError("expected a number of ordinary size")
    return number


def integer(value: Any) -> int | None:
    """Return the whole number that `value` holds; `6`, `6.0` and `"6"` are six, `true` is none."""
    number = decimal(value)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise ValueError("expected a whole number")
    return int(number)


def text(value: Any) -> str | None:
    """Return the text that `value` holds; a number becomes its digits."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("expected whole characters")  # half of one can be neither stored nor printed
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("expected text")
    return str(decimal(value))


def day(value: Any) -> date | None:
    """Return the date that `value` holds, month and day with one digit or two."""
    if value is None or value == "" or value in _NO_DAY:
        return None
    if type(value) is date:
        return value
    if not isinstance(value, str) or not (match := _DAY.fullmatch(value)):
        raise ValueError("expected a date, YYYY-MM-DD")
    year, month, day_of_month = map(int, match.groups())
    return date(year, month, day_of_month)


def moment(value: Any) -> datetime | None:
    """Return the local time that `value` holds, without a zone, as the vendor gives none."""
    if value is None or value == "" or value in _NO_DAY:
        return None
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not (match := _MOMENT.fullmatch(value)):
        raise ValueError("expected a time, YYYY-MM-DD HH:mm:ss")
    year, month, day_of_month, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day_of_month, hour, minute, second)  # noqa: DTZ001 - the vendor gives no zone


Converter = Callable[[Any], Any]


def days_at_risk(since: datetime, until: datetime, *, lateness: timedelta = timedelta(hours=48)) -> tuple[date, ...]:
    """Return the days to read again when an answer between two moments went missing, oldest first.

    They are the dates in Helsinki and in UTC, because the vendor names no zone, from `lateness` before `since`,
    because a change may be filed under an earlier day, to `until`.

    Args:
        since: an aware datetime.
        until: an aware datetime.
        lateness: how far back a change may be dated.
    """
    first, last = since - lateness, until
    days = {moment.astimezone(zone).date() for moment in (first, last) for zone in (UTC, HELSINKI)}
    span = (max(days) - min(days)).days
    return tuple(min(days) + timedelta(days=offset) for offset in range(span + 1))
