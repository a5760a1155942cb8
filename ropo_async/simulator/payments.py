"""The payment rule: which `statusid` a payment gets, what it does to the invoice, and how both are answered."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ropo_async.simulator.messages import Answer, common_error, json_answer, loads
from ropo_async.simulator.truth import ZERO, Payment, PaymentAttempt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ropo_async.simulator.messages import Request
    from ropo_async.simulator.simulator import Simulator
    from ropo_async.simulator.truth import Invoice

__all__ = ["Verdict", "is_day", "pay"]

FAIL, CLOSE, BOOKED, FOREIGN, NOT_FOUND, CANCELLED = 1, 5, 6, 9, 10, 11

_TEXTS: Final[Mapping[int, str]] = MappingProxyType(
    {
        FAIL: "Suoritusta ei voitu kirjata",
        CLOSE: "Lasku on jo päätetty",
        BOOKED: "Suoritus kirjattu",
        FOREIGN: "Lasku kuuluu toiselle asiakkaalle",
        NOT_FOUND: "Laskua ei löydy",
        CANCELLED: "Lasku on peruttu",
    }
)

# The first rule that holds decides.
_RULES: Final[tuple[tuple[int, Callable[[Invoice, Decimal], bool]], ...]] = (
    (FOREIGN, lambda invoice, _: invoice.foreign),
    (CANCELLED, lambda invoice, _: invoice.cancelled),
    (CLOSE, lambda invoice, _: invoice.open <= 0),
    (FAIL, lambda _, amount: amount <= 0),
)

# Invoices are looked up in this order. No order of allocation is published: interest before capital is the usual one.
_LOOKUP: Final = ("billcode", "jobid", "billnum")
_ALLOCATION: Final = ("interest", "capital", "noticefee")
_IDENTITY: Final[Mapping[str, Any]] = MappingProxyType({"jobid": 0, "billnum": "", "billcode": ""})
_PARTS: Final = ("capital", "interest", "noticefee")
_OPTIONAL: Final = ("identifier", "type", "creditnotebillnum", "description")

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LIMIT: Final = Decimal(10) ** 12


@frozen
class Verdict:
    """A scripted answer of the payment rule for the payments that it matches; a field that is `None` matches any."""

    statusid: object
    billnum: str | None = None
    billcode: str | None = None
    jobid: int | None = None
    http_status: int | None = None
    """`None` means what the rule says: 201 with 6, 400 with any other."""
    body: bytes | None = field(default=None, repr=False)
    """Sent in place of the result object."""
    booked: bool = False
    """Whether the payment takes effect, whatever the answer says."""

    def matches(self, sent: Mapping[str, Any], invoice: Invoice | None) -> bool:
        """Tell whether it is meant for this payment, by what was sent or by the invoice that was found."""
        return all(
            wanted is None or str(wanted) in (str(sent.get(name)), str(getattr(invoice, name, None)))
            for name, wanted in ((name, getattr(self, name)) for name in _LOOKUP)
        )


def pay(simulator: Simulator, request: Request) -> Answer:
    """Judge one payment, book it where the verdict says so, and answer with the seventeen documented fields."""
    try:
        order = _Order.read(request.body)
    except ValueError as error:
        return common_error(str(error))
    truth = simulator.truth
    invoice = order.find(list(truth.invoices.values()))
    scripted = (verdict for verdict in reversed(simulator.verdicts) if verdict.matches(order.sent, invoice))
    verdict = next(scripted, None) or _judge(invoice, order.amount)
    booked = invoice if verdict.booked else None
    shares = _allocate(booked, order.amount)
    jobid = invoice.jobid if invoice else None
    attempt = PaymentAttempt(request.index, jobid, order.amount, order.paydate, verdict.statusid, booked is not None)
    truth.payment_attempts.append(attempt)
    if booked:
        _book(simulator, request.index, order, booked, shares)
    return _answer(verdict, order, invoice, shares)


@frozen
class _Order:
    """A payment as it was asked for, checked."""

    amount: Decimal
    paydate: str
    sent: Mapping[str, Any]

    @classmethod
    def read(cls, body: bytes) -> _Order:
        """Check a request body.

        Raises:
            ValueError: it says why.
        """
        sent = loads(body)
        if not any(_given(sent.get(name)) for name in _LOOKUP):
            raise ValueError("billcode, jobid or billnum is required")
        return cls(_amount(sent.get("amount")), _paydate(sent.get("paydate")), sent)

    def echo(self, name: str, blank: object) -> object:
        """Return what was sent, where it has the documented type; the answer knows no null."""
        value = self.sent.get(name)
        return value if type(value) is type(blank) else blank

    def find(self, invoices: list[Invoice]) -> Invoice | None:
        """Find its invoice, by the first identifier that fits one."""
        named = (name for name in _LOOKUP if _given(self.sent.get(name)))
        found = (known for name in named for known in invoices if str(getattr(known, name)) == str(self.sent[name]))
        return next(found, None)


def is_day(text: object) -> bool:
    """Tell whether something is a calendar day as the vendor writes it."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _amount(value: object) -> Decimal:
    # Numbers in quotes are in the vendor's own examples; `True` is a number to Python only.
    if value is None or isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("amount is required and must be a number")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("amount must be a number") from error
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or not -6 <= exponent <= 12 or abs(amount) >= _LIMIT:
        raise ValueError("amount is out of range")
    return amount


