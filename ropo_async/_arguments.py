"""What callers hand in, looked at before anything is sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

from ropo_async.errors import InvalidInput


def is_text(value: Any) -> TypeGuard[str]:
    """Whether `value` is text that can be sent: half a surrogate pair is no UTF-8."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether `value` is a whole number of 64 bits, beyond which JSON is read differently everywhere."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def is_amount(value: Any) -> TypeGuard[Decimal | int]:
    """Whether `value` is a finite number of ordinary size, and exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return Decimal(value).is_finite() and abs(Decimal(value).adjusted()) <= 15


def is_day(value: Any) -> TypeGuard[date]:
    """Whether `value` is a date without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)


def text(name: str, value: Any) -> str:
    """Return `value`.

    Raises:
        InvalidInput: it is no text that can be sent, or empty.
    """
    if not is_text(value) or not value.strip():
        raise InvalidInput(f"{name} must be text that is UTF-8, and not empty")
    return value


def number(name: str, value: Any) -> int:
    """Return `value`.

    Raises:
        InvalidInput: it is no positive whole number of 64 bits.
    """
    if not is_whole(value) or value <= 0:
        raise InvalidInput(f"{name} must be a positive int of 64 bits at most")
    return value


def seconds(name: str, value: Any) -> float:
    """Return a pause in seconds.

    Raises:
        InvalidInput: it is no timedelta above 0.
    """
    if not isinstance(value, timedelta) or value <= timedelta(0):
        raise InvalidInput(f"{name} must be a timedelta above 0")
    return value.total_seconds()


def header(name: str, value: Any) -> str:
    """Return `value`.

    Raises:
        InvalidInput: it does not fit into a header.
    """
    if not isinstance(value, str) or value != value.strip() or not (value and value.isascii() and value.isprintable()):
        raise InvalidInput(f"{name} must be visible ASCII text")
    return value


def exactly_one(**given: Any) -> None:
    """See that one of the values is given, the others None.

    Raises:
        InvalidInput: there is none, or more than one.
    """
    found = [name for name, value in given.items() if value is not None]
    if len(found) != 1:
        raise InvalidInput(f"exactly one of {' and '.join(given)} is needed: {' and '.join(found) or 'none'} is given")
