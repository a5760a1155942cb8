"""The statuses of an invoice, as every make of Iopole's answers tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ropo_async.iopole.life_cycle import LifeCycleCode, life_cycle_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ropo_async.records import Undecoded

__all__ = ["InvoiceStatus", "Rejection", "RejectionError", "StatusList"]

PAGE = 100
"""Unseen statuses that one answer has at most."""
_UNDATED = datetime.min.replace(tzinfo=UTC)


@frozen
class RejectionError:
    """One thing that is wrong with a document: `reason` is SCHEMA, BUSINESS or newer; the rest is for people."""

    reason: str | None = None
    message: str | None = field(default=None, repr=False)
    rule: str | None = None
    location: str | None = field(default=None, repr=False)


@frozen
class Rejection:
    """Why a document was refused: `reason` is a word such as ROUTING_FAILURE, of a list that grows."""

    reason: str | None = None
    message: str | None = field(default=None, repr=False)
    errors: tuple[RejectionError, ...] = ()


@frozen
class InvoiceStatus:
    """One status of an invoice. What Iopole left out, left empty or sent as null is None; no field is made up.

    See https://docs.ppd.iopole.fr/docs/iopole-api/apiDescriptions/status/searchStatusById.
    """

    status_id: str | None = None
    """What tells this status apart; one business status may come once for each destination."""
    invoice_id: str | None = None
    date: datetime | None = None
    """When it was set; aware, in UTC. A time without a zone is taken as UTC."""
    code: str | None = None
    """Iopole's word, such as APPROVED; where only a number came, its word by the table, or the number itself."""
    network_code: str | None = None
    """The French life-cycle code, such as 205, where the answer has it. It may be absent; see `life_cycle`."""
    label: str | None = None
    """What the answer calls it, for people."""
    message: str | None = field(default=None, repr=False)
    """What somebody wrote with it."""
    dest_type: str | None = None
    """OPERATOR, PLATFORM, PPF or newer: presumably to whom it was addressed, as that is not documented."""
    rejections: tuple[Rejection, ...] = ()
    xml: str | None = field(default=None, repr=False)
    """The document that it came with, as text. It is never parsed here; beware of entities when you do."""
    json: Mapping[str, Any] | None = field(default=None, repr=False, hash=False)
    """What the document says, as it came."""
    extra: Mapping[str, Any] = field(factory=dict[str, Any], repr=False, hash=False)
    """Members that are not described here, as they came."""
    raw: bytes = field(default=b"", repr=False, eq=False)
    """The entry's own JSON. Takes no part in equality."""

    @property
    def rejection(self) -> Rejection | None:
        """The first reason of a refusal, mostly the only one."""
        return self.rejections[0] if self.rejections else None

    @property
    def life_cycle(self) -> LifeCycleCode | None:
        """The row of the French table, by `network_code` or else by `code`; None for a code that is not in it."""
        return life_cycle_code(self.network_code) or life_cycle_code(self.code)


class StatusList(list[InvoiceStatus]):
    """The statuses of one answer by date, then by id, each id once; undated ones come first.

    Attributes:
        undecoded: entries that could not be read, as they came. They are part of the answer all the same.
        entries: how many the answer had, doubles and unreadable ones included.
    """

    def __init__(
        self, statuses: Iterable[InvoiceStatus] = (), undecoded: Iterable[Undecoded] = (), *, entries: int = 0
    ) -> None:
        super().__init__(_in_order(statuses))
        self.undecoded, self.entries = tuple(undecoded), entries

    @property
    def full(self) -> bool:
        """Whether an answer with unseen statuses had as many as it can have, so that there may be more."""
        return self.entries >= PAGE

    @property
    def latest(self) -> InvoiceStatus | None:
        """The last of them; None where there is none, which is neither an error nor an end: it may come yet."""
        return self[-1] if self else None


def _in_order(statuses: Iterable[InvoiceStatus]) -> list[InvoiceStatus]:
    """Of two with one id the later one stays; without an id nothing is a double."""
    ordered = sorted(statuses, key=_place)
    unique = {status.status_id: status for status in ordered if status.status_id is not None}
    return sorted([*(status for status in ordered if status.status_id is None), *unique.values()], key=_place)


def _place(status: InvoiceStatus) -> tuple[datetime, str]:
    return status.date or _UNDATED, status.status_id or ""
