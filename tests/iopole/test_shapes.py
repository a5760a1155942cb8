"""Payloads in the shape of real ones, with what they have that no definition has."""

import json
import pickle
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ropo_async._messages import Answer
from ropo_async.codec import iopole as codec
from ropo_async.errors import DecodeError
from ropo_async.iopole import LIFE_CYCLE, InvoiceStatus, Rejection, RejectionError, StatusList, life_cycle_code
from ropo_async.iopole.operations import HISTORY, UNSEEN

STATUS, INVOICE = "01a015f1-c49c-734e-8000-000000000001", "01a015f1-c49c-734e-8000-000000000002"
PARTY = {
    "name": "Exemple SARL",
    "siren": "000000000",
    "country": "FR",
    "vatNumber": None,
    "identifiers": [{"type": "SIREN", "scheme": "0002", "value": "000000000"}],
    "roleCode": "SE",
}
REJECTED = {
    "invoiceId": INVOICE,
    "statusId": STATUS,
    "date": "2026-08-18T17:36:01.136Z",
    "destType": "OPERATOR",
    "status": {"code": "REJECTED"},
    "xml": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><ApplicationResponse>&a;</ApplicationResponse>',
    "json": {
        "businessProcessId": "REGULATED",
        "sender": PARTY,
        "issuer": None,
        "recipients": [PARTY | {"roleCode": {"code": "BUYER", "value": "BY", "desc": "Acheteur"}}],
        "responses": [
            {
                "documentReference": {"issuerAssignedId": None, "typeCode": 380, "issuer": None},
                "documentStatus": {"code": "REJECTED"},
                "rejectionDetail": {"reason": "ROUTING_FAILURE", "message": "Pas de route", "networkReason": None},
            }
        ],
    },
}
OLDEST = {
    "statusId": STATUS,
    "indentifier": "other",
    "date": "2023-05-04T10:00:00Z",
    "code": "REFUSED",
    "xmlLifecycle": "<a/>",
    "jsonLifecycle": {
        "document": {
            "acknowledgementDocuments": [
                {
                    "referencedDocuments": [
                        {
                            "processCondition": {"code": "REFUSED", "value": "Refused", "desc": "Refusée"},
                            "documentStatus": {"generatedDate": 1683194400000, "reason": "Mauvaise adresse"},
                        }
                    ]
                }
            ]
        }
    },
}


def _history(*entries: Any) -> StatusList:
    return codec.read_history(Answer(operation=HISTORY, status=200, body=json.dumps(entries).encode()))


def _one(entry: Any) -> InvoiceStatus:
    history = _history(entry)
    assert history.undecoded == ()
    [status] = history
    return status


def test_a_real_refusal_is_read_in_full() -> None:
    status = _one(REJECTED)
    assert (status.code, status.network_code, status.label) == ("REJECTED", None, None)
    assert status.life_cycle is LIFE_CYCLE["213"]
    assert status.date == datetime(2026, 8, 18, 17, 36, 1, 136000, tzinfo=UTC)
    assert status.rejection == Rejection("ROUTING_FAILURE", "Pas de route")
    assert status.xml == REJECTED["xml"]  # never parsed, so what it declares does nothing
    assert status.json == REJECTED["json"]
    assert json.loads(status.raw) == REJECTED


def test_the_oldest_make_has_its_words_further_down() -> None:
    status = _one(OLDEST)
    assert (status.status_id, status.code, status.network_code, status.label) == (STATUS, "REFUSED", None, "Refusée")
    assert status.rejection == Rejection(message="Mauvaise adresse")
    assert status.extra == {"indentifier": "other"}
    assert status.xml == "<a/>"


@pytest.mark.parametrize("known", [{}, {"statusId": None}, {"statusId": ""}])
def test_an_id_under_its_misspelt_name_alone_will_do(known: dict[str, Any]) -> None:
    entry = {key: value for key, value in OLDEST.items() if key != "statusId"} | known | {"indentifier": STATUS}
    assert _one(entry).status_id == STATUS
    body = json.dumps([{"invoiceId": INVOICE, "newStatus": [entry, entry | {"date": "hier"}]}]).encode()
    page = codec.read_feed(Answer(operation=UNSEEN, status=200, body=body))
    assert (len(page), len(page.undecoded), codec.status_ids(page)) == (1, 1, [UUID(STATUS)])
    [unread] = codec.read_unseen(Answer(operation=UNSEEN, status=200, body=body)).undecoded
    assert STATUS.encode() in unread.raw


