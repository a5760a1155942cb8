"""Single values as the vendor takes them: money, days, whole numbers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

__all__ = ["day_of", "is_day", "is_missing", "is_number", "is_whole", "money_of"]

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)
_LIMIT: Final = Decimal(10) ** 12


def is_day(text: object) -> bool:
    """Tell whether something is a calendar day as the vendor writes it."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_missing(value: object) -> bool:
    """Tell whether a field is as good as not there."""
    return value is None or value in ("", [])


def day_of(name: str, value: object) -> str:
    """Return a day as it was sent.

    Raises:
        ValueError: it is none; the text names the field.
    """
    if not isinstance(value, str) or not is_day(value):
        raise ValueError(f"{name} is required as YYYY-MM-DD")
    return value


def money_of(name: str, value: object) -> Decimal:
    """Return a sum, whether it was sent as a number or in quotes, as in the vendor's own examples.

    Raises:
        ValueError: it is none; the text names the field.
    """
    # `True` is a number to Python only.
    if value is None or isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"{name} is required and must be a number")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{name} must be a number") from error
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or not -6 <= exponent <= 12 or abs(amount) >= _LIMIT:
        raise ValueError(f"{name} is out of range")
    return amount


def is_number(value: object) -> bool:
    """Tell whether something is a sum, in quotes or not."""
    try:
        money_of("it", value)
    except ValueError:
        return False
    return True


def is_whole(value: object) -> bool:
    """Tell whether something is a whole number, in quotes or not."""
    return isinstance(value, int | str) and _WHOLE.fullmatch(str(value)) is not None
