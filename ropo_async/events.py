"""What happened to an invoice, in the few words that all vendors have in common."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from attrs import field, frozen

from ropo_async.errors import InvalidInput
from ropo_async.iopole.records import InvoiceStatus
from ropo_async.records import StatusUpdate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["InvoiceEvent"]


@frozen(kw_only=True)
class InvoiceEvent:
    """One change of an invoice, whoever tells of it. It is a view: what it leaves out is in the record.

    Equal events of two records are equal; to tell records apart take `delivery.key`.
    """

    provider: str
    """`"ropo"` or `"iopole"`."""
    id: str | None = None
    """The vendor's id of the change: `statusid`, or `statusId`."""
    invoice: str | None = field(default=None, repr=False)
    """What the vendor knows the invoice by: its `billnum`, or Iopole's own id of it."""
    occurred_at: datetime | None = None
    """When it happened; aware, in UTC. Ropo's payments carry a day alone, so theirs is the midnight it began with."""
    code: str | None = None
    """The vendor's code. Of Ropo's comments their number, otherwise the `statustype`; of Iopole's statuses the word."""
    text: str | None = field(default=None, repr=False)
    """What it says for people; show it, never branch on it."""
    raw: bytes = field(default=b"", repr=False, eq=False)
    """The record's own JSON. Takes no part in equality."""

    @classmethod
    def of(cls, record: StatusUpdate | InvoiceStatus, *, zone: tzinfo | str = "Europe/Helsinki") -> Self:
        """Return the event that a record tells of.

        Args:
            record: of either vendor.
            zone: of Ropo's clock, as its times have none: a `tzinfo`, or the name of an IANA zone. It is presumably
                Helsinki's; the vendor does not say so. Iopole's times have zones of their own.

        Raises:
            InvalidInput: it is no record of a vendor's.
            zoneinfo.ZoneInfoNotFoundError: there is no zone of that name.
        """
        view = _VIEWS.get(type(record))
        if view is None:
            raise InvalidInput("record must be a StatusUpdate or an InvoiceStatus")
        return cls(**view(record, ZoneInfo(zone) if isinstance(zone, str) else zone), raw=record.raw)


def _of_update(update: StatusUpdate, zone: tzinfo) -> dict[str, Any]:
    moment = update.occurred_at(zone)
    kind = None if update.statustype is None else update.statustype.value
    return {
        "provider": "ropo",
        "id": update.statusid,
        "invoice": update.billnum,
        "occurred_at": None if moment is None else moment.astimezone(UTC),
        "code": kind if update.statuscode is None else str(update.statuscode),
        "text": update.statusref or update.statustext,
    }


def _of_status(status: InvoiceStatus, _: tzinfo) -> dict[str, Any]:
    return {
        "provider": "iopole",
        "id": status.status_id,
        "invoice": status.invoice_id,
        "occurred_at": status.date,
        "code": status.code,
        "text": status.message or status.label,
    }


_VIEWS: Mapping[type, Callable[[Any, tzinfo], dict[str, Any]]] = MappingProxyType(
    {StatusUpdate: _of_update, InvoiceStatus: _of_status}
)
