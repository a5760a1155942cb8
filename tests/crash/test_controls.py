"""The suite loses updates where the protocol is broken, or its finding none lost elsewhere would prove nothing."""

import pytest

from tests.crash.tallies import Tally
from tests.crash.worlds import Worlds

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]

CONTROLS = {
    "no intent": {
        "before ask 2": False,
        "after ask 2": True,
        "before receive 2": True,
        "within receive 2": True,
        "after receive 2": False,
    },
    "no stored answer": {
        "within receive 2": False,
        "after receive 2": True,
        "within merge 2": True,
        "after merge 2": False,
    },
    "ack before effect": {
        "within lease 1": False,
        "before effect 3": True,
        "after effect 3": False,
    },
}
"""How the protocol is broken: where a life is killed then, and whether that loses updates."""


@pytest.mark.parametrize("broken", CONTROLS)
async def test_a_broken_protocol_loses_updates(worlds: Worlds, broken: str, tally: Tally) -> None:
    for step in CONTROLS[broken]:
        async with worlds.one(broken=broken) as world:
            assert (await world.live(die=step)).killed
            await tally.judge(step, world)
    assert {step: step in tally.losses for step in tally.points} == CONTROLS[broken]


async def test_what_is_at_risk_is_seen_while_no_day_can_be_read_again(worlds: Worlds, tally: Tally) -> None:
    async with worlds.one() as world:
        assert (await world.live(die="after ask 2")).killed
        await tally.judge_refused("after ask 2", world)
    assert (tally.at_risk, tally.gaps) == (1, 1)
    assert tally.flawless
