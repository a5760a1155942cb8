"""What an error says, what it keeps to itself, and that it travels."""

import copy
import pickle
import traceback
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ropo_async import errors
from ropo_async.errors import (
    AuthenticationError,
    BadRequest,
    ClientClosed,
    DecodeError,
    FeedBusy,
    FeedStalled,
    FileProblem,
    InvalidFile,
    InvalidInput,
    InvalidJob,
    InvoiceBusy,
    JournalError,
    JournalProblem,
    LeaseLost,
    NotFound,
    OperationIdReused,
    OutcomeUnknown,
    PageNotStored,
    PaymentRejected,
    PermissionDenied,
    Phase,
    Problem,
    RateLimited,
    ResendRefused,
    RopoError,
    ServerError,
    StatusError,
    TransportError,
    UpdatesMayBeLost,
)
from ropo_async.records import Page, PaymentReceipt, PaymentStatus, StatusUpdate

SECRET = "hunter2-of-Testi"
ANSWER: dict[str, Any] = {
    "headers": {"x-request": "1", "www-authenticate": SECRET, "set-cookie": SECRET},
    "body": SECRET.encode(),
    "vendor_code": 12,
    "vendor_text": SECRET,
}
NAME = "payments.register"


def _rejected(statusid: int = PaymentStatus.CLOSE) -> PaymentRejected:
    receipt = PaymentReceipt(billnum=SECRET, statustext=SECRET, statusid=PaymentStatus(statusid), raw=SECRET.encode())
    return PaymentRejected(NAME, 400, statusid=PaymentStatus(statusid), receipt=receipt, **ANSWER)


EXAMPLES: list[tuple[RopoError, str]] = [
    (RopoError("x"), "x"),
    (InvalidInput("amount must be a Decimal"), "amount must be a Decimal"),
    (
        InvalidJob([Problem("dataset[0].city", "is missing"), Problem("dataset[1].payrow[0].taxpr", "must be text")]),
        "dataset[0].city is missing; dataset[1].payrow[0].taxpr must be text",
    ),
    (
        InvalidFile([FileProblem(2, "amount", "is missing"), FileProblem(7, None, "is not UTF-8")], more=3),
        "line 2: amount is missing; line 7: is not UTF-8; and 3 more, see `.problems`",
    ),
    (ClientClosed("the client is closed"), "the client is closed"),
    (FeedStalled("the same page twice"), "the same page twice"),
    (FeedBusy("another poller has its turn"), "another poller has its turn"),
    (LeaseLost("another consumer has it"), "another consumer has it"),
    (
        JournalError(JournalProblem.NEWER, "its schema is version 9"),
        (
            "the journal cannot be used: a newer version of this library has written it; upgrade this one "
            "(its schema is version 9)"
        ),
    ),
    (
        PageNotStored(JournalError(JournalProblem.FULL), raw=SECRET.encode()),
        (
            "a page arrived and is kept in memory only: the journal cannot be used: there is no room left on its disk; "
            "make some"
        ),
    ),
    (
        OperationIdReused("bank-17"),
        (
            "operation id 'bank-17' was used before, for something else; nothing was sent; "
            "use an id of its own for each payment"
        ),
    ),
    *(
        (
            InvoiceBusy("bank-17", other),
            (
                f"'bank-17' was not sent: for the same invoice {name} may still take effect; "
                "verify that one, then register this one again"
            ),
        )
        for other, name in (("bank-16", "'bank-16'"), (None, "another one"))
    ),
    (
        ResendRefused("bank-17", "unknown"),
        (
            "'bank-17' is unknown, and only what is probably_absent is sent again; "
            "where somebody has looked and knows, say so with `resolve` first"
        ),
    ),
    (
        TransportError(NAME, Phase.NOT_SENT, "no connection could be made", permanent=True),
        "payments.register: no connection could be made (nothing was sent)",
    ),
    (
        TransportError(NAME, Phase.MAYBE_SENT, "the server fell silent"),
        "payments.register: the server fell silent (the server may have acted on it)",
    ),
    (
        TransportError(NAME, Phase.RECEIVED_PARTIAL, "it broke off", status=200, partial=SECRET.encode()),
        "payments.register: it broke off (the answer is incomplete or contradicts itself)",
    ),
    (
        StatusError(NAME, 307, **ANSWER),
        (
            "payments.register: the server answered 307; that is no answer which this operation has; "
            "check the server's URL, and what stands between "
            "(redirects are never followed)"
        ),
    ),
    (
        BadRequest(NAME, 400, **ANSWER),
        "payments.register: the server answered 400; look at `.vendor_text` and at the request's values",
    ),
    (
        AuthenticationError(NAME, 401, **ANSWER),
        "payments.register: the server answered 401; check the credentials, or the token, and the server's URL",
    ),
    (
        PermissionDenied(NAME, 403, **ANSWER),
        "payments.register: the server answered 403; ask the vendor whether these credentials may use the operation",
    ),
    (
        NotFound(NAME, 404, **ANSWER),
        "payments.register: the server answered 404; check the identifier, and the customer id that it belongs to",
    ),
    (
        RateLimited(NAME, 429, retry_after=3.5, **ANSWER),
        "payments.register: the server answered 429; wait for `.retry_after` seconds, and send less at once",
    ),
    (ServerError(NAME, 520, **ANSWER), "payments.register: the server answered 520; try again later"),
    (
        DecodeError(NAME, "it is no JSON", raw=SECRET.encode()),
        "payments.register: the answer cannot be read: it is no JSON",
    ),
    (_rejected(), "payments.register: not booked, statusid 5 (CLOSE)"),
    (
        _rejected(7),
        (
            "payments.register: not booked, statusid 7 (UNDOCUMENTED_7); "
            "that leaves a doubt: check the invoice before paying again"
        ),
    ),
    (
        OutcomeUnknown(NAME, Phase.MAYBE_SENT, check="look at the invoice"),
        (
            "payments.register: it cannot be known whether this took effect (the server may have acted on it); "
            "look at the invoice"
        ),
    ),
    (
        UpdatesMayBeLost(
            "status_updates.pages",
            Phase.RECEIVED_PARTIAL,
            pages=2,
            updates=2000,
            dates=(date(2026, 3, 3), date(2026, 3, 4)),
            salvaged=Page(updates=(StatusUpdate(billnum=SECRET),), raw=SECRET.encode()),
        ),
        (
            "status_updates.pages: it cannot be known whether this took effect "
            "(the answer is incomplete or contradicts itself); up to 1000 updates may be lost. "
            "2 pages with 2000 updates were handed over before; "
            "read these days again with status_updates.on(date): 2026-03-03, 2026-03-04"
        ),
    ),
]
ERRORS = [error for error, _ in EXAMPLES]


