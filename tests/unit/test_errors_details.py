"""What single errors tell beyond their message."""

from datetime import date

import pytest

from ropo_async.errors import (
    FileProblem,
    InvalidFile,
    InvalidInput,
    InvalidJob,
    Phase,
    Problem,
    RateLimited,
    ServerError,
    StatusError,
    TransportError,
    UpdatesMayBeLost,
)
from ropo_async.errors._answers import BODY_LIMIT
from ropo_async.records import PaymentStatus
from tests.unit.test_errors import ERRORS, NAME, SECRET, _kind, _rejected


@pytest.mark.parametrize("error", [error for error in ERRORS if isinstance(error, StatusError)], ids=_kind)
def test_what_the_server_said_can_be_looked_up(error: StatusError) -> None:
    assert error.headers == {"x-request": "1", "www-authenticate": SECRET}
    assert error.body == SECRET.encode()
    assert (error.vendor_code, error.vendor_text, error.operation) == (12, SECRET, NAME)


@pytest.mark.parametrize("size", [BODY_LIMIT - 1, BODY_LIMIT, BODY_LIMIT + 1, 3 * BODY_LIMIT])
def test_a_long_body_is_cut(size: int) -> None:
    assert len(ServerError(NAME, 500, headers={}, body=bytes(size)).body) == min(size, BODY_LIMIT)


def test_a_bare_answer_has_no_vendor_words() -> None:
    error = RateLimited(NAME, 429, headers={}, body=b"")
    assert (error.vendor_code, error.vendor_text, error.retry_after) == (None, None, None)


def test_a_transport_error_tells_how_far_it_got() -> None:
    error = TransportError(NAME, Phase.RECEIVED_PARTIAL, "x", status=200, partial=b"{")
    assert (error.operation, error.phase, error.status, error.partial) == (NAME, Phase.RECEIVED_PARTIAL, 200, b"{")
    assert not error.permanent


@pytest.mark.parametrize("statusid", PaymentStatus)
def test_a_rejection_says_whether_it_settles_the_matter(statusid: PaymentStatus) -> None:
    error = _rejected(statusid)
    assert error.conclusive == statusid.conclusive == ("doubt" not in str(error))
    assert error.statusid is statusid
    assert error.receipt.statusid is statusid


def test_an_invalid_job_shows_some_of_its_problems_and_keeps_all() -> None:
    problems = [Problem(f"dataset[{place}].city", "is missing") for place in range(12)]
    error = InvalidJob(iter(problems))
    assert error.problems == tuple(problems)
    assert "dataset[9].city is missing; and 2 more" in str(error)
    assert "dataset[10]" not in str(error)
    assert "more" not in str(InvalidJob(problems[:10]))
    assert isinstance(error, InvalidInput)


@pytest.mark.parametrize(
    ("kept", "more", "end"),
    [
        (10, 0, "line 10: is not UTF-8"),
        (12, 0, "; and 2 more, see `.problems`"),
        (12, 5, "; and 7 more, see `.problems`"),
    ],
)
def test_an_invalid_file_shows_some_of_its_problems_and_counts_all(kept: int, more: int, end: str) -> None:
    problems = [FileProblem(line, None, "is not UTF-8") for line in range(1, kept + 1)]
    error = InvalidFile(iter(problems), more)
    assert (error.problems, error.more) == (tuple(problems), more)
    assert str(error).endswith(end)
    assert "line 10:" in str(error)
    assert "line 11:" not in str(error)
    assert isinstance(error, InvalidInput)


def test_lost_updates_say_what_to_read_again() -> None:
    error = UpdatesMayBeLost("x", Phase.MAYBE_SENT, pages=0, updates=0, dates=(date(2026, 3, 4),))
    assert (error.pages, error.updates, error.dates, error.salvaged) == (0, 0, (date(2026, 3, 4),), None)
    assert "2026-03-04" in error.check
