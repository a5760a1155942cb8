"""The programs in examples/ do what they say, as their users run them: on asyncio, under pytest-asyncio."""

import asyncio
import importlib.util
import itertools
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import psycopg
import pytest

from ropo_async import Delivery, Journal, PaymentLedger
from ropo_async.simulator import Fault, Rereads, ServedSimulator

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2026, 11, 20)
FILE = """operation_id,billnum,amount,paydate
bank-1,R1,710.10,2026-11-20
bank-2,R2,25.50,2026-11-20
bank-3,R9,57.00,2026-11-20
"""

_numbers = itertools.count(1)

pytestmark = pytest.mark.asyncio


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ServedSimulator]:
    """What the environment of the examples names."""
    monkeypatch.setenv("ROPO_JOURNAL", f"sqlite:///{tmp_path}/journal.db")
    with ServedSimulator() as simulator:
        for name, text in simulator.environ.items():
            monkeypatch.setenv(name, text)
        yield simulator


@pytest.fixture
def database(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database without anything in it, which the environment of the examples names."""
    name = f"example_{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = postgres_server.replace("/postgres?", f"/{name}?")
    monkeypatch.setenv("DATABASE_URL", url)
    return url


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - what it asks tells nobody
            await asyncio.sleep(0.02)


async def booked(database: str) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(database) as connection:
        return await (await connection.execute("SELECT statusid, amount FROM ledger")).fetchall()


async def work(database: str, count: int) -> None:
    """Run the worker until its ledger has so many lines."""

    async def enough() -> bool:
        assert not worker.done() or worker.result()
        try:
            return len(await booked(database)) >= count
        except psycopg.errors.UndefinedTable:
            return False

    worker = asyncio.create_task(example("ledger_worker").main())
    await until(enough)
    worker.cancel()
    await asyncio.wait([worker])


async def test_the_worker_books_each_update_once_although_it_was_cut_off(
    simulator: ServedSimulator, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.add_updates(count=30)
    acknowledged = asyncio.Event()
    ack = Delivery.ack

    async def ack_and_stall(delivery: Delivery, **options: Any) -> None:
        await ack(delivery, **options)
        acknowledged.set()
        await asyncio.sleep(60)

    with monkeypatch.context() as patched:
        patched.setattr(Delivery, "ack", ack_and_stall)
        cut_off = asyncio.create_task(example("ledger_worker").main())
        async with asyncio.timeout(20):
            await acknowledged.wait()
        cut_off.cancel()
        await asyncio.wait([cut_off])
    assert await booked(database) == []

    later = partial(Journal.open, clock=lambda: time.time() + 120)  # when the lease has run out
    monkeypatch.setattr(Journal, "open", staticmethod(later))
    await work(database, 30)
    lines = await booked(database)
    assert sorted(statusid for statusid, _ in lines) == sorted(simulator.truth.recorded)
    theirs = {record["statusid"]: Decimal(str(record.get("amount") or 0)) for record in simulator.truth.updates}
    assert {statusid: amount or 0 for statusid, amount in lines} == theirs


@pytest.mark.parametrize("cap", [None, 12])
async def test_the_reconciliation_finds_what_differs(
    simulator: ServedSimulator,
    database: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    cap: int | None,
) -> None:
    simulator.rereads = Rereads(limit=cap)
    day = DAY.isoformat()
    simulator.add_updates([payment(day, number) for number in range(30)])
    await work(database, 30)
    reconcile = example("reconcile")
    monkeypatch.setattr(reconcile, "CAP", cap or 1000)
    assert await reconcile.main(DAY) == 0
    assert capsys.readouterr().out == f"{day}: 30 here, 30 there, 0 differences\n"

    async with await psycopg.AsyncConnection.connect(database) as connection:
        await connection.execute("DELETE FROM ledger WHERE statusid = 'P3'")
        await connection.execute("UPDATE ledger SET amount = amount + 1 WHERE statusid = 'P4'")
        await connection.execute("UPDATE ledger SET statusid = 'P99' WHERE statusid = 'P5'")
    assert await reconcile.main(DAY) == 4
    assert capsys.readouterr().out.splitlines()[:4] == [
        "P3: is missing here",
        "P4: differs in invoice or amount",
        "P5: is missing here",
        "P99: is not known there",
    ]


def payment(day: str, number: int) -> dict[str, Any]:
    return {
        "jobid": number + 1,
        "statusid": f"P{number}",
        "billnum": f"R{number // 5}",
        "statustype": "payment",
        "statustime": f"{day} 00:00:00",
        "paydate": day,
        "amount": f"{10 + number}.50",
    }


async def test_the_import_sends_each_payment_once_however_often_it_runs(
    simulator: ServedSimulator, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.add_invoice(billnum="R1", amount="710.10")
    simulator.add_invoice(billnum="R2", amount="25.50")
    simulator.fail(Fault.drop(processed=True), operation="POST /jobs/payment")
    source = tmp_path / "payments.csv"
    source.write_text(FILE, encoding="utf-8")
    importer = example("import_payments")

    assert await importer.main(str(source)) == 1
    doubtful, summary = capsys.readouterr().out.splitlines()
    assert re.match(r"line [234]: bank-[123]: .+", doubtful)
    assert "1 unknown" in summary

    later = partial(PaymentLedger, now=lambda: datetime.now(UTC) + timedelta(days=2))  # when it has looked
    monkeypatch.setattr(importer, "PaymentLedger", later)
    assert await importer.main(str(source)) == 0
    assert "1 verified_applied" in capsys.readouterr().out
    assert simulator.truth.count("POST /jobs/payment") == 3


async def test_a_file_that_cannot_be_right_is_refused_whole(
    simulator: ServedSimulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "payments.csv"
    source.write_text(FILE.replace("25.50", '"25,50"'), encoding="utf-8")
    assert await example("import_payments").main(str(source)) == 2
    assert capsys.readouterr().out.startswith("line 3: amount has a comma")
    assert simulator.truth.requests == []


@asynccontextmanager
async def web() -> AsyncGenerator[httpx.AsyncClient]:
    """The service; no fixture, as pytest-asyncio leaves those in another task than it entered them in."""
    app = example("web_service").app
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://web") as client,
    ):
        yield client


async def test_the_web_service_pays_once(simulator: ServedSimulator) -> None:
    simulator.add_invoice(billnum="R1", amount="710.10")
    order = {"billnum": "R1", "amount": "710.10", "paydate": "2026-11-20"}
    async with web() as client:
        for _ in range(2):
            answer = await client.put("/payments/bank-1", json=order)
            assert (answer.status_code, answer.json()["state"]) == (200, "applied")
        assert [str(payment.amount) for payment in simulator.truth.payments] == ["710.10"]
        assert (await client.put("/payments/bank-1", json=order | {"amount": "1.00"})).status_code == 422
        simulator.fail(Fault.status(403), operation="POST /jobs/payment")
        assert (await client.put("/payments/bank-2", json=order)).status_code == 503
        simulator.fail(Fault.drop(processed=True), operation="POST /jobs/payment")
        assert (await client.put("/payments/bank-3", json=order)).json()["state"] == "unknown"
        assert (await client.put("/payments/bank-4", json=order)).status_code == 409


async def test_the_web_service_handles_what_waits(simulator: ServedSimulator) -> None:
    simulator.add_updates(count=20)
    async with web() as client:

        async def done() -> bool:
            return bool((await client.get("/health")).json()["handled"] == 20)

        await until(done)
        assert (await client.get("/health")).json()["open_gaps"] == 0
    assert simulator.truth.undelivered == []
