"""The payment rule on the wire: which answers are a booking, which a refusal, and which say neither."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from ropo_async import (
    BadRequest,
    NotFound,
    OutcomeUnknown,
    PaymentRejected,
    PaymentStatus,
    PermissionDenied,
    RopoClient,
    StatusError,
)
from ropo_async.simulator import Fault, Simulator
from tests.faults.calls import PAY, booked, pay, sent

pytestmark = pytest.mark.anyio

CONCLUSIVE = {1, 5, 8, 9, 10, 11}
OTHERS = [status for status in PaymentStatus if status != 6]


@pytest.mark.parametrize("form", [int, str, float])
@pytest.mark.parametrize("statusid", [*map(int, OTHERS), 7, 42])
async def test_any_other_statusid_with_400_is_a_rejection(
    statusid: int, form: Callable[[int], object], simulator: Simulator, client: RopoClient
) -> None:
    simulator.payment_status(statusid=form(statusid))
    with pytest.raises(PaymentRejected) as caught:
        await pay(client)
    error = caught.value
    assert (error.statusid, error.receipt.statusid, error.status) == (statusid, statusid, 400)
    assert error.receipt.amount == Decimal("710.10")
    assert error.conclusive is (statusid in CONCLUSIVE)
    assert ("check the invoice" in str(error)) is not error.conclusive
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)


async def test_a_rejection_has_the_vendors_own_words(simulator: Simulator, client: RopoClient) -> None:
    simulator.payment_status(statusid=8, body=b'{"statusid":8,"statustext":"Ei avointa laskua"}')
    with pytest.raises(PaymentRejected) as caught:
        await pay(client)
    assert caught.value.vendor_text == caught.value.receipt.statustext == "Ei avointa laskua"
    assert "avointa" not in str(caught.value)


@pytest.mark.parametrize("six", [6, "6", 6.0, " 6 "])
async def test_six_with_201_is_booked(six: object, simulator: Simulator, client: RopoClient) -> None:
    simulator.payment_status(statusid=six, http_status=201, booked=True)
    receipt = await pay(client)
    assert receipt.statusid is PaymentStatus.OHISPAY
    assert (receipt.capitalbefore, receipt.capitalafter) == (Decimal("9000.00"), Decimal("8289.90"))
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


CONTRADICTIONS = [
    *((201, body) for body in (b'{"statusid":5}', b'{"statusid":7}', b'{"statusid":null}', b'{"statusid":"x"}')),
    *((201, body) for body in (b'{"statusid":true}', b'{"statusid":6.5}', b'{"statusid":""}', b'{"statusid":[6]}')),
    *((201, body) for body in (b'{"jobid":1}', b"{}", b"[]", b"", b"null", b'[{"statusid":6}]', b'{"statusid":6')),
    *((400, body) for body in (b'{"statusid":6}', b'{"statusid":"6"}', b'{"statusid":6.0}', b'{"statusid":"x"}')),
    *((400, body) for body in (b'{"statusid":null}', b'{"statusid":true}', b'{"statusid":6,"error":"Refused"}')),
    *((400, body) for body in (b"", b"[]", b"{}", b"null", b'"no"', b"{", b"<html>Bad Request</html>")),
    *((status, b'{"statusid":6}') for status in (200, 202, 203, 206, 207, 299, 500)),
    *((status, b'{"statusid":5}') for status in (200, 202)),
    (200, b""),
    (204, b""),
]


@pytest.mark.parametrize(("status", "body"), CONTRADICTIONS)
async def test_an_answer_that_contradicts_itself_leaves_the_outcome_unknown(
    status: int, body: bytes, simulator: Simulator, client: RopoClient
) -> None:
    simulator.payment_status(statusid=6, http_status=status, body=body)
    with pytest.raises(OutcomeUnknown) as caught:
        await pay(client)
    assert "of_invoice" in caught.value.check
    assert (len(sent(simulator)), booked(simulator)) == (1, 1)


SHAPES = [
    (b'{"result":{"commonerror":"No amount"}}', None, "No amount"),
    (b'{"commonerror":"No amount","code":3}', 3, "No amount"),
    (b'{"errorId":17,"errorText":"No amount"}', 17, "No amount"),
    (b'{"error":"No amount"}', None, "No amount"),
    (b'{"Code":4,"Message":"No amount"}', 4, "No amount"),
    (b'{"status":400,"type":null,"title":"Bad Request","detail":"No amount"}', 400, "No amount"),
    (b'{"status":400,"title":"Bad Request","detail":null}', 400, "Bad Request"),
    (b'\xef\xbb\xbf{"error":"No amount"}', None, "No amount"),
]


@pytest.mark.parametrize(("body", "code", "text"), SHAPES)
async def test_a_400_that_speaks_of_no_payment_is_a_refusal_of_the_request(
    body: bytes, code: int | None, text: str, simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(400, body=body), operation=PAY)
    with pytest.raises(BadRequest) as caught:
        await pay(client)
    assert (caught.value.vendor_code, caught.value.vendor_text) == (code, text)
    assert text not in str(caught.value)
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)


REFUSALS: list[tuple[int, type[StatusError]]] = [
    (403, PermissionDenied),
    (404, NotFound),
    *((status, BadRequest) for status in (405, 413, 415, 422)),
    *((status, StatusError) for status in (402, 406, 410, 418, 451)),
]


@pytest.mark.parametrize(("status", "kind"), REFUSALS)
async def test_a_refusal_is_a_typed_error_and_final(
    status: int, kind: type[StatusError], simulator: Simulator, client: RopoClient
) -> None:
    simulator.fail(Fault.status(status, body=b'{"error":"no"}'), operation=PAY)
    with pytest.raises(kind) as caught:
        await pay(client)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.operation) == (status, "payments.register")
    assert (len(sent(simulator)), booked(simulator)) == (1, 0)