@pytest.mark.parametrize(
    ("said", "code", "number", "label"),
    [
        ({"code": "APPROVED", "networkCode": "205"}, "APPROVED", "205", None),
        ({"code": "205", "value": "Approved", "desc": "Approuvée"}, "APPROVED", "205", "Approuvée"),
        ({"code": "205"}, "APPROVED", "205", None),
        ({"code": 205}, "APPROVED", "205", None),
        ({"code": "IN_HAND", "value": "205"}, "IN_HAND", "205", None),  # swapped, and the wrong pair: as it came
        ({"code": "IN_HAND", "value": "In hand"}, "IN_HAND", None, "In hand"),
        ({"code": "299", "value": "Sent to the moon"}, "SENT_TO_THE_MOON", "299", "Sent to the moon"),
        ({"code": "299"}, "299", "299", None),
        ({"code": "221"}, "221", "221", None),
        ({"code": "BRAND_NEW", "networkCode": None}, "BRAND_NEW", None, None),
        ({"code": None}, None, None, None),
        ({}, None, None, None),
        ("APPROVED", "APPROVED", None, None),
    ],
)
def test_the_code_is_a_word_wherever_it_stands(
    said: Any, code: str | None, number: str | None, label: str | None
) -> None:
    status = _one({"statusId": STATUS, "status": said})
    assert (status.code, status.network_code, status.label) == (code, number, label)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2024-07-16T20:35:16Z", datetime(2024, 7, 16, 20, 35, 16, tzinfo=UTC)),
        ("2024-07-16T20:35:16.123456789Z", datetime(2024, 7, 16, 20, 35, 16, 123456, tzinfo=UTC)),
        ("2024-07-16T22:35:16+02:00", datetime(2024, 7, 16, 20, 35, 16, tzinfo=UTC)),
        ("2024-07-16T20:35:16", datetime(2024, 7, 16, 20, 35, 16, tzinfo=UTC)),
        (1721162116136, datetime(2024, 7, 16, 20, 35, 16, 136000, tzinfo=UTC)),
        ("1721162116136", datetime(2024, 7, 16, 20, 35, 16, 136000, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_a_date_is_aware_and_in_utc(date: Any, moment: datetime | None) -> None:
    read = _one({"statusId": STATUS, "status": {"code": "X"}, "date": date}).date
    assert read == moment
    assert read is None or read.tzinfo is UTC


@pytest.mark.parametrize("date", ["yesterday", True, [], {}, 10**30, 1.5, "9" * 15, "2024-13-01T00:00:00Z"])
def test_a_date_that_is_none_costs_its_entry(date: Any) -> None:
    history = _history({"statusId": STATUS, "date": date, "code": "X"}, REJECTED)
    assert [status.code for status in history] == ["REJECTED"]
    [bad] = history.undecoded
    assert str(date) not in bad.reason


@pytest.mark.parametrize(
    "document", [None, "text", 7, [], [[]], {"responses": "no"}, {"responses": [None, 7, {"documentStatus": "x"}]}]
)
def test_an_odd_document_does_not_cost_its_status(document: Any) -> None:
    status = _one({"statusId": STATUS, "status": {"code": "APPROVED"}, "json": document, "xml": {"no": "text"}})
    assert (status.code, status.rejections, status.xml) == ("APPROVED", (), None)


def test_all_reasons_of_a_refusal_once_each() -> None:
    error = {"reason": "BUSINESS", "message": "m", "rule": "BR-1", "location": "/x"}
    first, second = {"reason": "A", "errors": [error, {"message": "n"}]}, {"reason": "B", "errors": None}
    response = {"rejectionDetail": first, "rejectionDetails": [first, second]}
    status = _one({"statusId": STATUS, "status": {"code": "REFUSED"}, "json": {"responses": [response]}})
    errors = (RejectionError("BUSINESS", "m", "BR-1", "/x"), RejectionError(message="n"))
    assert status.rejections == (Rejection("A", None, errors), Rejection("B"))


def test_a_reason_beside_an_approval_is_no_refusal() -> None:
    response = {"documentStatus": {"details": {"reason": "Error occurred"}}}
    assert _one({"statusId": STATUS, "code": "APPROVED", "json": {"responses": [response]}}).rejection is None


def test_without_an_id_nothing_is_a_double_and_nothing_can_be_marked() -> None:
    entry = {"date": "2026-03-02T09:00:00Z", "status": {"code": "ISSUED"}}
    assert len(_history(entry, entry)) == 2
    page = codec.read_unseen(
        Answer(operation=UNSEEN, status=200, body=json.dumps([{"invoiceId": INVOICE, "newStatus": [entry]}]).encode())
    )
    assert (page, len(page.undecoded), page.entries) == ([], 1, 1)


def test_of_two_with_one_id_the_later_one_stays() -> None:
    old = {"statusId": STATUS, "date": "2026-03-01T09:00:00Z", "code": "ISSUED"}
    new = old | {"date": "2026-03-03T09:00:00Z"}
    other = old | {"statusId": INVOICE, "date": "2026-03-02T09:00:00Z"}
    assert [(one.status_id, one.date and one.date.day) for one in _history(new, other, old)] == [
        (INVOICE, 2),
        (STATUS, 3),
    ]


def test_equal_dates_are_ordered_by_id_and_undated_ones_come_first() -> None:
    made = [{"statusId": name, "code": "X", "date": date} for name, date in [("b", 10), ("a", 10), ("c", None)]]
    assert [status.status_id for status in _history(*made)] == ["c", "a", "b"]


def test_what_is_personal_does_not_show() -> None:
    history = _history(REJECTED | {"status": {"code": "REJECTED", "message": "Dupont"}})
    assert "Dupont" not in repr(history)
    assert "Exemple" not in repr(history)
    assert "Pas de route" not in repr(history[0].rejection)


def test_a_list_pickles_with_all_that_it_carries() -> None:
    history = _history(REJECTED, 7)
    again = pickle.loads(pickle.dumps(history))
    assert (again, again.undecoded, again.entries) == (history, history.undecoded, 2)


def test_204_is_nothing_and_a_group_that_is_none_is_told() -> None:
    assert codec.read_history(Answer(operation=HISTORY, status=204)) == []
    page = codec.read_unseen(Answer(operation=UNSEEN, status=200, body=b'[[],{"newStatus":7}]'))
    assert (page, len(page.undecoded)) == ([], 2)


def test_done_is_nothing_or_an_object() -> None:
    for body in (b"", b" ", b"{}"):
        codec.read_done(Answer(operation=UNSEEN, status=200, body=body))
    with pytest.raises(DecodeError):
        codec.read_done(Answer(operation=UNSEEN, status=200, body=b"<html>"))


def test_the_table_is_open() -> None:
    assert life_cycle_code("APPROVED") is life_cycle_code("205") is LIFE_CYCLE["205"]
    assert [life_cycle_code(code) for code in ("299", "BRAND_NEW", None)] == [None, None, None]
    assert len(LIFE_CYCLE) == 23
