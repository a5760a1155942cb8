"""The machine must be able to fail: a ledger that forgets one rule is found out, whichever rule it is."""

from datetime import datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase
from hypothesis.stateful import run_state_machine_as_test

from ropo_async.errors import RopoError
from ropo_async.journal import Booking, BookingState
from ropo_async.ledger import rules
from ropo_async.ledger.rules import Ruling
from ropo_async.ledger.verification import Verification
from tests.ledger.test_model import Books, longer

refusal = rules.refusal


def takes_the_unknown_for_unsent(error: RopoError) -> Ruling | None:
    ruling = refusal(error)
    return None if ruling is None or ruling.state is BookingState.UNKNOWN else ruling


def takes_the_unknown_for_refused(error: RopoError) -> Ruling | None:
    ruling = refusal(error)
    return ruling and evolve(ruling, state=BookingState.REJECTED)


async def waits_for_the_dead(self: Verification, booking: Booking) -> Booking:
    return booking


def takes_any_amount(posting: Any, updates: Any) -> Any:
    return [update for update in updates if update.statustype == "payment"]


def takes_back_what_may_be_booked(self: Verification, booking: Booking, *, sent_at: datetime | None) -> Booking | None:
    return evolve(booking, state=BookingState.PREPARED, due=None)


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "takes the unknown for unsent": (rules, "refusal", takes_the_unknown_for_unsent),
    "takes the unknown for refused": (rules, "refusal", takes_the_unknown_for_refused),
    "waits for the dead": (Verification, "given_up", waits_for_the_dead),
    "takes any amount": (rules, "candidates", takes_any_amount),
    "takes back what may be booked": (Verification, "_without_sender", takes_back_what_may_be_booked),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_ledger_that_forgets_a_rule_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, attribute, mutant = MUTANTS[name]
    monkeypatch.setattr(place, attribute, mutant)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Books, settings=longer(600, phases=[Phase.generate], report_multiple_bugs=False))
