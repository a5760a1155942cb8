"""What the vendors' records have in common, as one event."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError

from ropo_async import InvalidInput, InvoiceEvent
from ropo_async.iopole import InvoiceStatus
from ropo_async.records import StatusType, StatusUpdate

COMMENT = StatusUpdate(
    statusid="S7",
    billnum="R123467",
    statustype=StatusType.COMMENT,
    statuscode=12,
    statustime=datetime.fromisoformat("2026-11-20T12:30"),
    statusref="Muistutus",
    statustext="Maija Esimerkille",
    raw=b'{"statusid":"S7"}',
)
PAYMENT = StatusUpdate(
    statusid="S8",
    billnum="R123467",
    statustype=StatusType.PAYMENT,
    statustime=datetime.fromisoformat("2026-07-01"),
    statustext="RF18",
    amount=Decimal("710.10"),
    paydate=date(2026, 7, 1),
)
STATUS = InvoiceStatus(
    status_id="01a015f1-c49c-734e-8000-000000000001",
    invoice_id="01a015f1-c49c-734e-8000-000000000002",
    date=datetime(2026, 3, 2, 9, tzinfo=UTC),
    code="REFUSED",
    network_code="210",
    label="Refusée",
    message="Doublon",
    raw=b"{}",
)


@pytest.mark.parametrize(
    ("record", "event"),
    [
        (
            COMMENT,
            InvoiceEvent(
                provider="ropo",
                id="S7",
                invoice="R123467",
                occurred_at=datetime(2026, 11, 20, 10, 30, tzinfo=UTC),
                code="12",
                text="Muistutus",
            ),
        ),
        (
            PAYMENT,
            InvoiceEvent(
                provider="ropo",
                id="S8",
                invoice="R123467",
                occurred_at=datetime(2026, 6, 30, 21, tzinfo=UTC),
                code="payment",
                text="RF18",
            ),
        ),
        (StatusUpdate(), InvoiceEvent(provider="ropo")),
        (
            STATUS,
            InvoiceEvent(
                provider="iopole",
                id=STATUS.status_id,
                invoice=STATUS.invoice_id,
                occurred_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
                code="REFUSED",
                text="Doublon",
            ),
        ),
        (InvoiceStatus(label="Approuvée"), InvoiceEvent(provider="iopole", text="Approuvée")),
    ],
)
def test_a_record_is_an_event(record: StatusUpdate | InvoiceStatus, event: InvoiceEvent) -> None:
    found = InvoiceEvent.of(record)
    assert found == event
    assert found.raw == record.raw
    assert found.occurred_at is None or found.occurred_at.tzinfo is UTC


@pytest.mark.parametrize("zone", ["Europe/Stockholm", ZoneInfo("Europe/Stockholm")])
def test_ropos_clock_may_hang_elsewhere(zone: Any) -> None:
    assert InvoiceEvent.of(COMMENT, zone=zone).occurred_at == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    assert InvoiceEvent.of(STATUS, zone=zone).occurred_at == STATUS.date
    with pytest.raises(ZoneInfoNotFoundError):
        InvoiceEvent.of(COMMENT, zone="Europe/Nowhere")


def test_it_is_frozen_and_shows_nobody() -> None:
    event = InvoiceEvent.of(COMMENT)
    assert not any(hidden in repr(event) for hidden in ("Maija", "Muistutus", "R123467"))
    assert event == evolve(event, raw=b"")
    with pytest.raises(FrozenInstanceError):
        event.code = "13"  # type: ignore[misc]


@pytest.mark.parametrize("record", [None, {}, "S7"])
def test_something_else_is_no_record(record: Any) -> None:
    with pytest.raises(InvalidInput, match="record must be"):
        InvoiceEvent.of(record)
