"""What is asked of a ledger: a payment or a credit note, under an id of the caller's. And rows of files as such."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import Attribute, field, fields, frozen

from ropo_async import _arguments as arguments
from ropo_async.errors import InvalidInput
from ropo_async.postings import CreditNote, Payment, Posting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["COLUMNS", "REQUIRED", "Registration", "registration_of"]

LONGEST_ID = 200
"""Characters of an operation id."""


def _is_id(_: object, attribute: Attribute[str], value: str) -> None:
    sound = isinstance(value, str) and value.isprintable() and value.strip() == value
    if not sound or not 0 < len(value) <= LONGEST_ID:
        raise InvalidInput(f"{attribute.name} must be 1 to {LONGEST_ID} printable characters, without spaces around")


def _is_posting(_: object, __: Any, value: Any) -> None:
    if not isinstance(value, Payment | CreditNote):
        raise InvalidInput("a Payment or a CreditNote is needed")


def _is_billnum(registration: Registration, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None:
        arguments.text(attribute.name, value)
    if None not in (value, registration.posting.billnum) and value != registration.posting.billnum:
        raise InvalidInput(f"{attribute.name} contradicts the {registration.posting.noun}'s own")


@frozen
class Registration:
    """A payment or a credit note to register, under an id of yours.

    Raises:
        InvalidInput: a value that cannot be right.
    """

    operation_id: str = field(validator=_is_id)
    """What tells it from every other, such as the bank's own reference; no personal data, as it shows in logs."""
    posting: Payment | CreditNote = field(validator=_is_posting)
    """What to register."""
    billnum: str | None = field(default=None, validator=_is_billnum, repr=False)
    """The invoice number, where the posting names its invoice otherwise; see `PaymentLedger.register`."""


# --- rows of files --------------------------------------------------------------------------------------------------

_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_JOBID = re.compile(r"[0-9]{1,18}", re.ASCII)


def _amount(value: object) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and "," in value:
        raise ValueError("has a comma, where only a decimal point is read")
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError("must be a number with a decimal point")
    return Decimal(value)


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a date, YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a day that there is, YYYY-MM-DD") from None


def _jobid(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _JOBID.fullmatch(value):
        raise ValueError("must be a whole number")
    return int(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("is not UTF-8")
    return value


_OTHERS: Mapping[str, Callable[[object], Any]] = MappingProxyType(
    {"amount": _amount, "paydate": _day, "date": _day, "jobid": _jobid}
)
_NAMES: Mapping[type[Posting], frozenset[str]] = MappingProxyType(
    {kind: frozenset(column.name for column in fields(kind)) for kind in (Payment, CreditNote)}
)
_KINDS: Mapping[str, type[Payment | CreditNote]] = MappingProxyType({kind.noun: kind for kind in (Payment, CreditNote)})

COLUMNS = frozenset({"operation_id", "kind", "invoice_billnum", *_NAMES[Payment], *_NAMES[CreditNote]})
"""Columns of a file. `kind` is `payment`, which goes without saying, or `credit note`; `invoice_billnum` is what
`Registration` calls `billnum`; all others are the API's."""
REQUIRED = frozenset({"operation_id", "amount"})
"""Those that no file is without."""


def registration_of(row: Mapping[str, object]) -> Registration | list[tuple[str | None, str]]:
    """Return what a row asks for, or everything that is wrong with it: the column, if it is one, and words.

    Args:
        row: its values, without those that are empty; text, or also numbers where the format has them.
    """
    values, problems = dict[str, Any](), list[tuple[str | None, str]]()
    for name, value in row.items():
        try:
            values[name] = _OTHERS.get(name, _text)(value)
        except ValueError as error:
            problems.append((name, str(error)))
    kind = _KINDS.get(values.pop("kind", Payment.noun))
    if kind is None:
        return [*problems, ("kind", f"must be {' or '.join(_KINDS)}")]
    operation_id, billnum = values.pop("operation_id", None), values.pop("invoice_billnum", None)
    problems += [(name, f"is nothing that a {kind.noun} has") for name in sorted(values.keys() - _NAMES[kind])]
    day = "paydate" if kind is Payment else "date"
    problems += [(name, "is missing") for name in ("operation_id", "amount", day) if name not in row]
    if not problems:
        try:
            return Registration(operation_id or "", kind(**values), billnum)
        except InvalidInput as error:
            problems.append((None, str(error)))
    return problems
