"""Payments and credit notes: which `statusid` one gets, what it does to the invoice, and how both are answered."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Required, TypedDict

from attrs import evolve, field, frozen

from ropo_async.simulator.books import ZERO, CreditNote, CreditNoteAttempt, Invoice, Payment, PaymentAttempt, Record
from ropo_async.simulator.messages import Answer, common_error, json_answer, loads
from ropo_async.simulator.updates import CREDITED, PAID, REGISTERED
from ropo_async.simulator.values import day_of, money_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from ropo_async.simulator.messages import Request
    from ropo_async.simulator.simulator import Simulator

__all__ = ["CREDIT_NOTES", "PAYMENTS", "Kind", "Script", "Verdict", "book", "credit", "find", "pay"]

FAIL, CLOSE, BOOKED, FOREIGN, NOT_FOUND, CANCELLED = 1, 5, 6, 9, 10, 11

_TEXTS: Final[Mapping[int, str]] = MappingProxyType(
    {
        FAIL: "Kirjaus ei onnistunut",
        CLOSE: "Lasku on jo päätetty",
        BOOKED: "{what} kirjattu",
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

# Invoices are looked up in this order.
_LOOKUP: Final = ("billcode", "jobid", "billnum")
_IDENTITY: Final[Mapping[str, Any]] = MappingProxyType({"jobid": 0, "billnum": "", "billcode": ""})
_PARTS: Final = ("capital", "interest", "noticefee")


@frozen
class Kind:
    """What tells payments and credit notes apart."""

    operation: str
    what: str
    """Its name in texts."""
    day: str
    """The field of its day."""
    optional: tuple[str, ...]
    allocation: tuple[str, ...]
    """What is paid off first; no order is published."""
    entry: type[Payment | CreditNote]
    attempt: type[PaymentAttempt | CreditNoteAttempt]
    books: str
    """The list in the truth that holds the booked ones."""
    attempts: str
    """The list in the truth that holds what was judged."""
    show: Callable[[Simulator, Invoice, Decimal, str], list[Record]]
    """Make the status updates of a booked one."""


class Script(TypedDict, total=False):
    """What to answer, and to which payments or credit notes; a field that is left out matches any."""

    statusid: Required[object]
    """Any JSON value, so also `"6"` or an unlisted number."""
    billnum: str | None
    """Only those of this invoice number, however it is named in the request."""
    billcode: str | None
    """Only those of this reference."""
    jobid: int | None
    """Only those of this job."""
    http_status: int | None
    """The HTTP status; by default 201 with 6 and 400 with any other."""
    body: bytes | None
    """Raw bytes in place of the result object."""
    booked: bool | None
    """Whether it takes effect; by default with 6 only."""


@frozen
class Verdict:
    """An answer of the rule, scripted or judged; a field that is `None` matches any payment or credit note."""

    statusid: object
    billnum: str | None = None
    billcode: str | None = None
    jobid: int | None = None
    http_status: int | None = None
    body: bytes | None = field(default=None, repr=False)
    booked: bool | None = None

    @property
    def effective(self) -> bool:
        """Whether it takes effect, whatever the answer says."""
        return self.statusid == BOOKED if self.booked is None else self.booked

    def matches(self, sent: Mapping[str, Any], invoice: Invoice | None) -> bool:
        """Tell whether it is meant for this one, by what was sent or by the invoice that was found."""
        return all(
            wanted is None or str(wanted) in (str(sent.get(name)), str(getattr(invoice, name, None)))
            for name, wanted in ((name, getattr(self, name)) for name in _LOOKUP)
        )


def pay(simulator: Simulator, request: Request) -> Answer:
    """`POST /jobs/payment`."""
    return _register(PAYMENTS, simulator, request)


def credit(simulator: Simulator, request: Request) -> Answer:
    """`POST /jobs/creditnote`: no answer is published, so it gets that of payments."""
    return _register(CREDIT_NOTES, simulator, request)


def book(
    kind: Kind,
    simulator: Simulator,
    invoice: Invoice,
    *,
    request: int | None,
    amount: Decimal,
    day: str,
    details: Record,
) -> None:
    """Book one and show it."""
    left = settled(kind, invoice, amount)
    truth = simulator.truth
    truth.invoices[left.jobid] = left
    entry = kind.entry(request, left.jobid, left.billnum, left.billcode, amount, day, details)
    getattr(truth, kind.books).append(entry)
    if simulator.payments_show:
        simulator.show(*kind.show(simulator, left, amount, day), lag=simulator.payments_lag)


def settled(kind: Kind, invoice: Invoice, amount: Decimal) -> Invoice:
    """Return the invoice as it is after that."""
    shares = _allocate(kind, invoice, amount)
    return evolve(invoice, **{part: getattr(invoice, part) - share for part, share in shares.items()})


def find(invoices: list[Invoice], sent: Mapping[str, Any]) -> Invoice | None:
    """Find an invoice by the first of billcode, jobid and billnum that fits one."""
    named = (name for name in _LOOKUP if _given(sent.get(name)))
    found = (known for name in named for known in invoices if str(getattr(known, name)) == str(sent[name]))
    return next(found, None)


def _register(kind: Kind, simulator: Simulator, request: Request) -> Answer:
    """Judge one, book it where the verdict says so, and answer with the seventeen documented fields."""
    try:
        order = _Order.read(request.body, kind.day)
    except ValueError as error:
        return common_error(str(error))
    truth = simulator.truth
    invoice = find(list(truth.invoices.values()), order.sent)
    scripts = reversed(simulator.verdicts[kind.operation])
    scripted = next((verdict for verdict in scripts if verdict.matches(order.sent, invoice)), None)
    verdict = scripted or _judge(invoice, order.amount)
    booked = invoice if verdict.effective else None
    jobid = invoice.jobid if invoice else None
    attempt = kind.attempt(request.index, jobid, order.amount, order.day, verdict.statusid, booked is not None)
    getattr(truth, kind.attempts).append(attempt)
    if booked:
        details = {name: order.sent[name] for name in kind.optional if name in order.sent}
        book(kind, simulator, booked, request=request.index, amount=order.amount, day=order.day, details=details)
    return _answer(kind, verdict, order, invoice, _allocate(kind, booked, order.amount))


@frozen
class _Order:
    """A payment or a credit note as it was asked for, checked."""

    amount: Decimal
    day: str
    sent: Mapping[str, Any]

    @classmethod
    def read(cls, body: bytes, day: str) -> _Order:
        """Check a request body.

        Raises:
            ValueError: it says why.
        """
        sent = loads(body)
        if not any(_given(sent.get(name)) for name in _LOOKUP):
            raise ValueError("billcode, jobid or billnum is required")
        return cls(money_of("amount", sent.get("amount")), day_of(day, sent.get(day)), sent)

    def echo(self, name: str, blank: object) -> object:
        """Return what was sent, where it has the documented type; the answer knows no null."""
        value = self.sent.get(name)
        return value if type(value) is type(blank) else blank


def _given(value: object) -> bool:
    return value is not None and value != ""


def _judge(invoice: Invoice | None, amount: Decimal) -> Verdict:
    if invoice is None:
        return Verdict(NOT_FOUND)
    return Verdict(next((statusid for statusid, holds in _RULES if holds(invoice, amount)), BOOKED))


def _allocate(kind: Kind, invoice: Invoice | None, amount: Decimal) -> dict[str, Decimal]:
    """Share a sum out over what is open; nothing goes anywhere without an invoice."""
    shares: dict[str, Decimal] = {}
    for part in kind.allocation:
        shares[part] = min(getattr(invoice, part, ZERO), amount)
        amount -= shares[part]
    return shares


def _answer(
    kind: Kind, verdict: Verdict, order: _Order, invoice: Invoice | None, shares: Mapping[str, Decimal]
) -> Answer:
    result = {name: getattr(invoice, name) if invoice else order.echo(name, blank) for name, blank in _IDENTITY.items()}
    result |= {kind.day: order.day, "amount": order.amount}
    for part in _PARTS:
        before: Decimal = getattr(invoice, part, ZERO)
        result |= {f"{part}before": before, f"{part}after": before - shares[part], f"focusedto{part}": shares[part]}
    result["unfocused"] = order.amount - sum(shares.values())
    result |= {"statusid": verdict.statusid, "statustext": _text(kind, verdict.statusid)}
    answer = json_answer(verdict.http_status or (201 if verdict.statusid == BOOKED else 400), result)
    return answer if verdict.body is None else evolve(answer, body=verdict.body)


def _text(kind: Kind, statusid: object) -> str:
    return _TEXTS.get(statusid, "").format(what=kind.what) if isinstance(statusid, int) else ""


def _show_payment(simulator: Simulator, left: Invoice, amount: Decimal, day: str) -> list[Record]:
    make = simulator.maker
    comments = [REGISTERED, *[PAID] * (left.open <= 0)] if simulator.payment_comments else []
    return [make.payment(left, amount, day), *(make.comment(left, comment) for comment in comments)]


def _show_credit_note(simulator: Simulator, left: Invoice, amount: Decimal, day: str) -> list[Record]:  # noqa: ARG001
    # The vendor says of a record's amount that it is the paid or the cancelled one.
    return [simulator.maker.comment(left, CREDITED, amount=amount)]


PAYMENTS: Final = Kind(
    operation="POST /jobs/payment",
    what="Suoritus",
    day="paydate",
    optional=("identifier", "type", "creditnotebillnum", "description"),
    allocation=("interest", "capital", "noticefee"),
    entry=Payment,
    attempt=PaymentAttempt,
    books="payments",
    attempts="payment_attempts",
    show=_show_payment,
)
CREDIT_NOTES: Final = Kind(
    operation="POST /jobs/creditnote",
    what="Hyvitys",
    day="date",
    optional=("type", "creditnotebillnum", "description"),
    allocation=("capital", "interest", "noticefee"),
    entry=CreditNote,
    attempt=CreditNoteAttempt,
    books="credit_notes",
    attempts="credit_note_attempts",
    show=_show_credit_note,
)
