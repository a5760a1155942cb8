"""Tokens from elsewhere: a provider is told what was refused, and heard when it fails."""

from typing import Any

import pytest
from attrs import define, field

from ropo_async import AuthenticationError, OutcomeUnknown, RopoError, StaticToken
from ropo_async.simulator import Simulator
from tests.faults.calls import PAY, Connect, pay, read, token

pytestmark = pytest.mark.anyio


@define
class Vault:
    """A provider that notes what it was asked."""

    texts: list[str]
    asked: list[tuple[str | None, float]] = field(factory=list[tuple[str | None, float]])

    async def token(self, *, rejected: str | None, valid_for: float) -> str:
        self.asked.append((rejected, valid_for))
        return self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]


async def test_a_provider_is_told_what_was_refused_and_for_how_long(simulator: Simulator, connect: Connect) -> None:
    vault = Vault(["old", token(simulator).value.reveal()])
    client = connect(auth=vault)
    await pay(client)
    await read(client)
    assert vault.asked == [(None, 70.0), ("old", 70.0), (None, 0.0)]
    assert [exchange.status for exchange in simulator.truth.requests] == [401, 201, 200]


@pytest.mark.parametrize("auth", [StaticToken("stale"), Vault(["stale"])])
async def test_without_a_newer_token_a_refusal_stands(auth: Any, simulator: Simulator, connect: Connect) -> None:
    with pytest.raises(AuthenticationError, match=r"payments\.register: the server answered 401"):
        await pay(connect(auth=auth))
    assert [exchange.operation for exchange in simulator.truth.requests] == [PAY]


async def test_a_provider_that_fails_is_heard_and_nothing_is_sent(simulator: Simulator, connect: Connect) -> None:
    class Broken:
        async def token(self, *, rejected: str | None, valid_for: float) -> str:
            raise LookupError("the vault is sealed")

    for call in (pay, read):
        with pytest.raises(LookupError, match="sealed"):
            await call(connect(auth=Broken()))
    assert not simulator.truth.connections


@pytest.mark.parametrize("text", ["line\nbreak", "", "nön-ascii"])
async def test_a_token_that_fits_into_no_header_sends_nothing(
    text: str, simulator: Simulator, connect: Connect
) -> None:
    with pytest.raises(RopoError) as caught:
        await pay(connect(auth=Vault([text])))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert not simulator.truth.requests
