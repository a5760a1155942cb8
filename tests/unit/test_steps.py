"""A page is read in steps, so that it holds nobody up, and comes out the same."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from ropo_async import codec
from ropo_async._steps import Steps, at_once, in_steps

from .pages import answer_of, list_of

pytestmark = pytest.mark.anyio

PAGE = answer_of(list_of(*(b'{"jobid":%d}' % number if number % 7 else b"5" for number in range(1000))))


def _three() -> Steps[int]:
    for _ in range(3):
        yield
    return 3


async def test_both_ways_return_what_comes_of_it() -> None:
    assert at_once(_three()) == await in_steps(_three()) == 3


async def test_others_have_their_turn_between_the_steps() -> None:
    turns: list[str] = []

    async def other() -> None:
        while True:
            turns.append("other")
            await checkpoint()

    def work() -> Steps[None]:
        for _ in range(5):
            turns.append("work")
            yield

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await checkpoint()
        await in_steps(work())
        group.cancel_scope.cancel()
    assert turns.count("work") == 5
    assert turns.count("other") >= 5


async def test_a_page_is_the_same_in_steps() -> None:
    page = await in_steps(codec.page_steps(PAGE))
    assert page is not None
    assert page == codec.read_page(PAGE)
    assert [update.jobid for update in page] == [number for number in range(1000) if number % 7]
    assert [record.index for record in page.undecoded] == list(range(0, 1000, 7))


def test_a_step_of_a_page_is_a_small_part_of_it() -> None:
    steps, number = codec.page_steps(PAGE), 0
    for _ in steps:
        number += 1
    assert number >= 4
