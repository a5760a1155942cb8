"""A simulator that serves itself may be used from any thread, at any time, and sees itself at rest."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import anyio
import httpx
import pytest

from ropo_async import Credentials, RopoClient
from ropo_async.simulator import Fault, Simulator, Truth
from ropo_async.simulator.threaded import ServedSimulator

FEED = "/jobs/statusupdates"


@pytest.fixture
def simulator() -> Iterator[ServedSimulator]:
    with ServedSimulator() as simulator:
        yield simulator


@pytest.fixture
def http(simulator: ServedSimulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {simulator.tokens.issue(simulator.cid)[0]}"}
    with httpx.Client(base_url=simulator.url, headers=headers, trust_env=False, timeout=20) as http:
        yield http


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "ropo simulator"]


def test_it_serves_while_the_block_runs_and_again() -> None:
    simulator = ServedSimulator()
    for number in (1, 2):
        with simulator:
            assert threads() == ["ropo simulator"]
            login = {"cid": simulator.cid, "apicode": simulator.apicode}
            assert httpx.post(f"{simulator.url}/token", json=login, trust_env=False).status_code == 201
            url = simulator.url
        assert threads() == []
        assert len(simulator.truth.logins) == number
        with pytest.raises(httpx.ConnectError):
            httpx.post(f"{url}/token", json=login, trust_env=False)
        with pytest.raises(RuntimeError, match="inside its `with` block"):
            _ = simulator.url


def test_a_taken_port_is_said_where_the_block_begins(simulator: ServedSimulator) -> None:
    port = httpx.URL(simulator.url).port
    assert port
    with pytest.raises(OSError, match="in use"), ServedSimulator(port=port):
        raise AssertionError
    assert threads() == ["ropo simulator"]


def test_an_error_in_the_block_ends_the_server_and_passes() -> None:
    with pytest.raises(LookupError), ServedSimulator():
        raise LookupError
    assert threads() == []


def test_the_block_ends_although_answers_hang() -> None:
    with ThreadPoolExecutor(1) as pool:
        with ServedSimulator() as simulator:
            simulator.fail(Fault.hang(processed=True))
            asked = pool.submit(httpx.get, f"{simulator.url}{FEED}", trust_env=False, timeout=20)
            anyio.run(simulator.truth.until, lambda truth: bool(truth.requests))
        assert isinstance(asked.exception(), httpx.RemoteProtocolError | httpx.ReadError)


def test_what_is_read_is_a_copy(simulator: ServedSimulator, http: httpx.Client) -> None:
    before, invoices, pending = simulator.truth.requests, simulator.truth.invoices, simulator.truth.pending
    added = simulator.add_invoice()
    assert http.get(FEED).status_code == 204
    simulator.add_updates(count=3)
    assert (before, invoices, len(pending), len(simulator.truth.pending)) == ([], {}, 0, 3)
    assert [exchange.status for exchange in simulator.truth.requests] == [204]
    assert simulator.truth.invoices == {added.jobid: added}
    simulator.truth.requests.clear()
    assert simulator.truth.count(f"GET {FEED}") == 1


def test_all_is_done_that_the_answer_tells_of(simulator: ServedSimulator, http: httpx.Client) -> None:
    simulator.page_size = 1
    for number in range(1, 201):
        simulator.add_updates(count=1)
        assert http.get(FEED).status_code == 200
        assert simulator.truth.undelivered == []
        assert len(simulator.truth.recorded) == number
        assert not simulator.truth.pending


def test_many_threads_talk_to_it_while_it_serves(simulator: ServedSimulator) -> None:
    """Without turns a reader meets a dict that changes its size, and two writers take the same id."""
    simulator.page_size = 3
    token = simulator.tokens.issue(simulator.cid)[0]
    done = threading.Event()

    def write(number: int) -> int:
        for each in range(150):
            simulator.add_invoice(billnum=f"R{number}-{each}")
            simulator.add_updates(count=2, seed=each)
        return 150

    def look() -> int:
        looks = 0
        while not done.is_set():
            pending = [record["statusid"] for record in simulator.truth.pending]
            assert len(set(pending)) == len(pending)
            assert all(invoice.billnum.startswith("R") for invoice in simulator.truth.invoices.values())
            looks += 1
        return looks

    def poll() -> int:
        got = 0
        with httpx.Client(
            base_url=simulator.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False
        ) as http:
            while not done.is_set() or simulator.truth.pending:
                answer = http.get(FEED)
                got += len(answer.json()["result"]["status"]) if answer.status_code == 200 else 0
        return got

    with ThreadPoolExecutor(5) as pool:
        looking, polling = pool.submit(look), [pool.submit(poll) for _ in range(2)]
        try:
            written = sum(pool.map(write, range(2)))
        finally:
            done.set()
    assert looking.result()
    assert len(simulator.truth.invoices) == written
    assert sum(each.result() for each in polling) == len(simulator.truth.recorded) == 2 * written
    assert len(set(simulator.truth.recorded)) == 2 * written


@pytest.mark.anyio
async def test_until_waits_in_any_event_loop(simulator: ServedSimulator) -> None:
    simulator.add_updates(count=5)
    simulator.fail(Fault.hang(processed=True), operation=f"GET {FEED}")
    async with (
        RopoClient(simulator.url, Credentials(simulator.cid, simulator.apicode)) as ropo,
        anyio.create_task_group() as tasks,
    ):

        async def read() -> None:
            await ropo.status_updates.of_invoice("x")

        tasks.start_soon(read)
        await simulator.truth.until(lambda truth: truth.count(f"GET {FEED}") == 1)
        assert [exchange.fault for exchange in simulator.truth.requests][-1] in (None, "hang_after")
        await simulator.truth.until(lambda truth: truth.requests[-1].fault == "hang_after")
        tasks.cancel_scope.cancel()
    assert simulator.truth._bells == set()  # type: ignore[attr-defined]


@pytest.mark.anyio
async def test_until_can_be_cancelled_and_its_condition_can_fail(simulator: ServedSimulator) -> None:
    def fail(truth: Truth) -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        await simulator.truth.until(fail)
    with anyio.move_on_after(0.01) as scope:
        await simulator.truth.until(lambda truth: bool(truth.requests))
    assert scope.cancelled_caught
    assert simulator.truth._bells == set()  # type: ignore[attr-defined]
    simulator.add_updates(count=1)  # nobody has kept the turn


def test_time_passes_on_demand(http: httpx.Client, simulator: ServedSimulator) -> None:
    day = simulator.today
    assert http.get(FEED).status_code == 204
    simulator.advance(timedelta(hours=1, minutes=59))
    assert http.get(FEED).status_code == 204
    simulator.advance(timedelta(days=1))
    assert http.get(FEED).status_code == 401
    assert simulator.today - day in (timedelta(days=1), timedelta(days=2))
    assert simulator.truth.now() == pytest.approx(simulator.now(), abs=timedelta(seconds=5))


def test_a_clock_of_its_own_is_advanced_too() -> None:
    with ServedSimulator(clock=lambda: 5.0, token_life=10) as simulator:
        simulator.advance(timedelta(seconds=3))
        assert simulator.tokens.clock() == 8.0


def test_late_payments_come_to_show(simulator: ServedSimulator) -> None:
    simulator.show({"statusid": "P1", "billnum": "R1"}, lag=timedelta(hours=1))
    assert list(simulator.truth.pending) == []
    simulator.advance(timedelta(hours=1))
    assert [record["statusid"] for record in simulator.truth.pending] == ["P1"]


@pytest.mark.parametrize("use", [Simulator.new_jobid, Simulator.revoke_tokens, repr], ids=["jobid", "revoke", "repr"])
def test_it_is_used_as_any_simulator(use: Callable[[Simulator], object], simulator: ServedSimulator) -> None:
    use(simulator)
    assert isinstance(simulator, Simulator)
    assert isinstance(simulator.truth, Truth)
