"""What is posted to an invoice, checked before it is sent: payments and credit notes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from attrs import asdict, field, frozen

from ropo_async import _arguments as arguments
from ropo_async.errors import InvalidInput

__all__ = ["LOOKUP_ORDER", "CreditNote", "Payment", "Posting"]

LOOKUP_ORDER = ("billcode", "jobid", "billnum")
"""The identifiers of an invoice, in the order in which the server looks for them."""
Day = date  # for a class with a field `date`


def _is_amount(_: object, attribute: Any, amount: Any) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise InvalidInput(f"{attribute.name} must be a Decimal or an int; a float cannot hold cents exactly")
    if not arguments.is_amount(amount):
        raise InvalidInput(f"{attribute.name} must be a finite amount of ordinary size")


def _is_date(_: object, attribute: Any, day: Any) -> None:
    if not arguments.is_day(day):
        raise InvalidInput(f"{attribute.name} must be a datetime.date without a time")


def _is_text(_: object, attribute: Any, text: object) -> None:
    if text is not None:
        arguments.text(attribute.name, text)


def _is_jobid(_: object, attribute: Any, jobid: object) -> None:
    if jobid is not None:
        arguments.number(attribute.name, jobid)


def _text() -> Any:
    return field(default=None, validator=_is_text, repr=False)


@frozen(kw_only=True)
class Posting:
    """An amount for one invoice: what payments and credit notes share. The names are the API's own.

    Raises:
        InvalidInput: a value is missing, of the wrong kind, or there is not exactly one identifier.
    """

    noun: ClassVar[str]
    """What it is called."""
    dated: ClassVar[str]
    """The field of its day."""

    amount: Decimal | int = field(validator=_is_amount, repr=False)
    """In the invoice's currency; goes out digit for digit."""
    billcode: str | None = _text()
    """The invoice's reference: the preferred identifier."""
    jobid: int | None = field(default=None, validator=_is_jobid)
    """The job's number, another identifier."""
    billnum: str | None = _text()
    """The invoice number, a third identifier."""
    type: str | None = _text()
    """Its type, such as `directpayment` or `allocated`."""
    creditnotebillnum: str | None = _text()
    """The number of the credit note that it belongs to."""
    description: str | None = _text()
    """Free text."""

    def __attrs_post_init__(self) -> None:
        given = [name for name in LOOKUP_ORDER if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"{' and '.join(given)} are given" if given else "none is given"
            order = ", then ".join(LOOKUP_ORDER)
            raise InvalidInput(
                f"a {self.noun} takes exactly one of {', '.join(LOOKUP_ORDER)}: {found}. "
                f"The server would look for {order}, and book on the first that it finds",
            )

    @property
    def day(self) -> Day:
        """The day that it is for, whatever the API calls it."""
        day: Day = getattr(self, self.dated)
        return day

    def fields(self) -> dict[str, Any]:
        """Return what goes out, values as JSON has them."""
        given: dict[str, Any] = {name: value for name, value in asdict(self).items() if value is not None}
        days = {name: value.isoformat() for name, value in given.items() if isinstance(value, date)}
        return {**given, **days, "amount": Decimal(self.amount)}


@frozen(kw_only=True)
class Payment(Posting):
    """A payment to register, checked. The names are the API's own.

    Raises:
        InvalidInput: a value is missing, of the wrong kind, or there is not exactly one identifier.
    """

    noun = "payment"
    dated = "paydate"

    paydate: date = field(validator=_is_date)
    """The day on which the debtor paid."""
    identifier: str | None = _text()
    """Steers what the payment is allocated to. No identifier of the invoice."""


@frozen(kw_only=True)
class CreditNote(Posting):
    """A credit note to register, checked. The names are the API's own.

    Raises:
        InvalidInput: a value is missing, of the wrong kind, or there is not exactly one identifier.
    """

    noun = "credit note"
    dated = "date"

    date: Day = field(validator=_is_date)
    """The day of the credit note."""
