"""Every error has its exit status and its words, and none shows more than it may."""

import re
from pathlib import Path

import pytest

from ropo_async import BookingState, InvalidFile, InvalidInput, InvalidJob, OutcomeUnknown, RopoError, StatusError
from ropo_async.cli.work.status import BOOKED, Status, lines_of, status_of
from tests.unit.test_errors import ERRORS

DOCS = Path(__file__).parents[2] / "docs" / "command-line.md"
every_error = pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)


@every_error
def test_an_error_ends_with_its_status(error: RopoError) -> None:
    expected = (
        Status.USAGE
        if isinstance(error, InvalidInput)
        else Status.OPEN
        if isinstance(error, OutcomeUnknown)
        else Status.FAILED
    )
    assert status_of(error) is expected


@every_error
def test_an_error_is_one_line_that_fits_a_command_line(error: RopoError) -> None:
    lines = list(lines_of(error))
    if not isinstance(error, InvalidJob | InvalidFile):
        assert len(lines) == 1
    for line in lines:
        assert line.strip()
        assert "\n" not in line
        assert "`." not in line, "an attribute is nothing that a shell has"


def test_the_servers_own_words_are_shown_on_demand_only() -> None:
    error = StatusError("jobs.get", 418, headers={}, body=b"", vendor_text="Testi Henkilö")
    assert "Henkilö" not in "".join(lines_of(error))
    assert "Henkilö" in "".join(lines_of(error, verbose=True))


def test_other_errors_are_told_in_a_line_too() -> None:
    assert list(lines_of(FileNotFoundError(2, "No such file or directory", "a.csv"))) == [
        "a.csv: No such file or directory"
    ]
    assert "KeyError" in "".join(lines_of(KeyError("secret")))
    assert "secret" not in "".join(lines_of(KeyError("secret")))
    assert status_of(KeyError()) is status_of(OSError()) is Status.FAILED


def test_every_state_of_a_payment_has_its_status() -> None:
    assert set(BOOKED) == set(BookingState)
    assert {state for state in BookingState if BOOKED[state] is Status.DONE} == {
        state for state in BookingState if state.booked
    }
    assert all(BOOKED[state] is Status.OPEN for state in BookingState if state.in_flight)


def test_the_docs_have_the_table() -> None:
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)}
    assert told == {status.value for status in Status}
