"""What goes out: method, path, parameters and body, as the generated builders make them."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import operations
from ropo_async._messages import Request
from ropo_async.codec import payment_request, poll_request, reread_request, token_request
from ropo_async.postings import Payment

DAY = date(2026, 3, 4)


def _payment(**fields: Any) -> Request:
    given = {"amount": Decimal("710.10"), "paydate": DAY, "billnum": "R-1", **fields}
    return payment_request(Payment(**given).fields())


def _line(request: Request) -> tuple[str, str, dict[str, Any]]:
    return request.method, request.path, dict(request.params)


def test_the_login() -> None:
    request = token_request("1000011", "code")
    assert request.operation is operations.TOKEN
    assert _line(request) == ("POST", "/token", {})
    assert json.loads(request.content or b"") == {"cid": "1000011", "apicode": "code"}
    assert request.headers == {"Content-Type": "application/json"}


def test_the_poll_has_no_filter() -> None:
    request = poll_request()
    assert request.operation is operations.POLL
    assert _line(request) == ("GET", "/jobs/statusupdates", {})
    assert request.content is None


@pytest.mark.parametrize("criterion", [{"date": "2026-03-04"}, {"billnum": "R 1/2&date=x"}], ids=str)
def test_a_reread_has_one_filter(criterion: dict[str, str]) -> None:
    request = reread_request(**criterion)
    assert request.operation is operations.REREAD
    assert _line(request) == ("GET", "/jobs/statusupdates", criterion)
    assert request.content is None


def test_a_payment() -> None:
    request = _payment(
        identifier="insurance",
        type="directpayment",
        creditnotebillnum="C-1",
        description="Työ",
    )
    assert request.operation is operations.PAYMENT
    assert _line(request) == ("POST", "/jobs/payment", {})
    assert request.headers == {"Content-Type": "application/json"}
    assert json.loads(request.content or b"", parse_float=Decimal) == {
        "amount": Decimal("710.10"),
        "paydate": "2026-03-04",
        "billnum": "R-1",
        "identifier": "insurance",
        "type": "directpayment",
        "creditnotebillnum": "C-1",
        "description": "Työ",
    }


@pytest.mark.parametrize("identifier", [{"billcode": "1232"}, {"jobid": 1500}, {"billnum": "R-1"}], ids=str)
def test_a_payment_names_its_invoice_once(identifier: dict[str, Any]) -> None:
    content = json.loads(_payment(**{"billnum": None, **identifier}).content or b"")
    assert content == {"amount": 710.1, "paydate": "2026-03-04", **identifier}


@pytest.mark.parametrize(
    ("amount", "digits"),
    [
        (Decimal("710.10"), b"710.10"),
        (Decimal("0.1") + Decimal("0.2"), b"0.3"),
        (Decimal("1000000000000000.01"), b"1000000000000000.01"),
        (Decimal("1E+3"), b"1000"),
        (Decimal("1E-7"), b"0.0000001"),
        (Decimal("-5.00"), b"-5.00"),
        (Decimal("0.00"), b"0.00"),
        (7, b"7"),
        (-7, b"-7"),
        (10**15, b"1000000000000000"),
    ],
)
def test_an_amount_goes_out_digit_for_digit(amount: Decimal | int, digits: bytes) -> None:
    assert b'"amount":' + digits + b"," in (_payment(amount=amount).content or b"")


@given(st.decimals(-(10**15), 10**15, allow_nan=False, places=4) | st.integers(-(10**15), 10**15))
def test_no_amount_is_rounded(amount: Decimal | int) -> None:
    content = json.loads(_payment(amount=amount).content or b"", parse_float=str, parse_int=str)
    assert content["amount"] == f"{amount:f}" if isinstance(amount, Decimal) else str(amount)


def test_a_request_shows_nothing_of_what_it_carries() -> None:
    shown = repr([token_request("1000011", "hunter2"), reread_request(billnum="hunter2"), _payment(billnum="hunter2")])
    assert "hunter2" not in shown
    assert "710" not in shown
    assert "payments.register" in shown
