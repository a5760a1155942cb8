"""The conformance suite notices each promise that is broken, and nothing where none is."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ropo_async.errors import RopoError
from ropo_async.journal import Journal
from ropo_async.journal.conformance import Clock, JournalConformance
from tests.journal import broken, broken_bookings

REJECTED = {
    broken.GivesEveryoneTheTurn: "an_account_is_one_pollers",
    broken.StandsStill: "a_turn_that_is_over_is_free",
    broken.ForgetsIntents: "an_intent_outlives_its_poller",
    broken.MeddlesWithItsOwn: "only_what_earlier_pollers_left_is_unfinished",
    broken.RefusesLatePages: "a_late_answer_is_kept",
    broken.DropsRevisions: "other_content_is_a_revision",
    broken.DropsEqualRecords: "what_the_feed_hands_out_is_one_more_each_time",
    broken.ForgetsFromFiveHundredOn: "a_whole_page_and_more_at_once",
    broken.AddsRereads: "a_reread_adds_only_what_exceeds_the_known",
    broken.CountsNoSalvage: "what_the_feed_hands_out_is_one_more_each_time",
    broken.MergesTwice: "twice_is_once",
    broken.MergesHalf: "half_an_answer_is_none",
    broken.ForgetsGapDays: "a_gap_that_has_changed_is_not_overwritten",
    broken.OverwritesGaps: "a_gap_that_has_changed_is_not_overwritten",
    broken.LendsToAnyone: "a_consumer_says_whose_it_wants",
    broken.KnowsNoInvoices: "the_first_record_of_each_invoice",
    broken.KnowsNoTime: "it_is_told_when_something_comes_due",
    broken.BuriesInSilence: "who_ends_without_a_word_has_tried",
    broken.AcceptsStaleTokens: "who_comes_too_late_settles_nothing",
    broken.SettlesNothingSoon: "what_is_settled_soon_is_settled_for_what_is_asked_next",
    broken.ExtendsTheLost: "leases_are_extended_from_now",
    broken.PutsNothingOff: "what_is_put_off_comes_later",
    broken.NeverGivesUp: "what_was_tried_too_often_is_dead",
    broken.CountsWhatIsGivenBack: "what_is_given_back_can_be_had_at_once",
    broken.RingsNoBell: "the_bell_rings_when_records_come",
    broken.ReleasesTwice: "a_record_leaves_once",
    broken.ReadsFromTheStart: "what_there_is_can_be_read_in_pages",
    broken.PurgesEverything: "what_is_not_done_with_stays",
    broken.ErasesEveryAccount: "an_account_can_be_named",
    broken.ErasesNothingInWork: "what_is_in_work_does_not_come_back",
    broken_bookings.ReplacesBookings: "a_booking_is_added_once",
    broken_bookings.OverwritesBookings: "what_has_changed_is_not_overwritten",
    broken_bookings.ForgetsTheBaseline: "every_field_is_kept",
    broken_bookings.LetsEveryoneSend: "an_invoice_has_one_in_flight",
    broken_bookings.GuardsOneName: "an_invoice_has_one_in_flight",
    broken_bookings.GuardsWhatIsAtRest: "what_is_at_rest_is_in_nobodys_way",
    broken_bookings.FindsBookingsOfAnyState: "bookings_are_found_by_state_name_and_time",
    broken_bookings.StartsOver: "bookings_come_in_pages",
    broken_bookings.TakesEverybodyForDead: "who_sends_is_there_as_long_as_the_journal_is_open",
    broken_bookings.TakesNobodyForDead: "who_sends_is_there_as_long_as_the_journal_is_open",
    broken.CountsTheRecoveredAsHandedOut: "updates_are_counted_by_the_day_of_their_arrival",
    broken_bookings.KeepsBookings: "only_what_is_at_rest_is_forgotten",
    broken_bookings.ErasesWhatIsNeeded: "what_tells_one_in_flight_apart_is_not_forgotten",
    broken_bookings.PurgesWhatIsYoung: "what_has_not_shown_yet_is_not_forgotten",
}
CASES = [pytest.param(kind, f"test_{name}", id=kind.__name__) for kind, name in REJECTED.items()]


@asynccontextmanager
async def stage(kind: type[broken.Broken], test: str) -> AsyncIterator[dict[str, Any]]:
    """Give what `test` takes, for its last case where it has several."""
    function = getattr(JournalConformance, test)
    clock = Clock()
    async with Journal.open("memory:", clock=clock) as memory:
        journal = kind(memory)
        all_of_it = {"journal": journal, "other": journal, "clock": clock} | _last_case(function)
        yield {name: all_of_it[name] for name in inspect.signature(function).parameters if name != "self"}


def _last_case(function: Any) -> dict[str, Any]:
    case = dict[str, Any]()
    for mark in (mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"):
        names, values = mark.args
        several = not isinstance(names, str)
        case |= dict(zip(names, values[-1], strict=True)) if several else {names: values[-1]}
    return case


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "test"), CASES)
async def test_a_broken_promise_is_noticed(
    kind: type[broken.Broken], test: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What never rings need not be waited for.
    monkeypatch.setattr("ropo_async.journal.conformance._leases.SIGNALS", 0.2)
    async with stage(kind, test) as given:
        with pytest.raises((AssertionError, ValueError, TimeoutError, RopoError, pytest.fail.Exception)):
            await getattr(JournalConformance(), test)(**given)


@pytest.mark.anyio
@pytest.mark.parametrize("test", sorted({f"test_{name}" for name in REJECTED.values()}))
async def test_a_kept_promise_is_not_complained_of(test: str) -> None:
    async with stage(broken.Broken, test) as given:
        await getattr(JournalConformance(), test)(**given)


def test_each_broken_journal_is_tried() -> None:
    there = [*vars(broken).values(), *vars(broken_bookings).values()]
    kinds = {kind for kind in there if inspect.isclass(kind) and issubclass(kind, broken.Broken)}
    assert kinds - {broken.Broken, broken._Merging} == set(REJECTED)


def test_the_suite_is_gathered_whole() -> None:
    gathered = [name for name in dir(JournalConformance) if name.startswith("test_")]
    defined = [name for base in JournalConformance.__mro__ for name in vars(base) if name.startswith("test_")]
    assert sorted(gathered) == sorted(defined)
