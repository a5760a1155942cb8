"""Tokens: a form, one login however many need it, kept for as long as the answer says and not a second longer."""

from typing import Any
from urllib.parse import parse_qsl

import anyio
import pytest

from ropo_async import AuthenticationError, DecodeError, StaticToken
from ropo_async._messages import Answer
from ropo_async.auth import Grant
from ropo_async.codec import iopole as codec
from ropo_async.hooks import TokenRenewed
from ropo_async.iopole import IopoleClient, IopoleCredentials, IopoleServer
from ropo_async.iopole.operations import TOKEN as ROW
from ropo_async.simulator import Fault
from ropo_async.simulator.iopole import NOT_SEEN, TOKEN, IopoleSimulator, serve
from tests.iopole.world import PATIENT, connected

pytestmark = pytest.mark.anyio


def test_a_login_is_a_form_that_keeps_every_character() -> None:
    request = codec.token_request("me+you@example.com", "a&b=c", "one two")
    assert (request.method, request.path) == ("POST", "/realms/iopole/protocol/openid-connect/token")
    assert request.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert request.content is not None
    assert parse_qsl(request.content.decode("ascii")) == [
        ("grant_type", "client_credentials"),
        ("client_id", "me+you@example.com"),
        ("client_secret", "a&b=c"),
        ("scope", "one two"),
    ]


async def test_many_calls_make_one_login() -> None:
    simulator = IopoleSimulator()
    events: list[Any] = []
    async with connected(simulator, hooks=[events.append]) as iopole, anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(iopole.statuses.not_seen)
    assert simulator.truth.count(TOKEN) == 1
    assert [event for event in events if isinstance(event, TokenRenewed)] == [TokenRenewed(600.0)]


@pytest.mark.parametrize("life", [None, 0, -5], ids=["untold", "none", "negative"])
async def test_a_token_without_a_life_is_used_and_not_kept(life: int | None) -> None:
    simulator = IopoleSimulator(token_life=None)
    told = "" if life is None else f',"expires_in":{life}'
    token, _ = simulator.tokens.issue("x")
    simulator.fail(Fault.body(f'{{"access_token":"{token}"{told}}}'.encode()), operation=TOKEN, times=2)
    async with connected(simulator) as iopole:
        for _ in range(2):
            await iopole.statuses.not_seen()
    assert simulator.truth.count(TOKEN) == 2


@pytest.mark.parametrize(
    ("told", "lifetime"),
    [("1740", 1740), ('"600"', 600), ("600.0", 600), ("true", 0), ("null", 0), ('"soon"', 0), ("1e99", 0), ("[]", 0)],
)
def test_the_life_is_what_the_answer_says(told: str, lifetime: float) -> None:
    body = f'{{"access_token":"t","expires_in":{told}}}'.encode()
    assert codec.read_grant(Answer(operation=ROW, status=200, body=body)) == Grant("t", lifetime)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"access_token":7}', b'{"access_token":"a b"}'])
def test_an_answer_without_a_token_is_told_and_not_kept(body: bytes) -> None:
    with pytest.raises(DecodeError, match="no token in it") as raised:
        codec.read_grant(Answer(operation=ROW, status=200, body=body))
    assert raised.value.raw == b""


async def test_wrong_credentials_are_said_once_and_never_shown() -> None:
    simulator = IopoleSimulator()
    async with serve(simulator) as running:
        credentials = IopoleCredentials(simulator.client_id, "another-secret")
        async with IopoleClient(running.url, credentials, timeouts=PATIENT, hooks=()) as iopole:
            for _ in range(3):
                with pytest.raises(AuthenticationError, match="belong to this environment") as raised:
                    await iopole.statuses.not_seen()
    assert raised.value.vendor_text == "Invalid client credentials"
    assert "another-secret" not in str(raised.value) + repr(credentials) + repr(iopole)
    assert simulator.client_id not in str(raised.value) + repr(credentials)
    assert simulator.truth.count(TOKEN) == 1


async def test_one_token_of_the_users_will_do() -> None:
    simulator = IopoleSimulator()
    token, _ = simulator.tokens.issue("x")
    async with serve(simulator) as running, IopoleClient(running.url, StaticToken(token), hooks=()) as iopole:
        assert await iopole.statuses.not_seen() == []
    assert simulator.truth.logins == []


async def test_the_secret_goes_to_the_host_of_the_tokens_and_nothing_else_does() -> None:
    api, auth = IopoleSimulator(), IopoleSimulator()
    api.tokens = auth.tokens
    credentials = IopoleCredentials(auth.client_id, auth.client_secret)
    async with (
        serve(api) as one,
        serve(auth) as other,
        IopoleClient(IopoleServer(one.url, other.url), credentials, hooks=()) as iopole,
    ):
        await iopole.statuses.not_seen()
    assert [request.operation for request in api.truth.requests] == [NOT_SEEN]
    assert [request.operation for request in auth.truth.requests] == [TOKEN]
