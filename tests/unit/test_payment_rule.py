"""The payment rule, and which payments can be sent at all."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async.errors import InvalidInput
from ropo_async.payments import PaymentOutcome, expected_http_status, payment_outcome
from ropo_async.postings import Payment
from ropo_async.records import PaymentStatus

APPLIED, REJECTED, UNKNOWN = PaymentOutcome.APPLIED, PaymentOutcome.REJECTED, PaymentOutcome.UNKNOWN


@pytest.mark.parametrize("statusid", [*PaymentStatus, 7, 42, -1])
def test_each_outcome_has_its_status(statusid: int) -> None:
    assert expected_http_status(statusid) == (201 if statusid == 6 else 400)
    assert payment_outcome(201, statusid) is (APPLIED if statusid == 6 else UNKNOWN)
    assert payment_outcome(400, statusid) is (UNKNOWN if statusid == 6 else REJECTED)


@given(st.integers(100, 599).filter(lambda status: status not in (201, 400)), st.none() | st.integers())
def test_any_other_status_proves_nothing(status: int, statusid: int | None) -> None:
    assert payment_outcome(status, statusid) is UNKNOWN


@pytest.mark.parametrize("status", [200, 201, 400])
@pytest.mark.parametrize("statusid", [None, True, False])
def test_without_a_number_nothing_is_known(status: int, statusid: Any) -> None:
    assert payment_outcome(status, statusid) is UNKNOWN


GOOD: dict[str, Any] = {"amount": Decimal("1.00"), "paydate": date(2026, 3, 4), "billnum": "R-1"}


@pytest.mark.parametrize(
    "wrong",
    [
        *({"amount": amount} for amount in (1.0, "1.00", None, True, Decimal("NaN"), Decimal("-Infinity"), 10**16)),
        {"amount": Decimal("1e16")},
        {"amount": Decimal("1e-16")},
        *({"paydate": day} for day in ("2026-03-04", None, datetime(2026, 3, 4, tzinfo=UTC), 20260304)),
        *({"billnum": text} for text in ("", " ", 5, b"R-1")),
        *({"billnum": None, "jobid": jobid} for jobid in (0, -1, True, "1500", 1500.0)),
        {"billnum": None},
        {"jobid": 1500},
        {"billcode": "1232"},
        {"description": ""},
        {"identifier": 5},
        {"type": " "},
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Payment(**GOOD | wrong)


def test_a_payment_shows_nothing_personal() -> None:
    payment = Payment(**GOOD | {"billnum": "hunter2", "description": "hunter2", "amount": Decimal("710.10")})
    assert "hunter2" not in repr(payment)
    assert "710" not in repr(payment)
