"""Over https the simulator is the same; a handshake that fails or never ends is a request that was not sent."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from attrs import evolve

from ropo_async import Credentials, Phase, RetryPolicy, RopoClient, Timeouts, TransportError
from ropo_async import _http as http
from ropo_async.simulator import Fault, Simulator, serve
from ropo_async.simulator.server import Running

pytestmark = pytest.mark.anyio

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context_for(authority: trustme.CA, host: str = "127.0.0.1", **options: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, **options).configure_cert(context)  # type: ignore[arg-type]
    return context


def trusting(authority: trustme.CA) -> http.AsyncClient:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return http.AsyncClient(verify=context)


def client(running: Running, http_client: http.AsyncClient, **options: object) -> RopoClient:
    who = Credentials(running.simulator.cid, running.simulator.apicode)
    patience = Timeouts(connect=0.2, total=5)
    return RopoClient(running.url, who, http_client=http_client, timeouts=patience, **options)  # type: ignore[arg-type]


async def test_it_is_the_same(authority: trustme.CA) -> None:
    simulator = Simulator()
    simulator.add_updates(count=2500)
    async with serve(simulator, tls=context_for(authority)) as running, trusting(authority) as http_client:
        assert running.url.startswith("https://127.0.0.1:")
        async with client(running, http_client) as ropo:
            updates = [update async for update in ropo.status_updates.drain()]
    assert len(updates) == 2500
    assert not simulator.truth.undelivered


async def test_a_cut_body_is_cut_here_too(authority: trustme.CA) -> None:
    simulator = Simulator()
    simulator.add_updates(count=500)
    simulator.fail(Fault.cut(reset=True), operation="GET /jobs/statusupdates", times=2)
    async with (
        serve(simulator, tls=context_for(authority)) as running,
        trusting(authority) as http_client,
        client(running, http_client) as ropo,
    ):
        page = await ropo.status_updates.on(datetime.now(UTC).date())
    assert page is not None
    assert [one.fault for one in simulator.truth.requests if one.operation == "GET /jobs/statusupdates"] == [
        "cut_by_reset",
        "cut_by_reset",
        None,
    ]


@pytest.mark.parametrize("wrong", ["authority", "host", "date"])
async def test_a_certificate_that_does_not_hold_is_told_at_once(authority: trustme.CA, wrong: str) -> None:
    host = "ropo.example" if wrong == "host" else "127.0.0.1"
    options = {"not_before": YESTERDAY - timedelta(days=1), "not_after": YESTERDAY} if wrong == "date" else {}
    trusted = trustme.CA() if wrong == "authority" else authority
    simulator = Simulator()
    async with (
        serve(simulator, tls=context_for(authority, host, **options)) as running,
        trusting(trusted) as http_client,
        client(running, http_client) as ropo,
    ):
        with pytest.raises(TransportError) as caught:
            await ropo.status_updates.on(datetime.now(UTC).date())
    assert caught.value.phase is Phase.NOT_SENT
    assert "certificate" in str(caught.value).lower()
    assert simulator.truth.connections == 1
    assert not simulator.truth.requests


@pytest.mark.parametrize("port", ["hangs", "is not encrypted"])
async def test_a_handshake_that_never_ends_sends_nothing(authority: trustme.CA, port: str) -> None:
    simulator = Simulator()
    tls = context_for(authority) if port == "hangs" else None
    if tls is not None:
        simulator.fail(Fault.hang_on_accept(), times=9)
    async with (
        serve(simulator, tls=tls) as running,
        trusting(authority) as http_client,
        client(evolve(running, scheme="https"), http_client, retries=RetryPolicy(attempts=2)) as ropo,
    ):
        with pytest.raises(TransportError) as caught:
            await ropo.status_updates.on(datetime.now(UTC).date())
    assert caught.value.phase is Phase.NOT_SENT
    assert not simulator.truth.requests
