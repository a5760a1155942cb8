"""Where Iopole is, and that the two hosts of an environment stay together."""

from typing import Any

import pytest

from ropo_async import ClientClosed, InvalidInput
from ropo_async.iopole import IopoleClient, IopoleCredentials, IopoleEnvironment, IopoleServer
from ropo_async.iopole.config import server_of
from ropo_async.simulator.iopole import IopoleSimulator
from tests.iopole.world import connected

SANDBOX, PRODUCTION = (environment.value for environment in IopoleEnvironment)
CREDENTIALS = IopoleCredentials("me", "made-up-secret")


@pytest.mark.parametrize(
    ("server", "place"),
    [
        (IopoleEnvironment.SANDBOX, SANDBOX),
        ("sandbox", SANDBOX),
        (" Production ", PRODUCTION),
        ("https://api.iopole.com", PRODUCTION),
        ("https://api.ppd.iopole.fr///", SANDBOX),
        ("http://127.0.0.1:8000/", IopoleServer("http://127.0.0.1:8000", "http://127.0.0.1:8000")),
        (IopoleServer("https://proxy.example/", "https://auth.iopole.com/"), None),
        (IopoleServer("https://api.ppd.iopole.fr", "https://auth.preprod.iopole.fr"), None),
    ],
)
def test_a_server_is_a_pair_of_origins(server: Any, place: IopoleServer | None) -> None:
    found = server_of(server)
    assert found == (place or server)
    assert not (found.api + found.auth).endswith("/")


@pytest.mark.parametrize(
    ("api", "auth"),
    [
        ("https://api.iopole.com", "https://auth.ppd.iopole.fr"),
        ("https://api.iopole.com", "https://auth.preprod.iopole.fr"),
        ("https://API.ppd.iopole.fr", "https://auth.iopole.com:443"),
    ],
)
def test_hosts_of_two_environments_are_refused(api: str, auth: str) -> None:
    with pytest.raises(InvalidInput, match="PRODUCTION and SANDBOX"):
        IopoleServer(api, auth)


@pytest.mark.parametrize(
    "server",
    [
        "http://api.iopole.com",
        "https://api.iopole.com/v1",
        "https://api.ppd.iopole.fr/v1/api",
        "https://proxy.example/v1",
        "http://127.0.0.1:8000/v1/api",
        "https://auth.iopole.com",
        "https://api.iopole.com:8443",
        "https://user@api.iopole.com",
        "staging",
        "",
        None,
        7,
    ],
)
def test_an_address_that_cannot_be_right_is_refused(server: Any) -> None:
    with pytest.raises(InvalidInput):
        IopoleClient(server, CREDENTIALS)


@pytest.mark.parametrize(
    "options",
    [
        {"customer_id": "me"},
        {"history_interval": -1},
        {"history_interval": float("nan")},
        {"history_interval": True},
        {"hooks": [7]},
    ],
    ids=repr,
)
def test_options_that_cannot_be_right_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        IopoleClient("sandbox", CREDENTIALS, **options)


@pytest.mark.parametrize(
    "values", [("", "s"), (" ", "s"), (7, "s"), ("a\nb", "s"), ("me", "a b"), ("me", ""), ("me", "s", 7)], ids=repr
)
def test_credentials_that_cannot_be_right_are_refused(values: Any) -> None:
    with pytest.raises(InvalidInput):
        IopoleCredentials(*values)


def test_something_else_is_no_credentials() -> None:
    with pytest.raises(InvalidInput, match="credentials must be"):
        IopoleClient("sandbox", "secret")  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_a_closed_client_says_so() -> None:
    simulator = IopoleSimulator()
    async with connected(simulator) as iopole:
        assert repr(iopole) == "IopoleClient(open)"
    assert repr(iopole) == "IopoleClient(closed)"
    with pytest.raises(ClientClosed):
        await iopole.statuses.not_seen()
    assert simulator.truth.requests == []
