"""Events: harmless to the call, and quiet about people."""

import logging
from datetime import date

import pytest
from attrs import fields

from ropo_async.errors import Phase
from ropo_async.hooks import (
    AckedTooLate,
    Anomaly,
    Attempted,
    BookingChanged,
    DeadLettered,
    Delivered,
    Event,
    Finished,
    GapEnded,
    GapOpened,
    PollFailed,
    RecordsUndecoded,
    Retrying,
    RoundFinished,
    Settled,
    Started,
    SweepFound,
    TokenRenewed,
    VerificationFailed,
    emit,
    log_events,
)

EVENTS: list[tuple[Event, int, str]] = [
    (Started("jobs.get", "GET", "fi-test.example", 443), logging.DEBUG, "jobs.get: begins"),
    (Attempted("jobs.get", 1, 200, None, 0.5), logging.DEBUG, "jobs.get: attempt 1: 200 in 0.500 s"),
    (
        Attempted("jobs.get", 2, None, Phase.MAYBE_SENT, 0.5),
        logging.DEBUG,
        "jobs.get: attempt 2: maybe_sent in 0.500 s",
    ),
    (
        Retrying("jobs.get", 1, 0.25, "throttled", 495),
        logging.INFO,
        "jobs.get: attempt 1 failed (throttled), next one in 0.25 s",
    ),
    (Finished("jobs.get", "ok", 2, 1.5), logging.DEBUG, "jobs.get: ok after 2 attempts, 1.500 s"),
    (Finished("jobs.get", "NotFound", 1, 1.5), logging.WARNING, "jobs.get: NotFound after 1 attempts, 1.500 s"),
    (Finished("jobs.get", "cancelled", 1, 1.5), logging.DEBUG, "jobs.get: cancelled after 1 attempts, 1.500 s"),
    (TokenRenewed(7200.0), logging.DEBUG, "token renewed, good for 7200 s"),
    (
        RecordsUndecoded("status_updates.pages", 3),
        logging.WARNING,
        "status_updates.pages: 3 records could not be read; kept as they came",
    ),
    (Anomaly("status_updates.pages", "204 with a body"), logging.WARNING, "status_updates.pages: 204 with a body"),
    (
        RoundFinished("1000011", drained=True, pages=2, records=1500, new=1400, duration=0.5),
        logging.DEBUG,
        "feed of 1000011: 1500 records, 1400 new, drained: True",
    ),
    (
        PollFailed("1000011", "ServerError", 120.0),
        logging.WARNING,
        "polling 1000011 failed (ServerError); going on in 120 s",
    ),
    (
        GapOpened("1000011", "an answer went missing"),
        logging.WARNING,
        "updates of 1000011 may be missing, their days are read again: an answer went missing",
    ),
    (GapEnded("1000011", proven=True, reason="it is closed"), logging.INFO, "gap of 1000011: it is closed"),
    (GapEnded("1000011", proven=False, reason="ask Ropo"), logging.ERROR, "gap of 1000011: ask Ropo"),
    (
        SweepFound("1000011", date(2026, 3, 3), 7),
        logging.WARNING,
        "7 updates of 1000011 on 2026-03-03 had never come through its feed",
    ),
    (Delivered("1000011", 2), logging.DEBUG, "update of 1000011 delivered, attempt 2"),
    (Settled("1000011", "acked", 2, None), logging.DEBUG, "update of 1000011 acked, attempt 2"),
    (
        AckedTooLate("1000011", 4711),
        logging.WARNING,
        "update 4711 of 1000011 was acknowledged too late, and delivered twice",
    ),
    (DeadLettered("1000011", 4711, 10, "KeyError"), logging.ERROR, "update 4711 of 1000011 failed 10 times (KeyError)"),
    *(
        (
            BookingChanged("1000011", "bank-17", "payment", state, "so it is"),
            level,
            f"payment bank-17 of 1000011 is {state}: so it is",
        )
        for state, level in (
            ("applied", logging.INFO),
            ("rejected", logging.INFO),
            ("unknown", logging.WARNING),
            ("escalated", logging.WARNING),
        )
    ),
    (
        VerificationFailed("1000011", "bank-17", "ServerError"),
        logging.WARNING,
        "bank-17 of 1000011 could not be verified (ServerError)",
    ),
]


@pytest.mark.parametrize(("event", "level", "message"), EVENTS, ids=lambda value: type(value).__name__)
def test_each_event_is_one_line_of_log(
    event: Event,
    level: int,
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "ropo_async"):
        log_events(event)
    assert caplog.record_tuples == [("ropo_async", level, message)]


def test_every_kind_of_event_is_logged() -> None:
    assert {type(event) for event, _, _ in EVENTS} == set(Event.__args__)


def test_events_have_room_for_nothing_personal() -> None:
    known = {
        "operation",
        "method",
        "server",
        "port",
        "arrived",
        "attempt",
        "status",
        "phase",
        "duration",
        "wait",
        "reason",
        "tokens",
        "outcome",
        "attempts",
        "lifetime",
        "count",
        "what",
        "cid",
        "drained",
        "pages",
        "records",
        "new",
        "error",
        "cause",
        "proven",
        "day",
        "seq",
        "operation_id",
        "kind",
        "state",
    }
    assert {field.name for kind in Event.__args__ for field in fields(kind)} == known


def test_a_hook_that_raises_harms_neither_the_call_nor_the_others(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Event] = []

    def broken(_: Event) -> None:
        raise RuntimeError("invoice 4711 of somebody")

    event = TokenRenewed(1.0)
    emit([broken, told.append], event)
    assert told == [event]
    assert caplog.record_tuples == [("ropo_async", logging.ERROR, "the hook 'function' failed on TokenRenewed")]
    assert caplog.records[0].exc_info is None


def test_what_ends_a_program_goes_through_a_hook() -> None:
    def interrupted(_: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        emit([interrupted], TokenRenewed(1.0))


def test_the_library_is_silent_unless_it_is_listened_to() -> None:
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("ropo_async").handlers)
