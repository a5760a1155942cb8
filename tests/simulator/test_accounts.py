"""Many customers behind one socket, each with a truth, faults and tokens of its own."""

import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx
import pytest

from ropo_async.simulator import Fault, Running, Simulator, serve

from .conftest import Heard
from .test_jobs import JOB

pytestmark = pytest.mark.anyio

FEED = "/jobs/statusupdates"


@pytest.fixture
def simulators() -> list[Simulator]:
    simulators = [Simulator(cid=str(1_000_000 + number), apicode=f"secret-{number}") for number in range(3)]
    for number, simulator in enumerate(simulators):
        simulator.add_updates([{"statusid": f"C{number}"}])
    return simulators


@pytest.fixture
async def running(anyio_backend: str, simulators: list[Simulator]) -> AsyncIterator[Running]:
    async with serve(*simulators) as running:
        yield running


@pytest.fixture
async def client(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.url, timeout=10, trust_env=False) as client:
        yield client


def request(*, token: str = "", login: Simulator | None = None, last: bool = True) -> bytes:
    """Compose a login, or a poll."""
    body = f'{{"cid":"{login.cid}","apicode":"{login.apicode}"}}' if login else ""
    head = "POST /rest/token" if login else "GET /rest/jobs/statusupdates"
    lines = [f"{head} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *["Connection: close"] * (last and not login), "", body]).encode()


async def log_in(client: httpx.AsyncClient, simulator: Simulator) -> dict[str, str]:
    answer = await client.post("/token", json={"cid": simulator.cid, "apicode": simulator.apicode})
    assert answer.status_code == 201
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def drain(client: httpx.AsyncClient, simulator: Simulator) -> list[str]:
    """Log in and poll until there is nothing left."""
    headers, taken = await log_in(client, simulator), list[str]()
    while (answer := await client.get(FEED, headers=headers)).content:
        taken += [record["statusid"] for record in answer.json()["result"]["status"]]
    return taken


async def test_each_customer_gets_its_own_feed_and_has_its_own_truth(
    running: Running, client: httpx.AsyncClient, simulators: list[Simulator]
) -> None:
    assert running.simulators == tuple(simulators)
    assert running.simulator is simulators[0]
    for number in (2, 0, 1):
        assert await drain(client, simulators[number]) == [f"C{number}"]
    for number, simulator in enumerate(simulators):
        assert simulator.truth.recorded == [f"C{number}"]
        assert [login.generation for login in simulator.truth.logins] == [1]
        assert [exchange.generation for exchange in simulator.truth.requests] == [None, 1, 1]
        assert {exchange.connection for exchange in simulator.truth.requests} == {0}
        assert simulator.truth.requests_per_connection == [3]


async def test_a_token_given_out_of_band_is_routed_too(client: httpx.AsyncClient, simulators: list[Simulator]) -> None:
    for _ in range(2):
        token, _generation = simulators[1].tokens.issue(simulators[1].cid)
        answer = await client.get(FEED, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in {200, 204}
    assert simulators[1].truth.recorded == ["C1"]
    assert [exchange.generation for exchange in simulators[1].truth.requests] == [1, 2]


async def test_faults_and_revoked_tokens_strike_their_own_customer(
    client: httpx.AsyncClient, simulators: list[Simulator]
) -> None:
    simulators[1].fail(Fault.html(503), operation="POST /token")
    simulators[1].fail(Fault.html(502), operation="GET /jobs/statusupdates")
    tokens = [await log_in(client, simulators[0])]
    refused = await client.post("/token", json={"cid": simulators[1].cid, "apicode": simulators[1].apicode})
    assert refused.status_code == 503
    tokens += [await log_in(client, simulator) for simulator in simulators[1:]]
    simulators[2].revoke_tokens()
    answers = [(await client.get(FEED, headers=headers)).status_code for headers in tokens]
    assert answers == [200, 502, 401]
    # A dead token is still known as its customer's.
    assert [simulator.truth.count("GET /jobs/statusupdates") for simulator in simulators] == [1, 1, 1]
    assert [simulator.truth.recorded for simulator in simulators] == [["C0"], [], []]


@pytest.mark.parametrize(
    "login",
    [
        b'{"cid":"1000009","apicode":"secret-1"}',
        b'{"cid":"1000001","apicode":"wrong"}',
        b'{"cid":"1000001","apicode":"secret-2"}',
        b'{"cid":"1000001"}',
        b"{}",
        b"[]",
        b"{",
    ],
    ids=["unknown", "wrong", "another's", "none", "empty", "list", "cut"],
)
async def test_a_login_of_nobody_is_refused_and_noted_by_the_first(
    client: httpx.AsyncClient, simulators: list[Simulator], login: bytes
) -> None:
    answer = await client.post("/token", content=login)
    assert (answer.status_code, sorted(answer.json())) == (400, ["errorId", "errorText"])
    assert [simulator.truth.count("POST /token") for simulator in simulators] == [1, 0, 0]
    assert not any(login.generation for login in simulators[0].truth.logins)


async def test_a_customer_number_may_be_a_number_and_a_secret_may_change(
    client: httpx.AsyncClient, simulators: list[Simulator]
) -> None:
    simulators[2].apicode = "changed"
    answer = await client.post("/token", json={"cid": int(simulators[2].cid), "apicode": "changed"})
    assert answer.status_code == 201
    assert simulators[2].truth.logins[0].generation == 1


@pytest.mark.parametrize("value", ["", "Bearer junk", "Basic dTpw"], ids=["none", "junk", "basic"])
async def test_a_token_of_nobody_is_refused_by_the_first(
    client: httpx.AsyncClient, simulators: list[Simulator], value: str
) -> None:
    for path in (FEED, "/nowhere"):
        answer = await client.get(path, headers={"Authorization": value})
        assert (answer.status_code, answer.content) == (401, b"")
    assert [len(simulator.truth.requests) for simulator in simulators] == [2, 0, 0]
    assert not simulators[0].truth.handed_out


async def test_a_login_is_routed_by_its_credentials_whatever_token_comes_with_it(
    client: httpx.AsyncClient, simulators: list[Simulator]
) -> None:
    client.headers.update(await log_in(client, simulators[1]))
    await log_in(client, simulators[2])
    assert [len(simulator.truth.logins) for simulator in simulators] == [0, 1, 1]


async def test_the_socket_is_the_firsts(ask: Callable[..., Awaitable[Heard]], simulators: list[Simulator]) -> None:
    simulators[1].fail(Fault.reset_on_accept())
    simulators[0].fail(Fault.close_on_accept(), skip=1)
    token, _generation = simulators[2].tokens.issue(simulators[2].cid)
    answers = [(await ask(request(token=token))).data[:12] for _ in range(3)]
    assert answers == [b"HTTP/1.1 200", b"", b"HTTP/1.1 204"]
    # It counts every connection, the others those that brought them something.
    assert [simulator.truth.requests_per_connection for simulator in simulators] == [[0, 0, 0], [], [1, 1]]


async def test_a_connection_may_serve_several_customers(
    ask: Callable[..., Awaitable[Heard]], simulators: list[Simulator]
) -> None:
    one, two = (simulator.tokens.issue(simulator.cid)[0] for simulator in simulators[1:])
    heard = await ask(request(token=two, last=False) + request(token=one, last=False) + request(token=two))
    assert heard.data.count(b"HTTP/1.1 200") == 2
    assert heard.body.index(b'"C2"') < heard.body.index(b'"C1"')
    assert [simulator.truth.requests_per_connection for simulator in simulators] == [[0], [1], [2]]


async def test_two_of_one_customer_are_refused_before_anything_is_opened(anyio_backend: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ValueError, match="same cid"):
        async with serve(Simulator(), Simulator(), port=port):
            pytest.fail("two of one customer")  # pragma: no cover
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_five_hundred_customers_at_once(anyio_backend: str) -> None:
    simulators = [Simulator(cid=str(cid), apicode=f"secret-{cid}", page_size=3) for cid in range(500)]
    for simulator in simulators:
        simulator.add_updates({"statusid": f"{simulator.cid}-{number}"} for number in range(4))
    simulators[17].fail(Fault.status(500), operation="GET /jobs/statusupdates", times=3)
    taken = dict[str, bytes]()

    async def drain(running: Running, simulator: Simulator) -> None:
        async with await anyio.connect_tcp(running.host, running.port) as stream:
            await stream.send(request(login=simulator))
            token = (await stream.receive()).partition(b'{"token":"')[2].removesuffix(b'"}').decode()
            await stream.send(request(token=token, last=False) * 2 + request(token=token))
            taken[simulator.cid] = b"".join([part async for part in stream])

    async with serve(*simulators) as running, anyio.create_task_group() as tasks:
        for simulator in simulators:
            tasks.start_soon(drain, running, simulator)
    for simulator in simulators:
        ids = [] if simulator is simulators[17] else [f"{simulator.cid}-{number}" for number in range(4)]
        assert simulator.truth.recorded == ids
        assert re.findall(rb'"statusid":"(.*?)"', taken[simulator.cid]) == [statusid.encode() for statusid in ids]
    assert [simulator.truth.requests_per_connection for simulator in simulators[1:]] == [[4]] * 499


async def test_nobody_sees_or_touches_the_jobs_of_another(
    client: httpx.AsyncClient, simulators: list[Simulator]
) -> None:
    mine, other = simulators[0].add_invoice(jobid=1, billnum="R1"), simulators[1].add_invoice(jobid=2, billnum="R2")
    headers = await log_in(client, simulators[0])
    before = [simulator.truth.invoices.copy() for simulator in simulators[1:]]
    calls: list[tuple[str, str, dict[str, str], dict[str, object]]] = [
        ("GET", "/jobs", {"jobid": "2"}, {}),
        ("GET", "/jobs/pdf", {"billnum": "R2"}, {}),
        ("PATCH", "/jobs", {"jobid": "2"}, JOB),
        ("POST", "/jobs/dispute", {"invoice_number": "R2"}, {}),
        ("POST", "/jobs/payment", {}, {"billnum": "R2", "amount": 1, "paydate": "2026-01-02"}),
        ("POST", "/jobs/creditnote", {}, {"jobid": 2, "amount": 1, "date": "2026-01-02"}),
    ]
    answers = [
        await client.request(method, path, params=query, json=body, headers=headers)
        for method, path, query, body in calls
    ]
    assert [answer.status_code for answer in answers] == [404] * 4 + [400] * 2
    own = await client.get("/jobs", params={"jobid": str(mine.jobid)}, headers=headers)
    assert own.json()["billnum"] == "R1"
    same = {"datastream": {"dataset": [JOB | {"billnum": other.billnum, "checkbillnum": 1}]}}
    assert (await client.post("/jobs", json=same, headers=headers)).json()["accepted"] == 1
    assert [simulator.truth.invoices for simulator in simulators[1:]] == before
    assert [len(simulator.truth.updates) for simulator in simulators] == [1, 1, 1]
    assert [len(simulator.truth.submissions) for simulator in simulators] == [1, 0, 0]
