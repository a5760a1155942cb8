"""The fixtures work in whatever mode a user's suite has, leave nothing behind, and cost others nothing."""

from pathlib import Path

import pytest

from tests.plugin.suites import run

USE = """
import asyncio
from datetime import date
from decimal import Decimal

import pytest

from ropo_async import PaymentRejected
from ropo_async.simulator import Fault


async def use(simulator, client):
    invoice = simulator.add_invoice(amount="710.10")
    money = dict(amount=Decimal("710.10"), paydate=date(2026, 11, 20), jobid=invoice.jobid)
    await client.payments.register(**money)
    with pytest.raises(PaymentRejected):
        await client.payments.register(**money)
    assert [(paid.jobid, paid.amount) for paid in simulator.truth.payments] == [(invoice.jobid, money["amount"])]
    simulator.fail(Fault.status(503), operation="GET /jobs/statusupdates", query=("billnum",), times=2)
    page = await client.status_updates.of_invoice(invoice.billnum)
    assert len(page) == simulator.truth.count("GET /jobs/statusupdates") == 3
    assert len([update async for update in client.status_updates.drain()]) == 3
    assert simulator.truth.undelivered == []
"""
ASYNC = """

async def test_it_works(ropo_simulator, ropo_client):
    await use(ropo_simulator, ropo_client)


async def test_each_test_has_its_own(ropo_simulator, ropo_client):
    assert ropo_simulator.truth.requests == []
    await use(ropo_simulator, ropo_client)
"""
ANYIO = USE + "\npytestmark = pytest.mark.anyio\n" + ASYNC
STRICT = USE + "\npytestmark = pytest.mark.asyncio\n" + ASYNC
SYNC = (
    USE
    + """

def test_an_event_loop_of_its_own(ropo_simulator, ropo_client):
    asyncio.run(use(ropo_simulator, ropo_client))


def test_event_loops_one_after_the_other(ropo_simulator, ropo_client):
    for number in range(1, 4):
        invoice = ropo_simulator.add_invoice()
        asyncio.run(client_reads(ropo_client, invoice.billnum))
        assert ropo_simulator.truth.count("GET /jobs/statusupdates") == number


async def client_reads(client, billnum):
    await client.status_updates.of_invoice(billnum)


def test_none_at_all(ropo_simulator):
    assert ropo_simulator.url.startswith("http://127.0.0.1:")
"""
)
FIXTURES = (
    STRICT.replace(
        "\npytestmark",
        """
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="session")
async def ready(ropo_simulator, ropo_client):
    await ropo_client.status_updates.of_invoice(ropo_simulator.add_invoice().billnum)
    yield
    await ropo_client.status_updates.of_invoice(next(iter(ropo_simulator.truth.invoices.values())).billnum)


\npytestmark""",
        1,
    )
    + """

async def test_a_fixture_of_another_event_loop_uses_them_too(ready, ropo_simulator, ropo_client):
    await ropo_client.status_updates.of_invoice("x")
    assert ropo_simulator.truth.count("GET /jobs/statusupdates") == 2
"""
)
AUTO = "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
BY_THE_MARK = "asyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
NO_ASYNCIO, NO_ANYIO = ("-p", "no:asyncio"), ("-p", "no:anyio")
MODES = {
    "asyncio auto": (USE + ASYNC, (), AUTO, 2),
    "asyncio strict": (STRICT, (), BY_THE_MARK, 2),
    "asyncio strict, session loop": (
        STRICT,
        (),
        f"{BY_THE_MARK}asyncio_default_test_loop_scope = session\n",
        2,
    ),
    "asyncio with fixtures": (FIXTURES, (), BY_THE_MARK, 3),
    "asyncio without anyio's plugin": (USE + ASYNC, NO_ANYIO, AUTO, 2),
    "anyio beside asyncio": (ANYIO, (), BY_THE_MARK, 4),
    "anyio without pytest-asyncio": (ANYIO, NO_ASYNCIO, "", 4),
    "anyio auto": (USE + ASYNC, NO_ASYNCIO, "anyio_mode = auto\n", 4),
    "sync": (SYNC, (), BY_THE_MARK, 3),
    "sync without either": (SYNC, (*NO_ASYNCIO, *NO_ANYIO), "", 3),
}


OFTEN = {"asyncio auto", "anyio beside asyncio"}
"""The modes of most suites; the others wait for `make torture`."""


@pytest.mark.parametrize(
    ("source", "options", "ini", "passed"),
    [pytest.param(*mode, id=name, marks=() if name in OFTEN else pytest.mark.slow) for name, mode in MODES.items()],
)
def test_in_this_mode(source: str, options: tuple[str, ...], ini: str, passed: int, tmp_path: Path) -> None:
    outcome = run(tmp_path, source, *options, ini=ini)
    assert outcome.counts == {"passed": passed}, outcome.output
    assert "NOTHING LEFT" in outcome.output


def test_settings_come_by_the_marker(tmp_path: Path) -> None:
    source = """
import pytest


@pytest.mark.ropo_simulator(page_size=7, cid="1000099")
def test_settings(ropo_simulator):
    assert (ropo_simulator.page_size, ropo_simulator.cid) == (7, "1000099")
    assert ropo_simulator.environ["ROPO_CID"] == "1000099"


def test_none(ropo_simulator):
    assert ropo_simulator.page_size == 1000
"""
    outcome = run(tmp_path, source, ini=BY_THE_MARK)
    assert outcome.counts == {"passed": 2}, outcome.output


def test_it_can_be_named_where_plugins_are_not_found(tmp_path: Path) -> None:
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    outcome = run(tmp_path, SYNC, "-p", "ropo_async_pytest", environ=alone)
    assert outcome.counts == {"passed": 3}, outcome.output


def test_it_can_be_kept_out(tmp_path: Path) -> None:
    outcome = run(tmp_path, SYNC, "-p", "no:ropo_async", ini=BY_THE_MARK)
    assert outcome.counts == {"errors": 3}, outcome.output
    assert "fixture 'ropo_simulator' not found" in outcome.output


def test_a_failing_test_leaves_nothing_either(tmp_path: Path) -> None:
    source = (
        USE
        + """

async def read(client):
    await client.status_updates.of_invoice("x")


async def give_up(simulator, client):
    simulator.fail(Fault.hang(processed=True))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read(client))
        await simulator.truth.until(lambda truth: truth.requests)
        raise LookupError("on purpose")


def test_it(ropo_simulator, ropo_client):
    asyncio.run(give_up(ropo_simulator, ropo_client))
"""
    )
    outcome = run(tmp_path, source, ini=BY_THE_MARK)
    assert outcome.counts == {"failed": 1}, outcome.output
    assert "LookupError: on purpose" in outcome.output
    assert "NOTHING LEFT" in outcome.output


def test_a_suite_that_uses_none_of_it_imports_none_of_it(tmp_path: Path) -> None:
    source = """
import sys


def test_it(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("ropo_async")
    assert {name for name in sys.modules if name.startswith("ropo")} == {"ropo_async_pytest"}
"""
    outcome = run(tmp_path, source, ini=BY_THE_MARK)
    assert outcome.counts == {"passed": 1}, outcome.output
