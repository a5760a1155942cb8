"""Every case of a JSON test suite, in every place of a page: nothing untyped, nothing lost, what is sound is read."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from ropo_async import DecodeError, UpdatesMayBeLost
from ropo_async.hooks import GapOpened
from ropo_async.inbox import Inbox
from ropo_async.records import Page
from ropo_async.simulator import Fault
from tests.faults.feeds import feed
from tests.inbox.feeds import POLL, in_a_hurry, world
from tests.strangers.json_cases import CASES

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(180)]

BEFORE, AFTER = b'{"statusid":"C1","billnum":"1"}', b'{"statusid":"C2","billnum":"1"}'
NUMBERS = {name: case.strip()[1:-1] for name, case in CASES.items() if "_number" in name and case.startswith(b"[")}

TOO_LARGE = {"y_number", "y_number_real_fraction_exponent"}
"""Numbers of more digits than any sum of money."""


def page(*records: bytes) -> bytes:
    return b'{"result":{"status":[' + b",".join(records) + b"]}}"


def member(name: str, value: bytes) -> bytes:
    return b'{"statusid":"C3","billnum":"1","%s":%s}' % (name.encode(), value)


@frozen
class Place:
    """Where on a page a case is put."""

    body: Callable[[bytes], bytes]
    cases: Mapping[str, bytes] = CASES


PLACES = {
    "body": Place(lambda case: case),
    "record": Place(lambda case: page(BEFORE, case, AFTER)),
    "value": Place(lambda case: page(BEFORE, member("note", case), AFTER)),
    "amount": Place(lambda case: page(BEFORE, member("amount", case), AFTER), NUMBERS),
}
everywhere = pytest.mark.parametrize("place", PLACES)


def exact(text: bytes) -> Any:
    return json.loads(text, parse_float=Decimal)


def reads(place: str, name: str, case: bytes) -> bool | None:
    """Tell whether the case is to be read as an update where it stands; None where both are right."""
    if place == "body":
        return False
    if name in TOO_LARGE and place == "amount":
        return False
    if place == "record" and not name.startswith("i_"):
        return name.startswith("y_object")
    return {"y": True, "n": False}.get(name[0])


def misread(place: str, name: str, case: bytes, found: Page) -> list[str]:
    """Say what is wrong with a page that was read whole."""
    others = [update for update in found if update.raw not in (BEFORE, AFTER)]
    wrong = []
    if len(found) - len(others) != 2:
        wrong.append("a neighbour is missing")
    if reads(place, name, case) not in (bool(others), None):
        wrong.append("it was taken for an update" if others else "it was not read")
    if not others and case.strip() not in b",".join(record.raw for record in found.undecoded):
        wrong.append("its bytes are gone")
    if others and name.startswith("y_"):
        [update] = others
        content = {"record": update.extra, "value": update.extra.get("note"), "amount": update.amount}[place]
        if content != exact(case):
            wrong.append("it was read as something else")
    return wrong


@everywhere
async def test_pages_read_what_is_sound_and_hand_over_the_rest_as_it_came(place: str) -> None:
    wrong = dict[str, list[str]]()
    async with feed(0) as (simulator, ropo):
        for name, case in PLACES[place].cases.items():
            body = PLACES[place].body(case)
            simulator.fail(Fault.body(body), operation=POLL)
            try:
                [found] = [found async for found in ropo.status_updates.pages()]
            except UpdatesMayBeLost as lost:
                cause, salvaged = lost.__cause__, lost.salvaged
                kept = isinstance(cause, DecodeError) and cause.raw == body and (not salvaged or salvaged.raw == body)
                wrong[name] = [] if kept else ["its bytes are gone"]
                if reads(place, name, case):
                    wrong[name].append("it cost the page")
                if place != "body" and (salvaged is None or salvaged.updates[0].raw != BEFORE):
                    wrong[name].append("what came before it was not saved")
            else:
                wrong[name] = misread(place, name, case, found) + ["the page's bytes are gone"] * (found.raw != body)
    assert {name: reasons for name, reasons in wrong.items() if reasons} == {}
    assert len(wrong) == len(PLACES[place].cases)


async def delivered(inbox: Inbox) -> AsyncIterator[bytes]:
    async for delivery in inbox.deliveries(forever=False):
        async with delivery as update:
            yield update.raw


@everywhere
async def test_an_inbox_keeps_every_byte_of_it(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_hurry(monkeypatch)
    wrong, last = dict[str, str](), 0
    async with world(f"sqlite:///{tmp_path}/journal.db") as feed:
        feed.simulator.fail(Fault.status(404), operation=POLL, query=("date",), times=10_000)
        for name, case in PLACES[place].cases.items():
            body = PLACES[place].body(case).replace(b'"C', b'"C%d.' % len(wrong))  # no id comes twice
            feed.simulator.fail(Fault.body(body), operation=POLL, query=())
            asked, opened = feed.polls, len(feed.told(GapOpened))
            found = await feed.inbox.drain()
            quarantined = await feed.inbox.quarantined(after=last, limit=10_000)
            last = max([last, *(record.id for record in quarantined)])
            kept = [record.body for record in quarantined] + [raw async for raw in delivered(feed.inbox)]
            lost = len(feed.told(GapOpened)) - opened
            if found.drained:
                right = (lost, feed.polls - asked, len(kept)) == (0, 2, found.records)
                right = right and case.strip() in b",".join(kept)
            else:
                rows = await feed.journal.engine.run(  # type: ignore[attr-defined]
                    lambda tx: tx.rows("SELECT raw FROM poll WHERE source = 'drain' ORDER BY id DESC LIMIT 1")
                )
                right = (lost, feed.polls - asked, bytes(rows[0][0] or b"")) == (1, 1, body)
            wrong[name] = "" if right else f"{found}, {lost} gaps, {len(kept)} kept"
    assert {name: reason for name, reason in wrong.items() if reason} == {}
    assert len(wrong) == len(PLACES[place].cases)
