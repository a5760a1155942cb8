"""What a ledger shows holds nothing personal, and what it stores can be forgotten."""

import logging
import pickle
import traceback
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ropo_async.errors import InvalidInput, InvoiceBusy, OperationIdReused, ResendRefused, RopoError
from ropo_async.hooks import BookingChanged, log_events
from ropo_async.journal import BookingState
from ropo_async.simulator import Fault
from tests.ledger.office import BILLNUM, DAY, ID, PAY, TODAY, Office, payment

pytestmark = pytest.mark.anyio

PERSONAL: dict[str, Any] = {"description": "Matti Meikäläinen, 010190-901K", "amount": Decimal("710.37")}
SECRETS = ("Matti", "901K", "710.37", BILLNUM, "12344")

FAULTS: dict[str, Callable[[Office], None]] = {
    "applied": lambda office: None,
    "rejected": lambda office: office.simulator.payment_status(statusid=5),
    "doubtful": lambda office: office.simulator.payment_status(statusid=0),
    "lost": lambda office: office.simulator.fail(Fault.drop(processed=True), operation=PAY),
    "cut": lambda office: office.simulator.fail(Fault.cut(), operation=PAY),
    "html": lambda office: office.simulator.fail(Fault.html(502), operation=PAY),
    "refused": lambda office: office.simulator.fail(Fault.status(403), operation=PAY),
    "bad": lambda office: office.simulator.fail(Fault.status(404), operation=PAY),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_nothing_personal_shows(name: str, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    shown = list[Any]()
    with caplog.at_level(logging.DEBUG):
        FAULTS[name](office)
        for _ in range(2):
            try:
                shown.append(await office.pays(**PERSONAL))
            except RopoError as error:
                shown += [error, *traceback.format_exception(error)]
        shown += [await office.verified(), *await office.ledger.bookings(), office.ledger]
        for event in office.events:
            log_events(event)
    shown += [*office.events, caplog.text, *caplog.records]
    assert any(isinstance(event, BookingChanged) for event in office.events)
    text = "\n".join(f"{each} {each!r}" for each in shown)
    assert not [secret for secret in SECRETS if secret in text]


async def test_errors_show_nothing_personal(office: Office) -> None:
    await office.doubtful(**PERSONAL)
    attempts: list[tuple[type[RopoError], Any]] = [
        (OperationIdReused, office.pays(amount=1)),
        (InvoiceBusy, office.pays("op-2", **PERSONAL)),
        (ResendRefused, office.ledger.resend_after_verification(ID)),
        (InvalidInput, office.ledger.register(ID, payment(**PERSONAL), billnum="R-1")),
    ]
    for kind, attempt in attempts:
        with pytest.raises(kind) as caught:
            await attempt
        shown = f"{caught.value} {caught.value!r} {caught.value.args} {pickle.dumps(caught.value)!r}"
        assert not [secret for secret in SECRETS if secret in shown]


async def test_each_change_is_told_once(office: Office) -> None:
    await office.absent()
    await office.ledger.resend_after_verification(ID)
    told = [event.state for event in office.events if isinstance(event, BookingChanged)]
    assert [state for place, state in enumerate(told) if told[place - 1 : place] != [state]] == [
        "unknown",
        "probably_absent",
        "unknown",
        "probably_absent",
        "applied",
    ]


# --- forgetting ---------------------------------------------------------------------------------------------------


async def test_what_was_settled_long_ago_is_forgotten_and_still_known(office: Office) -> None:
    await office.pays(**PERSONAL)
    assert await office.journal.purge(acked_older_than=office.clock.time) == 0
    office.clock.pass_(3 * DAY)
    assert await office.journal.purge(acked_older_than=office.clock.time) == 1
    booking = await office.pays(**PERSONAL)
    assert (booking.state, booking.body, booking.billnum, booking.answer) == (BookingState.APPLIED, None, None, None)
    assert (booking.baseline, booking.evidence, booking.keys) == (None, (), ())
    assert office.sent == 1
    with pytest.raises(OperationIdReused):
        await office.pays(amount=1)


async def test_what_may_still_take_effect_is_not_forgotten(office: Office) -> None:
    await office.doubtful(booked=True, **PERSONAL)
    office.clock.pass_(DAY)
    assert await office.journal.purge(acked_older_than=office.clock.time) == 0
    assert await office.journal.erase(billnum=BILLNUM) == 0
    assert (await office.verified()).state is BookingState.VERIFIED_APPLIED
    office.clock.pass_(2 * DAY)
    assert await office.journal.erase(billnum=BILLNUM) > 0
    booking = await office.ledger.booking(ID)
    assert booking is not None
    assert (booking.body, booking.evidence) == (None, ())


@pytest.mark.parametrize("alias", [{"billcode": "12344"}, {"jobid": 1500}])
async def test_an_invoice_is_erased_by_its_number_however_it_was_named(alias: dict[str, Any], office: Office) -> None:
    await office.pays(**PERSONAL, **alias)
    office.clock.pass_(3 * DAY)
    assert await office.journal.erase(billnum=BILLNUM) == 1


async def test_what_was_forgotten_is_not_sent_again(office: Office) -> None:
    await office.absent(**PERSONAL)
    await office.journal.erase(billnum=BILLNUM)
    with pytest.raises(InvalidInput, match="content of operation 'op-1' was removed"):
        await office.ledger.resend_after_verification(ID)
    assert (await office.pays(**PERSONAL)).state is BookingState.PROBABLY_ABSENT
    assert (await office.ledger.verify(ID)).state is BookingState.PROBABLY_ABSENT
    await office.ledger.resolve(ID, applied=True, note="Maija has looked")
    assert office.sent == 1


async def test_what_was_forgotten_is_no_witness(office: Office) -> None:
    """And does no harm to the verification of another one."""
    await office.pays("op-1")
    office.clock.pass_(3 * DAY)
    assert await office.journal.purge(acked_older_than=office.clock.time) > 0
    await office.doubtful("op-2", paydate=TODAY, booked=True)
    assert (await office.verified("op-2")).state is BookingState.VERIFIED_APPLIED
