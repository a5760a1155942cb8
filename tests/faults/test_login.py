"""The login: once for every call, tried again where that may help, and never a doubt about a payment."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import evolve

from ropo_async import (
    AuthenticationError,
    Credentials,
    DecodeError,
    NotFound,
    OutcomeUnknown,
    Phase,
    RateLimited,
    RopoClient,
    RopoError,
    ServerError,
    StatusError,
    Timeouts,
    TransportError,
)
from ropo_async.auth import LOGIN_PAUSE, TokenCache
from ropo_async.hooks import Event, TokenRenewed
from ropo_async.simulator import CATALOGUE, Fault, Running, Simulator
from tests.faults.calls import LOGIN, PAY, Connect, pay, read, token

pytestmark = pytest.mark.anyio


async def test_one_login_serves_every_call(simulator: Simulator, connect: Connect) -> None:
    events: list[Event] = []
    client = connect(hooks=[events.append])
    for _ in range(3):
        await pay(client)
        await read(client)
    assert (simulator.truth.count(LOGIN), len(simulator.truth.payments)) == (1, 3)
    assert [event for event in events if isinstance(event, TokenRenewed)] == [TokenRenewed(7200.0)]


@pytest.mark.parametrize("credentials", [Credentials("1000011", "wrong"), Credentials("1000012", "only-for-tests")])
async def test_a_refused_login_is_not_hammered(
    credentials: Credentials, simulator: Simulator, connect: Connect
) -> None:
    client = connect(auth=credentials)
    errors: list[AuthenticationError] = []

    async def try_it(call: Callable[[RopoClient], Any]) -> None:
        with pytest.raises(AuthenticationError, match="check the credentials") as caught:
            await call(client)
        errors.append(caught.value)

    async with anyio.create_task_group() as group:
        for call in (pay, read) * 25:
            group.start_soon(try_it, call)
    assert len(errors) == len({id(error) for error in errors}) == 50
    assert {(error.operation, error.status, error.vendor_code) for error in errors} == {("token", 400, 2)}
    assert [exchange.operation for exchange in simulator.truth.requests] == [LOGIN]
    # Half a minute later it is tried again, once.
    cache(client).clock = lambda: anyio.current_time() + LOGIN_PAUSE + 1e6
    await try_it(pay)
    assert simulator.truth.count(LOGIN) == 2


def cache(client: RopoClient) -> TokenCache:
    known = client.payments._transport.auth
    assert isinstance(known, TokenCache)
    return known


async def test_a_login_that_is_put_right_works_after_the_pause(simulator: Simulator, connect: Connect) -> None:
    simulator.apicode = "another"
    client = connect(auth=Credentials("1000011", "only-for-tests"))
    now = [1000.0]
    cache(client).clock = lambda: now[0]
    with pytest.raises(AuthenticationError):
        await pay(client)
    simulator.apicode = "only-for-tests"
    now[0] += LOGIN_PAUSE + 0.1
    await pay(client)
    assert len(simulator.truth.payments) == 1


@pytest.mark.parametrize(("call", "payments"), [(partial(pay, amount=1), 100), (read, 0)], ids=["pay", "read"])
async def test_a_hundred_callers_with_a_revoked_token_log_in_once(
    call: Callable[[RopoClient], Any], payments: int, simulator: Simulator, connect: Connect
) -> None:
    client = connect()
    await read(client)
    simulator.revoke_tokens()
    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(call, client)
    assert simulator.truth.count(LOGIN) == 2
    assert len(simulator.truth.payments) == payments


async def test_a_token_is_renewed_before_it_expires_and_earlier_for_a_payment(
    simulator: Simulator, connect: Connect
) -> None:
    now = [1000.0]
    simulator.tokens.clock = lambda: now[0]
    client = connect()
    cache(client).clock = lambda: now[0]
    for moment, call, logins in (
        (0, read, 1),
        (7100, read, 1),
        (7100, pay, 1),
        (7150, read, 1),
        (7150, pay, 2),  # it must outlive the answer, which may be a minute away
        (14300, read, 2),
        (14351, read, 3),
    ):
        now[0] = 1000.0 + moment
        await call(client)
        assert simulator.truth.count(LOGIN) == logins, (moment, call)
    assert 401 not in {exchange.status for exchange in simulator.truth.requests}


# Each has to be met three times before it is raised.
PASSING: list[tuple[Fault, type[RopoError]]] = [
    *((Fault.status(status), ServerError) for status in (500, 502, 503, 504, 520)),
    *((Fault.status(status, headers={"Location": "/rest/token"}), StatusError) for status in (302, 307, 308, 408, 425)),
    (Fault.status(429), RateLimited),
    (Fault.html(502), ServerError),
    *((fault, DecodeError) for fault in (Fault.html(201), Fault.html(200), Fault.body(b""), Fault.body(b"{}"))),
    *((Fault.body(b'{"token":%s}' % value), DecodeError) for value in (b"null", b"5", b'""', b'"a b"', b'"a\\nb"')),
    *((CATALOGUE[name], DecodeError) for name in ("gzip_cut", "gzip_garbage", "invalid_utf8", "close_delimited_1.0")),
    *((CATALOGUE[f"{name}_after"], TransportError) for name in ("drop", "reset", "raw", "hang")),
    *((CATALOGUE[name], TransportError) for name in ("status_line", "cut", "cut_by_reset", "stall", "two_lengths")),
]
FINAL: list[tuple[Fault, type[RopoError]]] = [
    *((Fault.status(status), AuthenticationError) for status in (400, 401, 403)),
    (Fault.status(404), NotFound),
    *((Fault.status(status), StatusError) for status in (405, 409, 418)),
]


@pytest.mark.parametrize(("fault", "kind"), PASSING, ids=lambda value: getattr(value, "name", None))
async def test_a_login_that_fails_is_tried_again(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect, patient: Timeouts
) -> None:
    client = connect(timeouts=evolve(patient, read=0.3) if fault.endless else patient)
    simulator.fail(fault, operation=LOGIN, times=5)
    with pytest.raises(kind, match=r"^token: ") as caught:
        await pay(client)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert {exchange.operation for exchange in simulator.truth.requests} == {LOGIN}  # the payment was not sent
    assert simulator.truth.count(LOGIN) == 3
    await pay(client)  # the sixth login is answered
    assert (simulator.truth.count(LOGIN), len(simulator.truth.payments)) == (6, 1)


@pytest.mark.parametrize(("fault", "kind"), FINAL, ids=lambda value: getattr(value, "name", None))
async def test_a_login_that_is_refused_is_not_tried_again(
    fault: Fault, kind: type[RopoError], simulator: Simulator, connect: Connect
) -> None:
    simulator.fail(fault, operation=LOGIN)
    with pytest.raises(kind, match=r"^token: "):
        await pay(connect())
    assert [exchange.operation for exchange in simulator.truth.requests] == [LOGIN]


async def test_a_payment_whose_token_cannot_be_renewed_is_not_unknown(simulator: Simulator, connect: Connect) -> None:
    client = connect()
    await read(client)
    simulator.revoke_tokens()
    simulator.fail(Fault.status(500), operation=LOGIN, times=3)
    with pytest.raises(ServerError, match=r"^token: "):
        await pay(client)
    assert (simulator.truth.count(PAY), len(simulator.truth.payment_attempts)) == (1, 0)


async def test_a_payment_whose_time_runs_out_at_the_login_was_not_sent(simulator: Simulator, connect: Connect) -> None:
    simulator.fail(Fault.hang(processed=False), operation=LOGIN)
    with pytest.raises(TransportError) as caught:
        await pay(connect(timeouts=Timeouts(total=0.4)))
    assert caught.value.phase is not Phase.RECEIVED_PARTIAL
    assert simulator.truth.count(PAY) == 0


async def test_the_environment_names_server_and_account(running: Running, tmp_path: Path) -> None:
    secret = tmp_path / "apicode"
    secret.touch(mode=0o600)
    secret.write_text("only-for-tests\n", encoding="ascii")
    for given in (
        {"ROPO_CID": "1000011", "ROPO_APICODE": "only-for-tests"},
        {"ROPO_CID": "1000011", "ROPO_APICODE_FILE": str(secret)},
        {"ROPO_TOKEN": token(running.simulator).value.reveal(), "ROPO_APICODE": ""},
    ):
        async with RopoClient.from_env({"ROPO_SERVER": running.url, **given}, hooks=()) as client:
            await pay(client)
    assert (len(running.simulator.truth.payments), running.simulator.truth.count(LOGIN)) == (3, 2)