def _kind(error: Any) -> str:
    return type(error).__name__ if isinstance(error, RopoError) else ""


def _by_pickle(protocol: int) -> Callable[[RopoError], RopoError]:
    def travel(error: RopoError) -> RopoError:
        travelled: RopoError = pickle.loads(pickle.dumps(error, protocol))
        return travelled

    return travel


def test_there_is_an_example_of_every_class() -> None:
    classes = {getattr(errors, name) for name in errors.__all__} - {FileProblem, Phase, JournalProblem, Problem}
    assert {type(error) for error in ERRORS} == classes


@pytest.mark.parametrize(("error", "message"), EXAMPLES, ids=_kind)
def test_what_an_error_says(error: RopoError, message: str) -> None:
    assert str(error) == message


@pytest.mark.parametrize("error", ERRORS, ids=_kind)
def test_what_an_error_keeps_to_itself(error: RopoError) -> None:
    group = ExceptionGroup("several", [error])
    shown = [str(error), repr(error), repr(error.args), *traceback.format_exception(group)]
    assert not any(SECRET in text for text in shown)


@pytest.mark.parametrize("error", ERRORS, ids=_kind)
@pytest.mark.parametrize(
    "travel",
    [copy.copy, copy.deepcopy, *map(_by_pickle, range(pickle.HIGHEST_PROTOCOL + 1))],
)
def test_an_error_travels(error: RopoError, travel: Callable[[RopoError], RopoError]) -> None:
    arrived = travel(error)
    assert type(arrived) is type(error)
    assert arrived is not error
    assert arrived.args == error.args
    assert vars(arrived) == vars(error)
    assert str(arrived) == str(error)


def test_a_note_travels_along() -> None:
    error = ServerError(NAME, 500, **ANSWER)
    error.add_note("seen by the importer")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["seen by the importer"]


@pytest.mark.parametrize("error", ERRORS, ids=_kind)
def test_every_error_is_caught_as_the_root(error: RopoError) -> None:
    with pytest.raises(RopoError):
        raise error


def test_an_error_is_also_what_python_calls_it() -> None:
    assert issubclass(InvalidInput, ValueError)
    assert issubclass(ClientClosed, RuntimeError)
    assert issubclass(UpdatesMayBeLost, OutcomeUnknown)
    assert issubclass(PaymentRejected, StatusError)
