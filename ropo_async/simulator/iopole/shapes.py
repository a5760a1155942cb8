"""One status in the three makes in which Iopole's answers have shown it, oddities included."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ENTRIES", "Entry"]

_NUMBERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "SUBMITTED": ("200", "Déposée"),
        "ISSUED": ("201", "Émise par la plateforme"),
        "RECEIVED": ("202", "Reçue par la plateforme"),
        "MADE_AVAILABLE": ("203", "Mise à disposition"),
        "IN_HAND": ("204", "Prise en charge"),
        "APPROVED": ("205", "Approuvée"),
        "REFUSED": ("210", "Refusée"),
        "REJECTED": ("213", "Rejetée"),
    }
)
_NAMELESS: Final = ("SUBMITTED", "ISSUED", "REJECTED")
"""What comes without a `networkCode`."""
XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><ApplicationResponse/>'


@frozen
class Entry:
    """One status of an invoice."""

    status_id: str
    invoice_id: str
    code: str
    date: datetime
    """Aware, in UTC."""
    dest_type: str = "OPERATOR"
    message: str | None = None
    reason: str | None = None
    """Why it was refused, as a word."""
    extra: Mapping[str, Any] = field(factory=dict[str, Any])
    """Members that replace or add to those of the answer; anything that JSON can say."""

    @property
    def number(self) -> str:
        """The French code; that of a word not in the table is made up."""
        return _NUMBERS.get(self.code, ("299", ""))[0]

    @property
    def french(self) -> str:
        """The French name."""
        return _NUMBERS.get(self.code, ("299", self.code))[1]


def _oldest(entry: Entry) -> dict[str, Any]:
    """A flat code, a misspelt second id, and epochs in milliseconds deeper down."""
    generated = int(entry.date.timestamp() * 1000)
    condition = {"code": entry.code, "value": entry.code.capitalize(), "desc": entry.french}
    document = {"processCondition": condition, "documentStatus": {"generatedDate": generated, "reason": entry.message}}
    acknowledgement = {"referencedDocuments": [document]}
    return {
        "statusId": entry.status_id,
        "indentifier": entry.status_id,
        "date": _text(entry.date),
        "destType": entry.dest_type,
        "invoiceId": entry.invoice_id,
        "code": entry.code,
        "xmlLifecycle": XML,
        "jsonLifecycle": {"document": {"category": "INVOICE", "acknowledgementDocuments": [acknowledgement]}},
    }


def _documented(entry: Entry) -> dict[str, Any]:
    """As the page has it: a number for a code, its word beside it."""
    word = entry.code.replace("_", " ").capitalize()
    status = {"code": entry.number, "value": word, "desc": entry.french}
    said = {"message": entry.message, "status": status, "details": {"reason": entry.message}}
    reference = {"issuerAssignedId": "F-1", "typeCode": "CDAR", "receiptDate": _text(entry.date)}
    return {
        "statusId": entry.status_id,
        "date": _text(entry.date),
        "destType": entry.dest_type,
        "invoiceId": entry.invoice_id,
        "status": status | {"message": entry.message},
        "xml": XML,
        "json": {
            "category": {"code": "eInvoicing", "value": "S1"},
            "responses": [{"documentReference": reference, "documentStatus": said}],
        },
    }


def _present(entry: Entry) -> dict[str, Any]:
    """As real answers are, with what they have beyond the definition: texts for roles, a number for a type, nulls."""
    network = {} if entry.code in _NAMELESS else {"networkCode": entry.number}
    response: dict[str, Any] = {
        "documentReference": {"issuerAssignedId": None, "typeCode": 380, "issuer": None},
        "documentStatus": {"code": entry.code, **network},
    }
    if entry.reason:
        response["rejectionDetail"] = {"reason": entry.reason, "message": entry.message, "networkReason": None}
    party = {
        "name": "Exemple SARL",
        "siren": "000000000",
        "country": "FR",
        "vatNumber": None,
        "identifiers": [{"type": "SIREN", "scheme": "0002", "value": "000000000"}],
        "postalAddress": {"city": "Lyon", "country": "FR"},
        "roleCode": "SE",
    }
    return {
        "statusId": entry.status_id,
        "date": _text(entry.date),
        "destType": entry.dest_type,
        "invoiceId": entry.invoice_id,
        "status": {"code": entry.code, **network},
        "xml": XML,
        "json": {
            "testIndicator": True,
            "businessProcessId": "REGULATED",
            "identification": {"id": entry.status_id, "date": _text(entry.date)},
            "notes": [{"content": entry.message}] if entry.message and not entry.reason else [],
            "sender": party,
            "recipients": [party | {"roleCode": {"code": "BUYER", "value": "BY", "desc": "Acheteur"}}],
            "responses": [response],
        },
    }


ENTRIES: Final[Mapping[str, Callable[[Entry], dict[str, Any]]]] = MappingProxyType(
    {"A": _oldest, "B": _documented, "C": _present}
)
"""By make, from the oldest to the present one."""


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
