"""On what terms updates are lent to consumers."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from ropo_async.errors import InvalidInput

__all__ = ["Terms"]

DAY = 24 * 3600.0
GROUPINGS = (None, "billnum", "invoice_id")
"""By what updates may be grouped. The journal has one column for an invoice, whatever its API calls it."""


def _seconds(_: object, __: object, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= DAY:
        raise InvalidInput("lease must be a number of seconds, above 0 and at most a day")


def _batch(terms: object, attribute: Any, value: int | None) -> None:
    if value is not None:
        _count(terms, attribute, value)


def _count(_: object, attribute: Any, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInput(f"{attribute.name} must be a whole number of 1 or more")


def _grouping(_: object, __: object, value: str | None) -> None:
    if value not in GROUPINGS:
        raise InvalidInput('group_by must be "billnum", "invoice_id" or None')


def _acks(_: object, __: object, value: str) -> None:
    if value not in ("grouped", "each"):
        raise InvalidInput('acks must be "grouped" or "each"')


@frozen
class Terms:
    """On what terms updates are lent."""

    lease: float = field(default=60.0, validator=_seconds)
    """Seconds until another consumer may have an update whose consumer has fallen silent."""
    batch: int | None = field(default=None, validator=_batch)
    """How many updates are lent at once, to be handled in turn; None for as many as take a quarter of a second."""
    attempts: int = field(default=10, validator=_count)
    """How often an update is tried before it becomes a dead letter."""
    group_by: str | None = field(default=None, validator=_grouping)
    """`"billnum"` or `"invoice_id"`: the updates of an invoice one at a time, in the order in which they came."""
    acks: str = field(default="grouped", validator=_acks)
    """`"grouped"`: what a block settles is committed together with others; `"each"`: before the block is left."""
