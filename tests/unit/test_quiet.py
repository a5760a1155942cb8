"""While a call of ours is under way the libraries below log nothing of it; what they log for others stays."""

import logging

import anyio
import anyio.lowlevel
import pytest

from ropo_async import _http as http
from ropo_async._quiet import quiet

LAYER = http.core.__name__
NAMES = [
    http.Request.__module__.partition(".")[0],
    f"{LAYER}.connection",
    f"{LAYER}.http11",
    f"{LAYER}.proxy",
    "stamina",
]


def _speak(message: str) -> None:
    for name in NAMES:
        logging.getLogger(name).warning(message)


def _heard(caplog: pytest.LogCaptureFixture) -> set[str]:
    return {record.getMessage() for record in caplog.records}


def test_what_they_say_of_our_calls_is_not_heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _speak("before")
    with quiet():
        _speak("ours")
        with quiet():
            _speak("ours")
        _speak("ours")
        logging.getLogger("ropo_async").warning("said by ourselves")
    _speak("after")
    assert _heard(caplog) == {"before", "said by ourselves", "after"}
    assert len(caplog.records) == 2 * len(NAMES) + 1


def test_a_failed_call_gives_them_their_voice_back(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LookupError), quiet():
        raise LookupError
    _speak("after")
    assert _heard(caplog) == {"after"}


@pytest.mark.anyio
async def test_the_calls_of_others_are_heard_meanwhile(caplog: pytest.LogCaptureFixture) -> None:
    begun, done = anyio.Event(), anyio.Event()

    async def ours() -> None:
        with quiet():
            _speak("ours")
            begun.set()
            await done.wait()
            _speak("ours")

    async with anyio.create_task_group() as group:
        group.start_soon(ours)
        await begun.wait()
        _speak("theirs")
        done.set()
    assert _heard(caplog) == {"theirs"}


@pytest.mark.anyio
async def test_what_a_call_starts_is_quiet_too(caplog: pytest.LogCaptureFixture) -> None:
    async def child() -> None:
        await anyio.lowlevel.checkpoint()
        _speak("ours")

    with quiet():
        async with anyio.create_task_group() as group:
            group.start_soon(child)
    assert caplog.records == []
