import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from attrs import define

from ropo_async.simulator import Simulator

pytestmark = pytest.mark.anyio

FIELDS = [
    "jobid",
    "billnum",
    "billcode",
    "paydate",
    "amount",
    "capitalbefore",
    "capitalafter",
    "focusedtocapital",
    "interestbefore",
    "interestafter",
    "focusedtointerest",
    "noticefeebefore",
    "noticefeeafter",
    "focusedtonoticefee",
    "unfocused",
    "statusid",
    "statustext",
]


@define
class Later:
    """A clock that goes on when it is told to."""

    minutes: float = 0

    def __call__(self) -> datetime:
        return datetime(2026, 1, 2, 12, tzinfo=UTC) + timedelta(minutes=self.minutes)


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def simulator(later: Later) -> Simulator:
    return Simulator(apicode="only-for-tests", now=later)


async def pay(client: httpx.AsyncClient, **fields: Any) -> tuple[int, dict[str, Any]]:
    """Pay 10.00 unless told otherwise, and read the answer with exact numbers."""
    answer = await client.post("/jobs/payment", json={"amount": "10.00", "paydate": "2026-01-02"} | fields)
    return answer.status_code, dict(json.loads(answer.content, parse_float=Decimal))


async def test_a_payment_is_shared_out_booked_and_shown(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice = simulator.add_invoice(billnum="R123467", amount="710.00", interest="1.50", noticefee="5.00")
    content = b'{"billnum":"R123467","amount":700.00,"paydate":"2026-01-02","description":"over the counter"}'
    answer = await client.post("/jobs/payment", content=content)
    assert answer.status_code == 201
    assert answer.text == (
        f'{{"jobid":{invoice.jobid},"billnum":"R123467","billcode":"{invoice.billcode}","paydate":"2026-01-02",'
        '"amount":700.00,"capitalbefore":710.00,"capitalafter":11.50,"focusedtocapital":698.50,'
        '"interestbefore":1.50,"interestafter":0.00,"focusedtointerest":1.50,'
        '"noticefeebefore":5.00,"noticefeeafter":5.00,"focusedtonoticefee":0.00,'
        '"unfocused":0.00,"statusid":6,"statustext":"Suoritus kirjattu"}'
    )
    (payment,) = simulator.truth.payments
    assert (payment.amount, payment.paydate, payment.jobid) == (Decimal("700.00"), "2026-01-02", invoice.jobid)
    assert payment.details == {"description": "over the counter"}
    assert simulator.truth.invoices[invoice.jobid].open == Decimal("16.50")
    shown = await client.get("/jobs/statusupdates", params={"billnum": "R123467"})
    record, comment = json.loads(shown.content, parse_float=Decimal)["result"]["status"]
    assert (comment["statusid"][0], comment["statuscode"], comment["amount"]) == ("C", 98, "")
    assert (record["statustype"], record["amount"], record["paydate"]) == ("payment", Decimal("700.00"), "2026-01-02")
    assert (record["openamount"], record["statusid"][0]) == (Decimal("16.50"), "P")


async def test_too_much_is_unfocused_and_closes_the_invoice(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.add_invoice(billnum="1", amount="10.00")
    status, result = await pay(client, billnum="1", amount="12.34")
    assert (status, result["statusid"], result["unfocused"]) == (201, 6, Decimal("2.34"))
    status, result = await pay(client, billnum="1")
    assert (status, result["statusid"], list(result)) == (400, 5, FIELDS)
    assert len(simulator.truth.payments) == 1
    assert [attempt.booked for attempt in simulator.truth.payment_attempts] == [True, False]


@pytest.mark.parametrize(
    ("invoice", "amount", "statusid"),
    [
        ({"closed": True}, "10.00", 5),
        ({"cancelled": True}, "10.00", 11),
        ({"foreign": True}, "10.00", 9),
        ({}, "0", 1),
        ({}, "-1.00", 1),
    ],
)
async def test_every_other_outcome_is_a_400_of_the_same_shape(
    simulator: Simulator, client: httpx.AsyncClient, invoice: dict[str, Any], amount: str, statusid: int
) -> None:
    simulator.add_invoice(billnum="1", **invoice)
    status, result = await pay(client, billnum="1", amount=amount)
    assert (status, result["statusid"], list(result)) == (400, statusid, FIELDS)
    assert result["capitalbefore"] == result["capitalafter"]
    assert simulator.truth.payments == []


async def test_an_unknown_invoice_is_not_found(simulator: Simulator, client: httpx.AsyncClient) -> None:
    status, result = await pay(client, billnum="nobody's", jobid=10**17)
    assert (status, result["statusid"], list(result)) == (400, 10, FIELDS)
    assert (result["billnum"], result["jobid"], result["amount"]) == ("nobody's", 10**17, Decimal("10.00"))
    assert simulator.truth.payment_attempts[0].jobid is None
    _, result = await pay(client, billcode="12")
    assert (result["jobid"], result["billnum"], result["billcode"]) == (0, "", "12")


async def test_identifiers_are_tried_in_the_documented_order(simulator: Simulator, client: httpx.AsyncClient) -> None:
    first, second, third = (simulator.add_invoice() for _ in range(3))
    one = await pay(client, billcode=first.billcode, jobid=second.jobid, billnum=third.billnum)
    two = await pay(client, billcode="", jobid=str(second.jobid), billnum=third.billnum)
    three = await pay(client, billcode="unknown", billnum=third.billnum)
    assert [result["jobid"] for _, result in (one, two, three)] == [first.jobid, second.jobid, third.jobid]


@pytest.mark.parametrize(
    "body",
    [
        b'{"amount":1,"paydate":"2026-01-02"}',
        b'{"amount":1,"billnum":"1"}',
        b'{"paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":1,"paydate":"2.1.2026","billnum":"1"}',
        b'{"amount":1,"paydate":"2026-02-30","billnum":"1"}',
        b'{"amount":true,"paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":"1,50","paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":"NaN","paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":NaN,"paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":1e999999999,"paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":1e99999999999999999999,"paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":1000000000000,"paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":1.0000001,"paydate":"2026-01-02","billnum":"1"}',
        b'{"amount":1,"paydate":"2026-01-02","billnum":"\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff",
        b"null",
        b"",
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_and_judged_by_nobody(
    simulator: Simulator, client: httpx.AsyncClient, body: bytes
) -> None:
    simulator.add_invoice(billnum="1")
    answer = await client.post("/jobs/payment", content=body)
    assert answer.status_code == 400
    assert list(answer.json()["result"]) == ["commonerror"]
    assert (simulator.truth.payment_attempts, simulator.truth.payments) == ([], [])


async def test_huge_numbers_in_other_fields_are_echoed_or_refused(client: httpx.AsyncClient) -> None:
    content = b'{"amount":1,"paydate":"2026-01-02","jobid":%s}' % (b"9" * 400)
    assert (await client.post("/jobs/payment", content=content)).status_code == 400


@pytest.mark.parametrize("statusid", [0, 2, 3, 4, 7, 8, 12, "x", None, [6]])
async def test_the_rule_can_be_scripted(simulator: Simulator, client: httpx.AsyncClient, statusid: object) -> None:
    simulator.add_invoice(billnum="1")
    simulator.payment_status(statusid=statusid)
    status, result = await pay(client, billnum="1")
    assert (status, result["statusid"], list(result)) == (400, statusid, FIELDS)
    assert simulator.truth.payments == []


async def test_a_scripted_answer_can_contradict_the_rule(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice, other = simulator.add_invoice(billnum="1"), simulator.add_invoice(billnum="2")
    simulator.payment_status(billcode=invoice.billcode, statusid="6", http_status=201, booked=True)
    assert (await pay(client, billnum="1"))[1]["statusid"] == "6"
    simulator.payment_status(jobid=invoice.jobid, statusid=6, http_status=400, booked=False)
    status, result = await pay(client, billnum="1")
    assert (status, result["statusid"]) == (400, 6)
    simulator.payment_status(billnum="1", statusid=6, body=b"[]")
    answer = await client.post("/jobs/payment", json={"amount": 1, "paydate": "2026-01-02", "jobid": invoice.jobid})
    assert (answer.status_code, answer.content) == (201, b"[]")
    assert (await pay(client, jobid=other.jobid))[0] == 201
    assert [payment.billnum for payment in simulator.truth.payments] == ["1", "1", "2"]


async def test_a_scripted_success_for_nobodys_invoice_books_nothing(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.payment_status(statusid=6)
    status, result = await pay(client, billnum="1")
    assert (status, result["statusid"]) == (201, 6)
    assert simulator.truth.payments == []


async def test_payments_can_be_kept_from_showing(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.payments_show = False
    simulator.add_invoice(billnum="1")
    assert (await pay(client, billnum="1"))[0] == 201
    assert (await client.get("/jobs/statusupdates")).status_code == 204


async def test_one_payment_makes_several_updates(simulator: Simulator, client: httpx.AsyncClient) -> None:
    invoice = simulator.add_invoice(billnum="1", amount="20.00")
    await pay(client, billnum="1")
    assert [update["statuscode"] for update in simulator.truth.updates] == ["", 98]
    await pay(client, billnum="1")
    assert [update["statuscode"] for update in simulator.truth.updates] == ["", 98, "", 98, 101]
    assert {update["jobid"] for update in simulator.truth.updates} == {invoice.jobid}
    assert [update["openamount"] for update in simulator.truth.updates] == [10, 10, 0, 0, 0]
    assert len({update["statusid"] for update in simulator.truth.updates}) == 5


async def test_payments_can_go_without_comments(client: httpx.AsyncClient, simulator: Simulator) -> None:
    simulator.payment_comments = False
    simulator.add_invoice(billnum="1", amount="10.00")
    await pay(client, billnum="1")
    assert [update["statustype"] for update in simulator.truth.updates] == ["payment"]


async def test_payments_can_show_late(client: httpx.AsyncClient, simulator: Simulator, later: Later) -> None:
    """Meanwhile nothing finds them, and they come after what came in between."""
    simulator.payments_lag = timedelta(minutes=5)
    simulator.add_invoice(billnum="1", amount="100.00")
    await pay(client, billnum="1")
    await client.post("/jobs/creditnote", json={"amount": 1, "date": "2026-01-02", "billnum": "1"})
    simulator.add_updates([{"statusid": "C1"}])
    later.minutes = 4.9
    assert [update["statusid"] for update in simulator.truth.updates] == ["C1"]
    assert (await client.get("/jobs/statusupdates", params={"billnum": "1"})).status_code == 204
    assert len((await client.get("/jobs/statusupdates")).json()["result"]["status"]) == 1
    later.minutes = 5
    found = (await client.get("/jobs/statusupdates", params={"billnum": "1"})).json()["result"]["status"]
    assert [record["statuscode"] for record in found] == ["", 98, 9110]
    assert (await client.get("/jobs/statusupdates")).json()["result"]["status"] == found
    assert [update["statusid"] for update in simulator.truth.updates] == ["C1", *(r["statusid"] for r in found)]


@pytest.mark.parametrize("named", ["jobid", "billnum"])
async def test_money_may_come_by_itself(client: httpx.AsyncClient, simulator: Simulator, named: str) -> None:
    simulator.payments_show = False
    simulator.payments_lag = timedelta(days=1)
    invoice = simulator.add_invoice(billnum="R1", amount="30.00")
    assert (await pay(client, billnum="R1"))[0] == 201
    names: dict[str, Any] = {named: getattr(invoice, named)}
    payment = simulator.add_bank_payment(amount="20.00", paydate="2026-01-03", **names)
    assert (payment.jobid, payment.amount) == (invoice.jobid, Decimal(20))
    assert simulator.truth.invoices[invoice.jobid].open == 0
    assert [booked.amount for booked in simulator.truth.payments] == [10]
    assert simulator.truth.bank_payments == [payment]
    shown = [(update["statuscode"], update["amount"], update["paydate"]) for update in simulator.truth.updates]
    assert shown == [("", 20, "2026-01-03"), (101, "", "")]
    with pytest.raises(LookupError):
        simulator.add_bank_payment(amount=1, paydate="2026-01-03", billnum="nobody's")


@pytest.mark.parametrize(("jobid", "billcode"), [(123, "1232"), (1234561, "12345614"), (7000021, "70000218")])
def test_references_end_in_the_finnish_check_digit(jobid: int, billcode: str) -> None:
    assert Simulator().add_invoice(jobid=jobid).billcode == billcode
