"""The numbers of a ledger, in one place."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from attrs import Attribute, field, frozen

from ropo_async._values import HELSINKI
from ropo_async.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LedgerPolicy"]


def _delays(delays: Iterable[timedelta]) -> tuple[timedelta, ...]:
    return tuple(delays)


def _rising(_: object, attribute: Attribute[tuple[timedelta, ...]], delays: tuple[timedelta, ...]) -> None:
    sound = all(isinstance(delay, timedelta) and delay >= timedelta(0) for delay in delays)
    if not sound or list(delays) != sorted(delays):
        raise InvalidInput(f"LedgerPolicy.{attribute.name} must be timedeltas of 0 or more, the shortest first")


@frozen(kw_only=True)
class LedgerPolicy:
    """How a ledger finds out what became of a payment whose outcome is unknown."""

    checks: tuple[timedelta, ...] = field(
        default=(
            timedelta(seconds=5),
            timedelta(seconds=30),
            timedelta(minutes=2),
            timedelta(minutes=10),
            timedelta(hours=1),
        ),
        converter=_delays,
        validator=_rising,
    )
    """How long after sending the invoice is looked at. How soon a payment shows is not documented."""
    morning: time | None = time(8)
    """When it is looked at for the last time, on the next day in Helsinki; None for no such look."""
    patience: timedelta = timedelta(seconds=30)
    """How long sending may take beyond the client's own deadline before its process is taken for dead."""

    def next_check(self, sent: datetime, now: datetime) -> datetime | None:
        """Return when to look next at what was sent then; None after the last look."""
        return next((moment for moment in self.looks(sent) if moment > now), None)

    def looks(self, sent: datetime) -> list[datetime]:
        """Return all the times to look at what was sent then."""
        sent = sent.astimezone(UTC)  # where an hour is an hour
        looks = [sent + delay for delay in self.checks]
        if self.morning is not None:
            tomorrow = sent.astimezone(HELSINKI).date() + timedelta(days=1)
            looks.append(datetime.combine(tomorrow, self.morning, HELSINKI).astimezone(UTC))
        return looks
