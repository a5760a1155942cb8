import base64
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from ropo_async.simulator import Simulator, serve

pytestmark = pytest.mark.anyio

FEED = "/jobs/statusupdates"


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def login(simulator: Simulator) -> dict[str, str]:
    return {"cid": simulator.cid, "apicode": simulator.apicode}


async def test_a_login_gives_a_token_with_times_and_an_id_of_its_own(anyio_backend: str) -> None:
    simulator = Simulator(now=lambda: datetime(2026, 1, 1, tzinfo=UTC), token_life=60)
    async with serve(simulator) as running, httpx.AsyncClient(base_url=running.url) as client:
        tokens = []
        for _ in range(2):
            answer = await client.post("/token", json=login(simulator))
            assert answer.status_code == 201
            assert answer.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
            tokens.append(answer.json()["token"])
        first, second = (claims(token) for token in tokens)
        assert first["exp"] - first["iat"] == 60
        assert first["iat"] == int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
        assert first["jti"] != second["jti"]
        for token in tokens:
            assert (await client.get(FEED, headers={"Authorization": f"Bearer {token}"})).status_code == 204
    assert [attempt.generation for attempt in simulator.truth.logins] == [1, 2]
    assert [exchange.generation for exchange in simulator.truth.requests] == [None, None, 1, 2]
    assert not any(token in repr((simulator, simulator.truth, simulator.tokens)) for token in tokens)


@pytest.mark.parametrize(
    "body",
    [b'{"cid":"1000011","apicode":"wrong"}', b'{"cid":"7","apicode":"only-for-tests"}', b"{}", b"[]", b"{", b"\xff"],
)
async def test_bad_credentials_are_refused_with_400(
    simulator: Simulator, client: httpx.AsyncClient, body: bytes
) -> None:
    answer = await client.post("/token", content=body)
    assert answer.status_code == 400
    assert sorted(answer.json()) == ["errorId", "errorText"]
    assert simulator.truth.count("POST /token") == 1
    assert not any(attempt.generation for attempt in simulator.truth.logins)


async def test_the_customer_number_may_be_a_number(simulator: Simulator, client: httpx.AsyncClient) -> None:
    answer = await client.post("/token", json={"cid": 1000011, "apicode": simulator.apicode})
    assert answer.status_code == 201


async def test_a_token_ages_by_the_given_clock(anyio_backend: str) -> None:
    time = 1000.0
    simulator = Simulator(clock=lambda: time, token_life=10)
    async with serve(simulator) as running, httpx.AsyncClient(base_url=running.url) as client:
        token = (await client.post("/token", json=login(simulator))).json()["token"]
        client.headers["Authorization"] = f"bearer {token}"
        time = 1009.9
        assert (await client.get(FEED)).status_code == 204
        time = 1010.0
        expired = await client.get(FEED)
        assert (expired.status_code, expired.content) == (401, b"")


async def test_revoked_tokens_are_refused_and_newer_ones_are_not(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.add_updates(count=1)
    simulator.revoke_tokens()
    assert (await client.get(FEED)).status_code == 401
    assert simulator.truth.recorded == []
    client.headers["Authorization"] = f"Bearer {simulator.tokens.issue(simulator.cid)[0]}"
    assert (await client.get(FEED)).status_code == 200
    assert [exchange.generation for exchange in simulator.truth.requests] == [1, 2]


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer junk", "Basic dTpw"])
async def test_without_a_live_token_everything_but_the_login_is_401(
    simulator: Simulator, client: httpx.AsyncClient, value: str
) -> None:
    for method, path in (("GET", FEED), ("POST", "/jobs/payment"), ("GET", "/nowhere")):
        answer = await client.request(method, path, headers={"Authorization": value})
        assert (answer.status_code, answer.content) == (401, b"")
    assert simulator.truth.payment_attempts == []
