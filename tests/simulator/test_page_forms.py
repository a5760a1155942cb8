"""What the forms of the page do: each effect once, or a text that says why not."""

from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest

from ropo_async.simulator import Running, Simulator, serve
from ropo_async.simulator.forms import FORMS

from .pages import Reader

pytestmark = pytest.mark.anyio

ANY = {"person": "Maija Esimerkki", "amount": "12.50"}
PAYMENT = {"invoice": "R1", "amount": "", "date": "", "way": "bank payment"}
FAULT = {"fault": "cut", "operation": "GET /jobs", "times": "1", "skip": "0"}
FOUR = Decimal("4.00")


@pytest.fixture
async def running(anyio_backend: str, simulator: Simulator) -> AsyncIterator[Running]:
    simulator.add_invoice(billnum="R1", amount="10.00")
    async with serve(simulator, page=0) as running:
        yield running


@pytest.fixture
async def browser(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=str(running.page), timeout=10, trust_env=False) as browser:
        yield browser


async def submit(browser: httpx.AsyncClient, form: str, **fields: str) -> str:
    """Submit a form, follow the way back as a browser does, and return what the page then says."""
    answer = await browser.post(f"/{form}", data=fields or {"nothing": ""})
    assert (answer.status_code, answer.content) == (303, b"")
    page = await browser.get(answer.headers["location"])
    assert FORMS[form].done in page.text
    return page.text