def _paydate(value: object) -> str:
    if not isinstance(value, str) or not is_day(value):
        raise ValueError("paydate is required as YYYY-MM-DD")
    return value


def _given(value: object) -> bool:
    return value is not None and value != ""


def _judge(invoice: Invoice | None, amount: Decimal) -> Verdict:
    if invoice is None:
        return Verdict(NOT_FOUND)
    statusid = next((statusid for statusid, holds in _RULES if holds(invoice, amount)), BOOKED)
    return Verdict(statusid, booked=statusid == BOOKED)


def _allocate(invoice: Invoice | None, amount: Decimal) -> dict[str, Decimal]:
    """Share a payment out over what is open; nothing goes anywhere without an invoice."""
    shares: dict[str, Decimal] = {}
    for part in _ALLOCATION:
        shares[part] = min(getattr(invoice, part, ZERO), amount)
        amount -= shares[part]
    return shares


def _answer(verdict: Verdict, order: _Order, invoice: Invoice | None, shares: Mapping[str, Decimal]) -> Answer:
    result = {name: getattr(invoice, name) if invoice else order.echo(name, blank) for name, blank in _IDENTITY.items()}
    result |= {"paydate": order.paydate, "amount": order.amount}
    for part in _PARTS:
        before: Decimal = getattr(invoice, part, ZERO)
        result |= {f"{part}before": before, f"{part}after": before - shares[part], f"focusedto{part}": shares[part]}
    result["unfocused"] = order.amount - sum(shares.values())
    result |= {"statusid": verdict.statusid, "statustext": _text(verdict.statusid)}
    answer = json_answer(verdict.http_status or (201 if verdict.statusid == BOOKED else 400), result)
    return answer if verdict.body is None else evolve(answer, body=verdict.body)


def _text(statusid: object) -> str:
    return _TEXTS.get(statusid, "") if isinstance(statusid, int) else ""


def _book(simulator: Simulator, request: int, order: _Order, invoice: Invoice, shares: Mapping[str, Decimal]) -> None:
    left = evolve(invoice, **{part: getattr(invoice, part) - share for part, share in shares.items()})
    details = {name: order.sent[name] for name in _OPTIONAL if name in order.sent}
    payment = Payment(request, left.jobid, left.billnum, left.billcode, order.amount, order.paydate, details)
    simulator.truth.invoices[left.jobid] = left
    simulator.truth.payments.append(payment)
    if simulator.payments_show:
        simulator.truth.add_update(simulator.maker.payment(left, order.amount, order.paydate))
