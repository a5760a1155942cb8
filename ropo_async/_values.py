"""Lenient conversions of single JSON values: what the vendor sends, to what Python calls it.

Empty text, null and an absent key mean the same everywhere: nothing. A number may come as text. What cannot be read
without guessing is a `ValueError` that names the expected form and not the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

HELSINKI = ZoneInfo("Europe/Helsinki")
MOST = Decimal(10) ** 64
"""Beyond any amount or id; and `1e999999999` written out would fill the memory."""
LEAST = -MOST

_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", re.ASCII)
_MOMENT = re.compile(_DAY.pattern + r"(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?", re.ASCII)  # in part, or short
_NO_DAY = ("0000-00-00", "0000-00-00 00:00:00")  # what a database writes for "no date"


def is_visible(text: str) -> bool:
    """Whether `text` can stand in a header: visible ASCII, no spaces, not empty."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def decimal(value: Any) -> Decimal | None:
    """Return the exact number that `value` holds."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("expected a number")
    try:
        return ordinary(Decimal(value))
    except InvalidOperation:
        raise ValueError("expected a number with a decimal point") from None


def ordinary(number: Decimal) -> Decimal:
    """Return `number`, unless it is infinite, none at all, or longer than any amount.

    Raises:
        ValueError, decimal.InvalidOperation: it is.
    """
    if not LEAST < number < MOST:
        raise ValueError("expected a number of ordinary size")
    return number


def integer(value: Any) -> int | None:
    """Return the whole number that `value` holds; `6`, `6.0` and `"6"` are six, `true` is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
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
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("expected text")
    return str(decimal(value))


def storable(text: str) -> str:
    """Return `text` as any database can hold it: PostgreSQL's texts have no zero in them."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


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
    if not isinstance(value, str):
        raise ValueError("expected a time, YYYY-MM-DD HH:mm:ss")
    if match := _MOMENT.fullmatch(value):
        year, month, day_of_month, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day_of_month, hour, minute, second)  # noqa: DTZ001 - the vendor gives no zone
    try:
        return local(msgspec.convert(value, datetime))
    except msgspec.ValidationError:
        raise ValueError("expected a time, YYYY-MM-DD HH:mm:ss") from None


def local(time: datetime) -> datetime:
    """Return `time`, unless it has a zone: it could not be compared with the others.

    Raises:
        ValueError: it has one.
    """
    if time.tzinfo is not None:
        raise ValueError("expected a time without a zone")
    return time


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
    # In UTC, where a day has 24 hours also when the clocks change.
    first, last = since.astimezone(UTC) - lateness, until
    days = {moment.astimezone(zone).date() for moment in (first, last) for zone in (UTC, HELSINKI)}
    span = (max(days) - min(days)).days
    return tuple(min(days) + timedelta(days=offset) for offset in range(span + 1))


def http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