async def refused(browser: httpx.AsyncClient, form: str, **fields: str) -> str:
    answer = await browser.post(f"/{form}", data=fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert FORMS[form].done not in answer.text
    return answer.text


async def test_an_invoice_is_taken_in(simulator: Simulator, browser: httpx.AsyncClient) -> None:
    await submit(browser, "invoice", **ANY, billnum=" ä/1 ", due="2026-12-24")
    invoice = list(simulator.truth.invoices.values())[-1]
    assert (invoice.billnum, invoice.amount, invoice.open) == ("ä/1", Decimal("12.50"), Decimal("12.50"))
    assert (invoice.dataset["person"], invoice.dataset["paydate"]) == ("Maija Esimerkki", "2026-12-24")
    assert (invoice.request, simulator.truth.submissions, simulator.truth.requests) == (None, [], [])
    await submit(browser, "invoice", **ANY)
    latest = list(simulator.truth.invoices.values())[-1]
    assert latest.billnum == str(latest.jobid)


async def test_a_page_that_is_loaded_again_does_nothing_again(simulator: Simulator, browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/invoice", data=ANY)
    for _ in range(3):
        assert (await browser.get(answer.headers["location"])).status_code == 200
    assert len(simulator.truth.invoices) == 2


@pytest.mark.parametrize("named", ["R1", "7000001", "70000014"])
async def test_a_bank_pays_all_that_is_open(simulator: Simulator, browser: httpx.AsyncClient, named: str) -> None:
    simulator.add_invoice(billnum="R2")
    await submit(browser, "payment", **PAYMENT | {"invoice": named})
    [payment] = simulator.truth.bank_payments
    assert (payment.billnum, payment.amount, payment.paydate) == ("R1", Decimal("10.00"), simulator.today.isoformat())
    assert simulator.truth.invoices[payment.jobid].open == 0
    assert (simulator.truth.payments, simulator.truth.payment_attempts) == ([], [])
    assert [record["statustype"] for record in simulator.truth.pending] == ["payment", "comment"]


async def test_somebody_else_books(simulator: Simulator, browser: httpx.AsyncClient) -> None:
    sent = PAYMENT | {"amount": "4.00", "date": "2026-01-02"}
    await submit(browser, "payment", **sent | {"way": "payment booked by somebody else"})
    page = await submit(browser, "payment", **sent | {"way": "credit note booked by somebody else"})
    [payment], [note] = simulator.truth.payments, simulator.truth.credit_notes
    assert (payment.request, payment.billnum, payment.amount, payment.paydate) == (None, "R1", FOUR, "2026-01-02")
    assert (note.request, note.billnum, note.amount, note.date) == (None, "R1", FOUR, "2026-01-02")
    assert simulator.truth.invoices[payment.jobid].open == 2
    assert {row[-1] for row in Reader(page).tables["Payments and credit notes"][1:]} == {"somebody else"}
    assert simulator.truth.requests == []


async def test_updates_are_added(simulator: Simulator, browser: httpx.AsyncClient) -> None:
    simulator.add_invoice(billnum="R2")
    await submit(browser, "updates", count="40", invoice="")
    assert {record["billnum"] for record in simulator.truth.pending} == {"R1", "R2"}
    await submit(browser, "updates", count="30", invoice="R2")
    updates = simulator.truth.updates
    assert (len(updates), {record["billnum"] for record in updates[40:]}) == (70, {"R2"})
    assert len({record["statusid"] for record in updates}) == 70


@pytest.mark.parametrize(
    ("operation", "struck"),
    [
        ("any operation", [True, True, True]),
        ("GET /jobs", [True, False, False]),
        ("GET /jobs/statusupdates", [False, True, True]),
        ("GET /jobs/statusupdates, only without a filter", [False, True, False]),
    ],
)
async def test_a_fault_is_armed_for_an_operation(
    simulator: Simulator, browser: httpx.AsyncClient, client: httpx.AsyncClient, operation: str, struck: list[bool]
) -> None:
    await submit(browser, "fault", **FAULT | {"fault": "status_503_before", "operation": operation, "times": "9"})
    paths = ("/jobs?jobid=7000001", "/jobs/statusupdates", "/jobs/statusupdates?date=2026-01-02")
    assert [(await client.get(path)).status_code == 503 for path in paths] == struck
    await submit(browser, "calm")
    assert (await client.get("/jobs?jobid=7000001")).status_code == 200
    assert simulator.faults.armed == ()


async def test_a_fault_strikes_as_often_as_it_was_said_and_where(
    simulator: Simulator, browser: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    await submit(browser, "fault", **FAULT | {"fault": "status_503_before", "times": "2", "skip": "1"})
    answers = [(await client.get("/jobs?jobid=7000001")).status_code for _ in range(4)]
    assert answers == [200, 503, 503, 200]


async def test_a_fault_of_documents_is_armed(
    simulator: Simulator, browser: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    await submit(browser, "fault", **FAULT | {"fault": "document: disposition device", "operation": "GET /jobs/pdf"})
    answer = await client.get("/jobs/pdf?jobid=7000001")
    assert answer.headers["content-disposition"] == 'attachment; filename="CON"'


async def test_tokens_are_revoked(browser: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    assert (await client.get("/jobs/statusupdates")).status_code == 204
    await submit(browser, "revoke")
    assert (await client.get("/jobs/statusupdates")).status_code == 401


@pytest.mark.parametrize(
    ("form", "fields", "said"),
    [
        ("invoice", ANY | {"amount": "x"}, "Amount must be a number"),
        ("invoice", ANY | {"amount": "NaN"}, "Amount is out of range"),
        ("invoice", ANY | {"amount": "0"}, "Amount must be more than nothing"),
        ("invoice", ANY | {"amount": "1e12"}, "Amount is out of range"),
        ("invoice", ANY | {"amount": " "}, "Amount in euros is required"),
        ("invoice", ANY | {"person": ""}, "Name is required"),
        ("invoice", ANY | {"billnum": "1" * 201}, "Number is too long"),
        ("invoice", ANY | {"due": "2026-02-30"}, "Due date is required as YYYY-MM-DD"),
        ("payment", PAYMENT | {"invoice": "R7"}, "There is no such invoice"),
        ("payment", PAYMENT | {"invoice": "FOREIGN"}, "There is no such invoice"),
        ("payment", PAYMENT | {"invoice": "PAID"}, "Amount must be more than nothing"),
        ("payment", PAYMENT | {"amount": "-1"}, "Amount must be more than nothing"),
        ("payment", PAYMENT | {"date": "today"}, "Date is required as YYYY-MM-DD"),
        ("payment", PAYMENT | {"way": "cash"}, "How: choose one of the list"),
        ("updates", {"count": "0"}, "How many: a whole number from 1 to 10000"),
        ("updates", {"count": "10001"}, "How many: a whole number from 1 to 10000"),
        ("updates", {"count": "9" * 200}, "How many: a whole number from 1 to 10000"),
        ("updates", {"count": "\u0661"}, "How many: a whole number from 1 to 10000"),
        ("updates", {"count": "1", "invoice": "R7"}, "There is no such invoice"),
        ("fault", FAULT | {"fault": "nothing"}, "Fault: choose one of the list"),
        ("fault", FAULT | {"operation": "GET /"}, "For: choose one of the list"),
        ("fault", FAULT | {"times": "0"}, "How often: a whole number from 1 to 10000"),
        ("fault", FAULT | {"skip": "-1"}, "How many pass first: a whole number from 0 to 10000"),
        ("fault", FAULT | {"fault": "reset_on_accept"}, "strikes before a request is read"),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_is_done(
    simulator: Simulator, browser: httpx.AsyncClient, form: str, fields: dict[str, str], said: str
) -> None:
    simulator.add_invoice(billnum="FOREIGN", foreign=True)
    simulator.add_invoice(billnum="PAID", closed=True)
    page = await refused(browser, form, **fields)
    assert said in page
    truth = simulator.truth
    assert (len(truth.invoices), len(truth.updates), simulator.faults.armed) == (3, 0, ())
    assert (truth.payments, truth.credit_notes, truth.bank_payments) == ([], [], [])
    # What was typed is still there.
    reader = Reader(page)
    kept = {field["name"]: field["value"] for field in reader.attributes("input") if f"{form}-" in str(field["id"])}
    typed = {name: value for name, value in fields.items() if name in kept and value.strip()}
    assert kept.items() >= typed.items()
