"""One status of Iopole's, from any of the three makes that are known.

The oldest has a flat `code` and a `jsonLifecycle`; the next a `status` whose code is a number, with `value`, `desc` and
`message`; the present one a `status` whose code is a word, with a `networkCode`. What is deeper down never costs the
entry: a part that is not as expected is left in `json`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from ropo_async import _values as values
from ropo_async._reader import read_object
from ropo_async.iopole.life_cycle import life_cycle_code
from ropo_async.iopole.records import InvoiceStatus, Rejection, RejectionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["is_id", "read_status"]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{3}", re.ASCII)
_MILLISECONDS = re.compile(r"[0-9]{9,15}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN = {"statusId", "invoiceId", "date", "code", "status", "destType", "xml", "json", "xmlLifecycle", "jsonLifecycle"}
_REFUSING = {"REFUSED", "REJECTED", "UNACCEPTABLE"}


def is_id(text: Any) -> TypeGuard[str]:
    """Whether `text` is an id in the usual form, by which a status can be marked."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def read_status(record: bytes, invoice: Any = None) -> InvoiceStatus:
    """Return the status in `record`, one JSON object; of `invoice`, where it does not say so itself.

    Raises:
        one of UNREADABLE: it cannot be read.
    """
    content = read_object(record)
    said = _object(content.get("status")) or {"code": content.get("status") or content.get("code")}
    document = _object(content.get("json") or content.get("jsonLifecycle"))
    answers = list(_answers(document))
    code, number, label = _named(said)
    return InvoiceStatus(
        status_id=values.text(content.get("statusId")) or values.text(content.get("indentifier")),
        invoice_id=values.text(content.get("invoiceId")) or values.text(invoice),
        date=_moment(content.get("date")),
        code=code,
        network_code=number,
        label=label or _first(_words(_object(answer.get("processCondition")).get("desc")) for answer in answers),
        message=_message(said, document, answers),
        dest_type=values.text(content.get("destType")),
        rejections=tuple(dict.fromkeys(_rejections(code, answers))),
        xml=_first(text for key in ("xml", "xmlLifecycle") if isinstance(text := content.get(key), str)),
        json=document or None,
        extra={key: value for key, value in content.items() if key not in _KNOWN},
        raw=record,
    )


def _named(said: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Return word, number and label, whichever of the members each of them is in."""
    told = [values.text(said.get(name)) for name in ("code", "networkCode", "value")]
    number = _first(text for text in (told[1], told[0], told[2]) if text and _NUMBER.fullmatch(text))
    words = [text for text in (told[0], told[2]) if text and not _NUMBER.fullmatch(text)]
    row = life_cycle_code(number)
    if told[0] and told[0] in words:
        code: str | None = told[0]
    elif row is not None and row.name is not None:
        code = row.name
    else:
        code = re.sub(r"\W+", "_", words[0]).upper() if words else number
    return code, number, _words(said.get("desc")) or (words[-1] if words and words[-1] != told[0] else None)


def _moment(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and not _MILLISECONDS.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("expected a time, as ISO 8601 or milliseconds") from None  # without the value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    milliseconds = values.integer(value)
    return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)


def _answers(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Go through what is said of the documents, where the makes of `json` have it."""
    yield from _objects(document.get("responses"))
    for acknowledgement in _objects(_object(document.get("document")).get("acknowledgementDocuments")):
        yield from _objects(acknowledgement.get("referencedDocuments"))


def _message(said: Mapping[str, Any], document: Mapping[str, Any], answers: list[Mapping[str, Any]]) -> str | None:
    statuses = (_object(answer.get("documentStatus")).get("message") for answer in answers)
    notes = (note.get("content") for note in _objects(document.get("notes")))
    return _first(filter(None, map(_words, chain([said.get("message")], statuses, notes))))


def _rejections(code: str | None, answers: list[Mapping[str, Any]]) -> Iterator[Rejection]:
    for answer in answers:
        for detail in [_object(answer.get("rejectionDetail")), *_objects(answer.get("rejectionDetails"))]:
            if detail:
                errors = tuple(_error(error) for error in _objects(detail.get("errors")))
                yield Rejection(_words(detail.get("reason")), _words(detail.get("message")), errors)
        status = _object(answer.get("documentStatus"))
        # Older makes have one sentence, and the published example has it on an approval, too.
        reason = _words(status.get("reason")) or _words(_object(status.get("details")).get("reason"))
        if reason and code in _REFUSING:
            yield Rejection(message=reason)


def _error(error: Mapping[str, Any]) -> RejectionError:
    return RejectionError(*(_words(error.get(name)) for name in ("reason", "message", "rule", "location")))


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Go through the objects of a list; one that comes without its list counts, too."""
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    return (item for item in map(_object, listed) if item)


def _words(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _first(texts: Iterator[str | None]) -> str | None:
    return next((text for text in texts if text is not None), None)
