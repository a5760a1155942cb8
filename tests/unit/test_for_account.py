"""A client of another account: over the same connections, with nothing else in common."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import anyio
import httpx
import pytest

from ropo_async import Credentials, RetryPolicy, RopoClient, StaticToken, Timeouts
from ropo_async.errors import AuthenticationError, ClientClosed, InvalidInput, ServerError
from ropo_async.hooks import Finished, Retrying
from ropo_async.simulator import Fault, Simulator, serve

pytestmark = pytest.mark.anyio

DAY = date(2026, 3, 11)
REREAD = "GET /jobs/statusupdates"
EAGER = RetryPolicy(base=0.001, throttled_base=0.001, capacity=20)


def account(number: int) -> Simulator:
    simulator = Simulator(cid=f"{1_000_000 + number}", apicode=f"made-up-{number}")
    simulator.add_updates([{"statusid": f"C{number}", "statustime": f"{DAY} 10:00:00"}])
    return simulator


def credentials(simulator: Simulator) -> Credentials:
    return Credentials(simulator.cid, simulator.apicode)


@asynccontextmanager
async def pair(**options: Any) -> AsyncIterator[tuple[Simulator, RopoClient, Simulator, RopoClient]]:
    """Serve two accounts, and have a client of each, of which the second came from the first."""
    one, two = account(1), account(2)
    async with (
        serve(one, two) as running,
        RopoClient(running.url, credentials(one), **{"retries": EAGER} | options) as client,
    ):
        yield one, client, two, client.for_account(credentials(two))


async def read(client: RopoClient) -> list[str | None]:
    return [update.statusid for update in await client.status_updates.on(DAY)]


async def test_each_sees_its_own() -> None:
    async with pair() as (one, client, two, other):
        assert await read(client) == ["C1"]
        assert await read(other) == ["C2"]
        assert [client.status_updates.cid, other.status_updates.cid] == [one.cid, two.cid]
        assert client.status_updates.server == other.status_updates.server


async def test_they_share_connections() -> None:
    async with pair() as (one, client, _, other):
        for _ in range(5):
            await read(client)
            await read(other)
        assert one.truth.connections == 1


async def test_each_has_a_token_of_its_own() -> None:
    async with pair() as (one, client, two, other):
        for _ in range(2):
            await read(client)
            await read(other)
        assert [len(simulator.truth.logins) for simulator in (one, two)] == [1, 1]
        one.revoke_tokens()
        await read(other)
        await read(client)
        assert [len(simulator.truth.logins) for simulator in (one, two)] == [2, 1]


@pytest.mark.parametrize("spender", [0, 1])
async def test_each_has_a_retry_budget_of_its_own(spender: int) -> None:
    """One that has spent it does not try again; the other still does."""
    events = list[Any]()
    async with pair(hooks=[events.append]) as (one, client, two, other):
        pairs = [(one, client), (two, other)]
        (failing, spends), (healthy, keeps) = pairs[spender], pairs[1 - spender]
        failing.fail(Fault.status(503), operation=REREAD, times=100)
        for _ in range(5):
            with pytest.raises(ServerError):
                await read(spends)
        events.clear()
        with pytest.raises(ServerError):
            await read(spends)
        assert not [event for event in events if isinstance(event, Retrying)]
        healthy.fail(Fault.status(503), operation=REREAD)
        assert await read(keeps) == [f"C{2 - spender}"]
        assert [event.operation for event in events if isinstance(event, Retrying)] == ["status_updates.on"]


async def test_refused_credentials_are_no_other_accounts_trouble() -> None:
    """Neither at once, nor by the pause that a refused login is given."""
    async with pair() as (one, client, two, other):
        stranger = client.for_account(Credentials(two.cid, "not-the-apicode"))
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await read(stranger)
        assert await read(other) == ["C2"]
        assert await read(client) == ["C1"]
        assert [login.generation for login in one.truth.logins] == [None, 1]  # strangers are the first one's to refuse
        assert [login.generation for login in two.truth.logins] == [1]


async def test_one_that_hangs_holds_up_no_other() -> None:
    async with pair(timeouts=Timeouts(read=5, total=5)) as (one, client, two, other):
        one.fail(Fault.hang(processed=True), operation=REREAD)
        async with anyio.create_task_group() as group:
            group.start_soon(read, client)
            await one.truth.until(lambda truth: any(exchange.fault for exchange in truth.requests))
            for _ in range(3):
                assert await read(other) == ["C2"]
            group.cancel_scope.cancel()
        assert two.truth.count(REREAD) == 3


async def test_closing_it_closes_nothing() -> None:
    async with pair() as (_, client, _two, other):
        async with other:
            assert await read(other) == ["C2"]
        await other.aclose()
        assert await read(other) == ["C2"]
        assert await read(client) == ["C1"]
        assert repr(other) == "RopoClient(open)"


async def test_it_ends_with_the_client_that_it_came_from() -> None:
    async with pair() as (_, client, two, other):
        grandchild = other.for_account(credentials(two))
        assert await read(grandchild) == ["C2"]
        await client.aclose()
        for ended in (client, other, grandchild):
            with pytest.raises(ClientClosed):
                await read(ended)
            assert repr(ended) == "RopoClient(closed)"


async def test_all_else_is_alike() -> None:
    """The hooks are told of both; timeouts and policy are the same."""
    events = list[Any]()
    async with pair(hooks=[events.append]) as (_, client, _two, other):
        await read(client)
        await read(other)
        assert [event.operation for event in events if isinstance(event, Finished)].count("status_updates.on") == 2
        assert other._plain.timeouts == client._plain.timeouts
        assert other._plain.policy == client._plain.policy


async def test_it_serves_payments_too() -> None:
    async with pair() as (one, _, two, other):
        invoice = two.add_invoice(amount="10.00")
        await other.payments.register(billnum=invoice.billnum, amount=10, paydate=DAY)
        assert [payment.billnum for payment in two.truth.payments] == [invoice.billnum]
        assert one.truth.payments == []


async def test_a_client_of_yours_sends_for_all() -> None:
    asked = list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(201, json={"token": json.loads(request.content)["cid"]})
        asked.append(request.headers["Authorization"])
        return httpx.Response(204)

    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(answer)) as yours,
        RopoClient("http://127.0.0.1:9/rest", Credentials("1", "made-up"), http_client=yours) as client,
    ):
        for one in (client, client.for_account(Credentials("2", "made-up")), client.for_account(StaticToken("three"))):
            assert await read(one) == []
    assert asked == ["Bearer 1", "Bearer 2", "Bearer three"]


async def test_a_token_does_not_say_whose_it_is() -> None:
    async with RopoClient("http://127.0.0.1:9/rest", Credentials("1", "made-up")) as client:
        assert client.for_account(StaticToken("token")).status_updates.cid is None


@pytest.mark.parametrize(
    "auth", [None, "1000011", ("1000011", "secret"), object()], ids=["none", "text", "pair", "odd"]
)
async def test_what_is_no_account_is_refused(auth: Any) -> None:
    async with RopoClient("http://127.0.0.1:9/rest", Credentials("1", "made-up")) as client:
        with pytest.raises(InvalidInput):
            client.for_account(auth)


async def test_secrets_stay_secret() -> None:
    async with RopoClient("http://127.0.0.1:9/rest", Credentials("1", "made-up")) as client:
        other = client.for_account(Credentials("2", "SENT-BY-SOMEBODY"))
        for shown in (repr(other), repr(other.status_updates), repr(vars(other))):
            assert "SENT-BY-SOMEBODY" not in shown
