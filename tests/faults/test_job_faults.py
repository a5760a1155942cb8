"""Jobs and disputes over a real connection: what became of them there, whatever the client was told."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import anyio
import pytest

from ropo_async import (
    AuthenticationError,
    JobDataSet,
    JobSubmission,
    OutcomeUnknown,
    PayRow,
    Phase,
    RopoClient,
    RopoError,
    Timeouts,
    TransportError,
)
from ropo_async.hooks import Finished
from ropo_async.simulator import Fault, Simulator
from tests.faults.calls import Connect, token

pytestmark = pytest.mark.anyio

RECIPIENT: dict[str, Any] = {"customertype": 2, "person": "Testi Henkilö", "address": "Esimerkkikatu 1", "city": "OULU"}
CUSTOMER: dict[str, Any] = {"custnum": "1022", "ordernumber": 10232}


def bill(billnum: str) -> JobSubmission:
    row = PayRow(desc="Hieronta", count=1, amount=Decimal("35.00"), taxpr=Decimal("25.5"))
    days: dict[str, Any] = {"billdate": date(2026, 3, 4), "paydate": date(2026, 3, 18)}
    return JobSubmission(jobtype=0, postcode="90100", billnum=billnum, payrow=[row], **days, **RECIPIENT, **CUSTOMER)


def changed(**fields: Any) -> JobDataSet:
    return JobDataSet(jobtype=0, email="testi@example.com", **RECIPIENT, **fields)


Call = Callable[[RopoClient], Any]
Effects = Callable[[Simulator], int]

CALLS: dict[str, tuple[str, Call, Effects]] = {
    "jobs.submit": (
        "POST /jobs",
        lambda ropo: ropo.jobs.submit(bill("R-2")),
        lambda simulator: len(simulator.truth.submissions),
    ),
    "jobs.modify": (
        "PATCH /jobs",
        lambda ropo: ropo.jobs.modify(changed(), billnum="R-1"),
        lambda simulator: len(simulator.truth.modifications),
    ),
    "jobs.modify_open_sales_invoices": (
        "PATCH /jobs/opensalesinvoices",
        lambda ropo: ropo.jobs.modify_open_sales_invoices(changed(), custnum="1022", ordernumber="10232"),
        lambda simulator: len(simulator.truth.modifications),
    ),
    "jobs.update_delivery_status": (
        "PATCH /jobs/deliverystatus",
        lambda ropo: ropo.jobs.update_delivery_status(id="D-1", service="post"),
        lambda simulator: len(simulator.truth.delivery_statuses),
    ),
    "jobs.send_transfer_report": (
        "GET /jobs/transferconfirmation",
        lambda ropo: ropo.jobs.send_transfer_report("B-1"),
        lambda simulator: len(simulator.truth.transfer_reports),
    ),
    "disputes.open": (
        "POST /jobs/dispute",
        lambda ropo: ropo.disputes.open(invoice_number="R-1", details={"reason": "x"}),
        lambda simulator: len(simulator.truth.disputes),
    ),
    "disputes.resolve": (
        "POST /jobs/dispute/resolve",
        lambda ropo: ropo.disputes.resolve(invoice_number="R-3"),
        lambda simulator: sum(dispute.resolved is not None for dispute in simulator.truth.disputes),
    ),
}
every_write = pytest.mark.parametrize("name", CALLS)


@pytest.fixture
async def known(simulator: Simulator, client: RopoClient) -> None:
    """There are two jobs, the second of them disputed; what made them counts no more."""
    await client.jobs.submit(bill("R-1"), bill("R-3"))
    await client.disputes.open(invoice_number="R-3")
    await client.jobs.modify(changed(custnum="other"), billnum="R-3")
    for effects in (simulator.truth.submissions, simulator.truth.modifications):
        effects.clear()
    assert [dispute.resolved for dispute in simulator.truth.disputes] == [None]


def seen(simulator: Simulator, name: str) -> tuple[int, int]:
    """Return how often the server was asked, and how often it did something; what the fixture did does not count."""
    operation, _, effects = CALLS[name]
    before = {"jobs.submit": (1, 0), "jobs.modify": (1, 0), "disputes.open": (1, 1)}.get(name, (0, 0))
    return simulator.truth.count(operation) - before[0], effects(simulator) - before[1]


@every_write
@pytest.mark.usefixtures("known")
async def test_each_does_what_it_says_once(name: str, simulator: Simulator, client: RopoClient) -> None:
    await CALLS[name][1](client)
    assert seen(simulator, name) == (1, 1)


DOUBTS: dict[str, tuple[Fault, int]] = {
    "dropped before": (Fault.drop(processed=False), 0),
    "dropped after": (Fault.drop(processed=True), 1),
    "reset after": (Fault.reset(processed=True), 1),
    "failed after": (Fault.status(503, processed=True), 1),
    "gateway": (Fault.html(502, processed=True), 1),
    "timeout": (Fault.status(408), 0),
    "conflict": (Fault.status(409), 0),
    "a portal's page": (Fault.html(200), 0),
    "elsewhere": (Fault.status(307, headers={"Location": "https://example.invalid/"}), 0),
    "garbled": (Fault.raw(b"\x15\x03\x01\x00\x02\x02\x46"), 1),
}


@every_write
@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.usefixtures("known")
async def test_a_write_in_doubt_is_not_sent_again(
    name: str, doubt: str, simulator: Simulator, client: RopoClient
) -> None:
    operation, call, _ = CALLS[name]
    fault, effects = DOUBTS[doubt]
    simulator.fail(fault, operation=operation)
    with pytest.raises(OutcomeUnknown) as caught:
        await call(client)
    assert caught.value.operation == name
    assert seen(simulator, name) == (1, effects)


@every_write
@pytest.mark.usefixtures("known")
async def test_a_write_that_hangs_is_in_doubt(
    name: str, simulator: Simulator, connect: Connect, quick: Timeouts
) -> None:
    operation, call, _ = CALLS[name]
    simulator.fail(Fault.hang(processed=True), operation=operation)
    with pytest.raises(OutcomeUnknown) as caught:
        await call(connect(timeouts=quick, auth=token(simulator)))
    assert caught.value.phase is Phase.MAYBE_SENT
    assert seen(simulator, name) == (1, 1)


@every_write
@pytest.mark.parametrize("status", [401, 429])
@pytest.mark.usefixtures("known")
async def test_a_write_that_was_refused_for_now_is_done_once(
    name: str, status: int, simulator: Simulator, client: RopoClient
) -> None:
    operation, call, _ = CALLS[name]
    simulator.fail(Fault.status(status), operation=operation)
    await call(client)
    assert seen(simulator, name) == (2, 1)


@every_write
@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.usefixtures("known")
async def test_a_write_that_is_refused_is_not_done(
    name: str, status: int, simulator: Simulator, client: RopoClient
) -> None:
    operation, call, _ = CALLS[name]
    simulator.fail(Fault.status(status), operation=operation)
    with pytest.raises(RopoError) as caught:
        await call(client)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert seen(simulator, name) == (1, 0)


@every_write
async def test_what_never_left_is_no_doubt(name: str, connect: Connect, simulator: Simulator) -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
    with pytest.raises(TransportError) as caught:
        await CALLS[name][1](connect(server=f"http://127.0.0.1:{port}/rest", auth=token(simulator)))
    assert caught.value.phase is Phase.NOT_SENT


@every_write
@pytest.mark.usefixtures("known")
async def test_a_write_is_carried_to_its_end_when_its_caller_leaves(
    name: str, simulator: Simulator, connect: Connect
) -> None:
    operation, call, _ = CALLS[name]
    simulator.fail(Fault.delay(0.1), operation=operation)
    asked, events = simulator.truth.count(operation), list[Any]()
    async with anyio.create_task_group() as group:
        group.start_soon(call, connect(hooks=[events.append], auth=token(simulator)))
        await simulator.truth.until(lambda truth: truth.count(operation) > asked)
        group.cancel_scope.cancel()
    assert seen(simulator, name) == (1, 1)
    assert [event.outcome for event in events if isinstance(event, Finished)] == ["ok"]


# --- reading ------------------------------------------------------------------------------------------------------

AGAIN = [
    *(Fault.drop(processed=True), Fault.reset(processed=False), Fault.status(503), Fault.cut(), Fault.html(200)),
    *(Fault.body(b"{}"), Fault.body(b'{"error": "x"}'), Fault.status(429), Fault.status(401)),
]


@pytest.mark.parametrize("fault", AGAIN, ids=range(len(AGAIN)))
@pytest.mark.usefixtures("known")
async def test_a_job_is_read_again(fault: Fault, simulator: Simulator, client: RopoClient) -> None:
    jobid = simulator.truth.ours[-1].jobid
    simulator.fail(fault, operation="GET /jobs")
    job = await client.jobs.get(jobid)
    assert (job.jobid, job.billnum, job.person) == (jobid, "R-3", "Testi Henkilö")
    assert simulator.truth.count("GET /jobs") == 2


async def test_a_login_that_is_refused_submits_nothing(simulator: Simulator, connect: Connect) -> None:
    simulator.fail(Fault.status(401), operation="POST /jobs", times=2)
    with pytest.raises(AuthenticationError):
        await connect().jobs.submit(bill("R-1"))
    assert simulator.truth.submissions == []


async def test_some_of_the_jobs_may_be_rejected(simulator: Simulator, client: RopoClient) -> None:
    """As a bill number in use is, which the client has the server look at."""
    assert (await client.jobs.submit(bill("R-1"))).complete
    result = await client.jobs.submit(bill("R-1"), bill("R-2"))
    assert (result.submitted, result.accepted, result.complete) == (2, 1, False)
    assert [job.billnum for job in result.rejected] == ["R-1"]
    billnums = [invoice.billnum for invoice in simulator.truth.ours]
    assert (billnums.count("R-1"), billnums.count("R-2")) == (1, 1)
    assert [job.reference for job in result.jobs if job.accepted] == [simulator.truth.ours[-1].billcode]
    await client.jobs.submit(bill("R-1"), checkbillnum=False)
    assert [invoice.billnum for invoice in simulator.truth.ours].count("R-1") == 2
