"""The token of one account: fetched by one task, renewed in time, and not asked for in vain."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import define, field

from ropo_async.auth import LIFETIME, LOGIN_PAUSE, TokenCache, TokenProvider
from ropo_async.errors import AuthenticationError, BadRequest, Phase, ServerError, StatusError, TransportError
from ropo_async.hooks import Event, TokenRenewed

pytestmark = pytest.mark.anyio

MANY = 100


@define
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@define
class Login:
    """Gives `t1`, `t2` and so on, or what it is told to; waits at its gate."""

    answers: list[str | Exception] = field(factory=list["str | Exception"])
    gate: anyio.Event | None = None
    asked: int = 0
    at_once: int = 0

    async def __call__(self) -> str:
        self.asked += 1
        self.at_once += 1
        assert self.at_once == 1, "two logins at the same time"
        try:
            if self.gate is not None:
                await self.gate.wait()
            await anyio.lowlevel.checkpoint()
        finally:
            self.at_once -= 1
        answer = self.answers.pop(0) if self.answers else f"t{self.asked}"
        if isinstance(answer, Exception):
            raise answer
        return answer


def _refusal(status: int = 400) -> StatusError:
    answer: dict[str, Any] = {"headers": {"x-request": "1"}, "body": b"{}", "vendor_code": 12, "vendor_text": "no"}
    return BadRequest("token", status, **answer)


async def _all(ask: Callable[[], Awaitable[str]], count: int = MANY) -> list[str]:
    got: list[str] = []

    async def one() -> None:
        got.append(await ask())

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(one)
    return got


async def test_it_is_a_provider() -> None:
    assert isinstance(TokenCache(Login()), TokenProvider)


async def test_many_tasks_make_one_login() -> None:
    login = Login()
    cache = TokenCache(login)
    assert await _all(cache.token) == ["t1"] * MANY
    assert await cache.token() == "t1"
    assert login.asked == 1


async def test_many_refusals_make_one_login() -> None:
    login = Login()
    cache = TokenCache(login)
    old = await cache.token()
    assert await _all(lambda: cache.token(rejected=old)) == ["t2"] * MANY
    assert login.asked == 2


async def test_a_token_that_was_renewed_meanwhile_is_taken() -> None:
    login = Login()
    cache = TokenCache(login)
    await cache.token()
    await cache.token(rejected="t1")
    assert await cache.token(rejected="t1") == "t2"
    assert login.asked == 2


async def test_a_refused_token_is_not_handed_out_again() -> None:
    cache = TokenCache(Login())
    await cache.token()
    assert await cache.token(rejected="t1") == "t2"
    assert await cache.token() == "t2"


async def test_many_tasks_make_one_login_even_if_it_gives_the_refused_token_again() -> None:
    login = Login()
    cache = TokenCache(login)
    await cache.token()
    login.answers = ["t1"] * MANY
    assert await _all(lambda: cache.token(rejected="t1")) == ["t1"] * MANY
    assert login.asked == 2


async def test_a_token_that_can_never_last_so_long_is_used_for_half_its_life() -> None:
    login, clock = Login(), Clock()
    cache = TokenCache(login, clock=clock)
    assert await _all(lambda: cache.token(valid_for=LIFETIME + 60)) == ["t1"] * MANY
    clock.now += LIFETIME / 2 - 1
    assert await cache.token(valid_for=LIFETIME + 60) == "t1"
    clock.now += 1
    assert await cache.token(valid_for=LIFETIME + 60) == "t2"
    assert login.asked == 2


async def test_a_token_is_renewed_before_it_expires() -> None:
    login, clock = Login(), Clock()
    cache = TokenCache(login, clock=clock)
    assert await cache.token() == "t1"
    clock.now += LIFETIME - 361
    assert await cache.token(valid_for=360) == "t1"
    clock.now += 1
    assert await cache.token(valid_for=360) == "t2"
    clock.now += LIFETIME
    assert await cache.token() == "t3"


async def test_a_token_is_counted_from_when_it_was_asked_for() -> None:
    clock = Clock()
    login = Login(gate=anyio.Event())
    cache = TokenCache(login, clock=clock)
    async with anyio.create_task_group() as group:
        group.start_soon(cache.token)
        await anyio.wait_all_tasks_blocked()
        clock.now += 100
        assert login.gate is not None
        login.gate.set()
    login.gate = None
    clock.now += LIFETIME - 100
    assert await cache.token() == "t2"


async def test_if_the_one_that_fetches_is_cancelled_the_next_goes_on() -> None:
    login = Login(gate=anyio.Event())
    cache = TokenCache(login)
    got: list[str] = []
    leader = anyio.CancelScope()

    async def one(scope: anyio.CancelScope) -> None:
        with scope:
            got.append(await cache.token())

    async with anyio.create_task_group() as group:
        group.start_soon(one, leader)
        await anyio.wait_all_tasks_blocked()
        for _ in range(5):
            group.start_soon(one, anyio.CancelScope())
        await anyio.wait_all_tasks_blocked()
        assert login.asked == 1
        leader.cancel()
        await anyio.wait_all_tasks_blocked()
        assert login.asked == 2
        assert login.gate is not None
        login.gate.set()
    assert leader.cancelled_caught
    assert got == ["t2"] * 5


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_login_is_not_hammered(status: int) -> None:
    login, clock = Login(answers=[_refusal(status)] * 3), Clock()
    cache = TokenCache(login, clock=clock)
    raised: list[AuthenticationError] = []
    for passed in (0, LOGIN_PAUSE - 1, 0.5):
        clock.now += passed
        with pytest.raises(AuthenticationError, match="the login was refused") as caught:
            await cache.token()
        raised.append(caught.value)
    assert login.asked == 1
    assert len({id(error) for error in raised}) == 3  # each its own, as a traceback grows on what is raised
    assert {(e.operation, e.status, e.body, e.vendor_code, e.vendor_text) for e in raised} == {
        ("token", status, b"{}", 12, "no"),
    }
    clock.now += 0.5
    with pytest.raises(AuthenticationError):
        await cache.token()
    assert login.asked == 2


async def test_many_tasks_are_refused_by_one_login() -> None:
    login = Login(answers=[_refusal()])
    cache = TokenCache(login)
    refused = 0

    async def one() -> str:
        nonlocal refused
        with pytest.raises(AuthenticationError):
            await cache.token()
        refused += 1
        return ""

    await _all(one)
    assert (login.asked, refused) == (1, MANY)


async def test_a_login_that_succeeds_again_forgets_the_refusal() -> None:
    login, clock = Login(answers=[_refusal(), "t"]), Clock()
    cache = TokenCache(login, clock=clock)
    with pytest.raises(AuthenticationError):
        await cache.token()
    clock.now += LOGIN_PAUSE
    assert await cache.token() == "t"
    assert await cache.token(rejected="t") == "t3"


@pytest.mark.parametrize(
    "error",
    [
        ServerError("token", 503, headers={}, body=b""),
        StatusError("token", 302, headers={}, body=b""),
        TransportError("token", Phase.NOT_SENT, "no connection could be made"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_login_that_failed_otherwise_is_tried_again_at_once(error: Exception) -> None:
    login = Login(answers=[error])
    cache = TokenCache(login)
    with pytest.raises(type(error)) as caught:
        await cache.token()
    assert caught.value is error
    assert await cache.token() == "t2"


async def test_a_renewal_is_told() -> None:
    events: list[Event] = []
    cache = TokenCache(Login(), [events.append])
    await cache.token()
    await cache.token()
    assert events == [TokenRenewed(LIFETIME)]


async def test_the_token_does_not_show() -> None:
    cache = TokenCache(Login(answers=["hunter2"]))
    await cache.token()
    assert "hunter2" not in repr(cache)
