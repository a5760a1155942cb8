"""What callers hand in, looked at before anything is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ropo_async.errors import InvalidInput


def text(name: str, value: Any) -> str:
    """Return `value`.

    Raises:
        InvalidInput: it is no text, or empty.
    """
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{name} must be text, and not empty")
    return value


def number(name: str, value: Any) -> int:
    """Return `value`.

    Raises:
        InvalidInput: it is no positive whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise InvalidInput(f"{name} must be a positive int")
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
