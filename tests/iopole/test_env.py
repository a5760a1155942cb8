"""A client from the environment: the same ways as Ropo's, and no secret shown."""

from pathlib import Path
from typing import Any

import pytest

from ropo_async import InvalidInput
from ropo_async.iopole import IopoleClient
from ropo_async.simulator.iopole import TOKEN, IopoleSimulator, serve

CUSTOMER = "01a015f1-c49c-734e-8000-000000000777"
SECRET = "made-up-secret"
LOGIN = {"IOPOLE_SERVER": "sandbox", "IOPOLE_CLIENT_ID": "me@example.com"}


async def _asked(environ: dict[str, str], **options: Any) -> IopoleSimulator:
    """Return a server that the client of an environment has asked for statuses."""
    simulator = IopoleSimulator(customers=None)
    async with serve(simulator) as running:
        full = {"IOPOLE_CLIENT_ID": simulator.client_id, "IOPOLE_SERVER": running.url} | environ
        async with IopoleClient.from_env(full, hooks=(), **options) as iopole:
            await iopole.statuses.not_seen()
    return simulator


@pytest.mark.anyio
async def test_it_logs_in_with_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    for environ in ({"IOPOLE_CLIENT_SECRET": SECRET}, {"IOPOLE_CLIENT_SECRET_FILE": str(file)}):
        simulator = await _asked(environ | {"IOPOLE_SCOPE": "", "IOPOLE_CUSTOMER_ID": CUSTOMER})
        assert (simulator.truth.count(TOKEN), simulator.truth.customers) == (1, [CUSTOMER])
    other = "01a015f1-c49c-734e-8000-000000000778"
    simulator = await _asked({"IOPOLE_CLIENT_SECRET": SECRET, "IOPOLE_CUSTOMER_ID": CUSTOMER}, customer_id=other)
    assert simulator.truth.customers == [other]


@pytest.mark.anyio
async def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = IopoleSimulator()
    token, _ = simulator.tokens.issue("x")
    async with serve(simulator) as running:
        monkeypatch.setenv("IOPOLE_SERVER", running.url)
        monkeypatch.setenv("IOPOLE_TOKEN", token)
        async with IopoleClient.from_env(hooks=()) as iopole:
            await iopole.statuses.not_seen()
    assert (simulator.truth.logins, simulator.truth.customers) == ([], [None])


@pytest.mark.anyio
async def test_tokens_may_come_from_a_host_of_their_own() -> None:
    api, auth = IopoleSimulator(), IopoleSimulator()
    api.tokens = auth.tokens
    async with serve(api) as one, serve(auth) as other:
        environ = {"IOPOLE_SERVER": one.url, "IOPOLE_AUTH_SERVER": other.url, "IOPOLE_CLIENT_SECRET": SECRET}
        async with IopoleClient.from_env({"IOPOLE_CLIENT_ID": auth.client_id} | environ, hooks=()) as iopole:
            await iopole.statuses.not_seen()
    assert (api.truth.count(TOKEN), auth.truth.count(TOKEN)) == (0, 1)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "IOPOLE_SERVER is not set: the origin of an API, or one of SANDBOX, PRODUCTION"),
        ({"IOPOLE_SERVER": "", "IOPOLE_TOKEN": "t"}, "IOPOLE_SERVER is not set"),
        ({"IOPOLE_SERVER": "staging", "IOPOLE_TOKEN": "t"}, "URL"),
        ({"IOPOLE_SERVER": "sandbox"}, "IOPOLE_CLIENT_ID is not set, and neither is IOPOLE_TOKEN"),
        (LOGIN, "exactly one of IOPOLE_CLIENT_SECRET and IOPOLE_CLIENT_SECRET_FILE"),
        (LOGIN | {"IOPOLE_CLIENT_SECRET": SECRET, "IOPOLE_CLIENT_SECRET_FILE": "x"}, "exactly one of"),
        (LOGIN | {"IOPOLE_CLIENT_SECRET_FILE": "/nowhere/at-all"}, "IOPOLE_CLIENT_SECRET_FILE names cannot be read"),
        (LOGIN | {"IOPOLE_TOKEN": "t", "IOPOLE_CLIENT_SECRET": SECRET}, "IOPOLE_TOKEN is set together with"),
        (LOGIN | {"IOPOLE_CLIENT_SECRET": SECRET, "IOPOLE_CUSTOMER_ID": "me"}, "customer_id must be a UUID"),
        (
            LOGIN | {"IOPOLE_CLIENT_SECRET": SECRET, "IOPOLE_AUTH_SERVER": "https://auth.iopole.com"},
            "PRODUCTION and SANDBOX",
        ),
    ],
)
def test_what_cannot_be_right_is_said_without_the_secret(environ: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as raised:
        IopoleClient.from_env(environ)
    assert SECRET not in str(raised.value)
    assert "me@example.com" not in str(raised.value)


def test_a_client_shows_none_of_it() -> None:
    iopole = IopoleClient.from_env(LOGIN | {"IOPOLE_CLIENT_SECRET": SECRET, "IOPOLE_CUSTOMER_ID": CUSTOMER})
    shown = repr(iopole) + repr(iopole.statuses) + repr(iopole.invoices)
    assert not any(hidden in shown for hidden in (SECRET, CUSTOMER, "me@example.com"))


def test_a_file_that_others_can_read_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(0o644)
    IopoleClient.from_env(LOGIN | {"IOPOLE_CLIENT_SECRET_FILE": str(file)})
    assert caplog.messages == ["the file that IOPOLE_CLIENT_SECRET_FILE names can be read by others: chmod 600"]
