"""What an answer means, and what an invoice proves: pure."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ropo_async import codec
from ropo_async._messages import Answer
from ropo_async.errors import (
    AuthenticationError,
    BadRequest,
    ClientClosed,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    Phase,
    RateLimited,
    RopoError,
    ServerError,
    TransportError,
)
from ropo_async.journal import BookingState
from ropo_async.ledger.rules import candidates, finding_of, key_of, refusal, ruling_of
from ropo_async.ledger.sending import content_of, digest_of
from ropo_async.operations import CREDIT_NOTE, PAYMENT
from ropo_async.postings import Posting
from ropo_async.records import StatusUpdate
from tests.ledger.office import BILLNUM, TODAY, credit_note, payment

APPLIED, REJECTED, UNKNOWN = BookingState.APPLIED, BookingState.REJECTED, BookingState.UNKNOWN
VERIFIED, ABSENT, ESCALATED = BookingState.VERIFIED_APPLIED, BookingState.PROBABLY_ABSENT, BookingState.ESCALATED
POSTINGS: list[Posting] = [payment(), credit_note()]
RESULT: dict[str, Any] = {"billnum": BILLNUM, "amount": 10.5, "paydate": f"{TODAY}", "statustext": "Meikäläinen"}


def answer(posting: Posting, status: int, body: bytes | dict[str, Any]) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    operation = CREDIT_NOTE if posting.noun == "credit note" else PAYMENT
    return Answer(operation=operation, status=status, headers={"content-type": "application/json"}, body=text)


# --- what an answer means -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("posting", POSTINGS, ids=lambda posting: posting.noun)
@pytest.mark.parametrize(
    ("status", "statusid", "state"),
    [
        (201, 6, APPLIED),
        (201, "6", APPLIED),
        *((400, statusid, REJECTED) for statusid in (1, 5, 8, 9, 10, 11, "9")),
        *((400, statusid, UNKNOWN) for statusid in (0, 2, 3, 4, 7, 42, -1)),
        (400, 6, UNKNOWN),
        *((201, statusid, UNKNOWN) for statusid in (0, 1, 5, 9, 42, True, "six")),
        *((status, 6, UNKNOWN) for status in (200, 202, 299)),
    ],
)
def test_what_a_result_means(status: int, statusid: Any, state: BookingState, posting: Posting) -> None:
    ruling = ruling_of(posting, answer(posting, status, RESULT | {"statusid": statusid}))
    assert ruling.state is state
    assert ruling.reason
    assert BILLNUM not in ruling.reason + repr(ruling)
    assert "Meikäläinen" not in ruling.reason + repr(ruling)


@pytest.mark.parametrize(
    ("status", "body", "of_payment", "of_credit_note"),
    [
        (201, b"{}", UNKNOWN, APPLIED),  # of a credit note no answer is documented, so that a bare 201 is one
        (201, b"", UNKNOWN, APPLIED),
        (201, b"[]", UNKNOWN, UNKNOWN),
        (201, b'{"statusid":', UNKNOWN, UNKNOWN),
        (201, b"<html></html>", UNKNOWN, UNKNOWN),
        (201, b'{"statusid": NaN}', UNKNOWN, UNKNOWN),
        (201, b'{"statusid": 6, "statusid": 5}', None, None),
        (400, b'{"result": {"commonerror": "bad"}}', REJECTED, REJECTED),
        (400, b"{}", UNKNOWN, UNKNOWN),
        (400, b"", UNKNOWN, UNKNOWN),
        (400, b"<html></html>", UNKNOWN, UNKNOWN),
    ],
)
def test_what_an_odd_body_means(
    status: int, body: bytes, of_payment: BookingState | None, of_credit_note: BookingState | None
) -> None:
    for posting, state in zip(POSTINGS, (of_payment, of_credit_note), strict=True):
        ruling = ruling_of(posting, answer(posting, status, body))
        if state is None:  # of two values either may be read, but none that is not there
            assert ruling.state in (APPLIED, UNKNOWN)
        else:
            assert ruling.state is state


@pytest.mark.parametrize(
    ("said", "flagged"),
    [
        ({}, None),
        ({"amount": 10.5}, None),
        ({"amount": 10.51}, "amount"),
        ({"paydate": "2026-03-12"}, "paydate"),
        ({"billnum": "R-1"}, "billnum"),
        ({"amount": 1, "paydate": "2026-03-12"}, "amount and paydate"),
        ({"billcode": "999", "jobid": 7}, None),  # which was not sent
        ({"amount": "much"}, None),
    ],
)
def test_an_answer_that_names_something_else_is_flagged(said: dict[str, Any], flagged: str | None) -> None:
    ruling = ruling_of(payment(), answer(payment(), 201, RESULT | {"statusid": 6} | said))
    assert ruling.state is APPLIED
    assert ruling.reason == (
        "booked" if flagged is None else f"booked; the answer names another {flagged} than was sent"
    )


ANSWER: dict[str, Any] = {"headers": {}, "body": b""}
NAME = "payments.register"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (OutcomeUnknown(NAME, Phase.MAYBE_SENT, check="look"), UNKNOWN),
        (BadRequest(NAME, 400, **ANSWER), REJECTED),
        (NotFound(NAME, 404, **ANSWER), REJECTED),
        (AuthenticationError(NAME, 401, **ANSWER), None),
        (PermissionDenied(NAME, 403, **ANSWER), None),
        (RateLimited(NAME, 429, **ANSWER), None),
        (TransportError(NAME, Phase.NOT_SENT, "no connection"), None),
        (ClientClosed("closed"), None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, RopoError) else "",
)
def test_what_an_error_means(error: RopoError, state: BookingState | None) -> None:
    ruling = refusal(error)
    assert (None if ruling is None else ruling.state) is state


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (TransportError(NAME, Phase.RECEIVED_PARTIAL, "cut", status=201), 201),
        (TransportError(NAME, Phase.MAYBE_SENT, "silent"), None),
        (ServerError(NAME, 503, **ANSWER), 503),
        (None, None),
    ],
)
def test_how_it_broke_off_is_kept(cause: RopoError | None, status: int | None) -> None:
    error = OutcomeUnknown(NAME, Phase.RECEIVED_PARTIAL, check="look")
    error.__cause__ = cause
    ruling = refusal(error)
    assert ruling is not None
    assert ruling.http_status == status
    assert ruling.reason.endswith(f": {cause or error.phase}")


# --- what an invoice proves ---------------------------------------------------------------------------------------


def shown(statusid: str | None = "P1", **fields: Any) -> StatusUpdate:
    blank = {"statusid": statusid or "", "statustype": "payment", "amount": 10.5, "paydate": f"{TODAY}"}
    return codec.read_update(json.dumps(blank | fields).encode())


def finding(*updates: StatusUpdate, posting: Posting | None = None, **terms: Any) -> BookingState:
    defaults: dict[str, Any] = {"baseline": (), "others": 0, "last": False, "claimed": False}
    return finding_of(posting or payment(), updates, **defaults | terms).state


ONE, TWO = shown("P1"), shown("P2")
OTHER_DAY = shown("P3", paydate="2026-03-10")
OTHER_SUM = shown("P4", amount=10.51)
COMMENT = shown("C1", statustype="comment", statuscode=98)
KEY, KEYS = key_of(ONE), (key_of(ONE), key_of(TWO))
NAMELESS = shown(None)


@pytest.mark.parametrize(
    ("updates", "terms", "soon", "last"),
    [
        ([], {}, UNKNOWN, ABSENT),
        ([ONE], {}, VERIFIED, VERIFIED),
        ([ONE, TWO], {}, ESCALATED, ESCALATED),
        ([ONE, OTHER_DAY], {}, VERIFIED, VERIFIED),
        ([OTHER_DAY], {}, UNKNOWN, ESCALATED),
        ([OTHER_SUM, COMMENT], {}, UNKNOWN, ABSENT),
        # What was there before is not it.
        ([ONE], {"baseline": [KEY]}, UNKNOWN, ABSENT),
        ([ONE, TWO], {"baseline": [KEY]}, VERIFIED, VERIFIED),
        ([ONE, TWO], {"baseline": KEYS}, UNKNOWN, ABSENT),
        ([], {"baseline": [KEY]}, UNKNOWN, ABSENT),
        ([OTHER_DAY], {"baseline": [key_of(OTHER_DAY)]}, UNKNOWN, ABSENT),
        # Where nobody looked, nobody knows.
        ([], {"baseline": None}, UNKNOWN, ABSENT),
        ([OTHER_SUM], {"baseline": None}, UNKNOWN, ABSENT),
        ([ONE], {"baseline": None}, ESCALATED, ESCALATED),
        ([OTHER_DAY], {"baseline": None}, ESCALATED, ESCALATED),
        # An equal one of ours that was booked before, and may show late.
        ([], {"others": 1}, UNKNOWN, ABSENT),
        ([ONE], {"others": 1}, UNKNOWN, ABSENT),
        ([ONE, TWO], {"others": 1}, VERIFIED, VERIFIED),
        ([ONE, TWO], {"others": 1, "baseline": [KEY]}, VERIFIED, VERIFIED),
        ([ONE], {"others": 1, "baseline": [KEY]}, UNKNOWN, ABSENT),
        ([ONE, TWO], {"others": 2}, UNKNOWN, ABSENT),
        ([ONE, TWO, shown("P9")], {"others": 1}, ESCALATED, ESCALATED),
        # The answer said, in part, that it is booked.
        ([], {"claimed": True}, UNKNOWN, ESCALATED),
        ([ONE], {"claimed": True}, VERIFIED, VERIFIED),
        # Records without an id are told apart by how many there are.
        ([NAMELESS], {}, VERIFIED, VERIFIED),
        ([NAMELESS], {"baseline": [key_of(NAMELESS)]}, UNKNOWN, ABSENT),
        ([NAMELESS, NAMELESS], {"baseline": [key_of(NAMELESS)]}, VERIFIED, VERIFIED),
        ([NAMELESS, NAMELESS], {}, ESCALATED, ESCALATED),
        # A day that cannot be known is another one.
        ([shown("P5", paydate="")], {}, UNKNOWN, ESCALATED),
        ([shown("P5", amount="")], {}, UNKNOWN, ABSENT),
        ([shown("P5", amount="10.500")], {}, VERIFIED, VERIFIED),
        # Money that went the other way is another payment.
        ([shown("P5", amount=-10.5)], {}, UNKNOWN, ABSENT),
    ],
)
def test_what_an_invoice_proves(
    updates: list[StatusUpdate], terms: dict[str, Any], soon: BookingState, last: BookingState
) -> None:
    assert (finding(*updates, **terms), finding(*updates, last=True, **terms)) == (soon, last)


@pytest.mark.parametrize(
    ("update", "proves"),
    [
        (shown("C1", statustype="comment", paydate=""), True),
        (shown("C1", statustype="comment", paydate="", amount=-10.5), True),
        (shown("K1", statustype="creditnote"), True),
        (shown("C1", statustype="comment", paydate="2026-03-10"), False),
        (shown("C1", statustype="comment", amount=""), False),
        (shown("P1"), False),  # a payment of the same sum, more likely
    ],
)
def test_what_proves_a_credit_note(update: StatusUpdate, *, proves: bool) -> None:
    assert (finding(update, posting=credit_note()) is VERIFIED) is proves
    if update.statustype != "payment":
        assert finding(update, posting=payment()) is UNKNOWN


def test_a_payment_of_its_sum_leaves_a_credit_note_in_doubt() -> None:
    assert finding(ONE, posting=credit_note(), last=True) is ESCALATED


def test_what_it_found_goes_along_as_evidence() -> None:
    terms: dict[str, Any] = {"baseline": (), "others": 0, "last": True, "claimed": False}
    for updates in ([ONE], [ONE, TWO], [OTHER_DAY]):
        assert finding_of(payment(), updates, **terms).evidence == tuple(updates)
    assert finding_of(payment(), [OTHER_SUM], **terms).evidence == ()
    assert "10.5" not in repr(finding_of(payment(), [ONE], **terms))


@pytest.mark.parametrize("amount", [Decimal("10.5"), Decimal("10.50"), Decimal("1050E-2")])
def test_the_same_money_is_the_same(amount: Decimal) -> None:
    assert candidates(payment(amount=amount), [ONE, OTHER_SUM]) == [ONE]
    assert digest_of(payment(amount=amount)) == digest_of(payment())


@pytest.mark.parametrize(
    "other",
    [
        payment(amount=Decimal("10.51")),
        payment(amount=Decimal("10.5000000000000000000000000000000001")),
        payment(paydate=date(2026, 3, 12)),
        payment(billnum="R-4712"),
        payment(billnum="1500"),
        payment(jobid=1500),
        payment(billcode="1500"),
        payment(description="x"),
        payment(identifier="x"),
        payment(type="x"),
        credit_note(),
    ],
    ids=repr,
)
def test_something_else_is_something_else(other: Posting) -> None:
    assert digest_of(other) != digest_of(payment())
    assert digest_of(payment(billnum="1500")) != digest_of(payment(jobid=1500))


def test_an_id_does_not_forget_cents_where_little_precision_is_asked_for() -> None:
    from decimal import localcontext

    with localcontext(prec=3):
        assert digest_of(payment(amount=Decimal("1234.56"))) != digest_of(payment(amount=Decimal("1234.57")))
        assert b'"1234.56"' in content_of(payment(amount=Decimal("1234.56")))
