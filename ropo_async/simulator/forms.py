"""What a visitor of the page can do to a simulator: forms as values, each with its fields and its deed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from ropo_async.simulator.books import ZERO
from ropo_async.simulator.handlers import ROUTES
from ropo_async.simulator.ledger import CREDIT_NOTES, PAYMENTS, book, find
from ropo_async.simulator.plan import CATALOGUE, DOCUMENT_FAULTS
from ropo_async.simulator.values import day_of, money_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from ropo_async.simulator.books import Invoice
    from ropo_async.simulator.faults import Fault
    from ropo_async.simulator.ledger import Kind
    from ropo_async.simulator.simulator import Simulator

    Sent = Mapping[str, str]

__all__ = ["FORMS", "Field", "Form"]

_MOST: Final = 10_000
_LONGEST: Final = 200
_POLL: Final = "GET /jobs/statusupdates"


@frozen
class Field:
    """One field of a form."""

    name: str
    label: str
    default: str = ""
    hint: str = ""
    kind: str = "text"
    """The type of its input."""
    required: bool = False
    choices: tuple[str, ...] = ()
    """What it can be, where it cannot be anything."""

    def read(self, sent: Sent) -> str:
        """Return what was sent for it, or its default.

        Raises:
            ValueError: it cannot be that; the text is for the visitor.
        """
        text = sent.get(self.name, "").strip()
        if self.choices and text not in self.choices:
            raise ValueError(f"{self.label}: choose one of the list")
        if self.required and not text:
            raise ValueError(f"{self.label} is required")
        if len(text) > _LONGEST:
            raise ValueError(f"{self.label} is too long")
        return text


@frozen
class Form:
    """One thing to do."""

    name: str
    title: str
    button: str
    done: str
    """What the page says afterwards."""
    fields: tuple[Field, ...] = ()
    deed: Callable[[Simulator, Sent], None] = field(kw_only=True, repr=False)

    def submit(self, simulator: Simulator, sent: Sent) -> None:
        """Do it.

        Raises:
            LookupError, ValueError: it cannot be done, and nothing was; the text is for the visitor.
        """
        self.deed(simulator, {field.name: field.read(sent) for field in self.fields})
        simulator.truth.notify()


def _targets() -> Iterable[tuple[str, tuple[str | None, tuple[str, ...] | None]]]:
    yield "any operation", (None, None)
    yield f"{_POLL}, only without a filter", (_POLL, ())
    for operation in ROUTES:
        yield operation, (operation, None)


_TARGETS: Final = MappingProxyType(dict(_targets()))
"""What a fault may be armed for, and which operation and query fields that means."""

_FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {**CATALOGUE, **{f"document: {name}": fault for name, fault in DOCUMENT_FAULTS.items()}}
)


def _add_invoice(simulator: Simulator, sent: Sent) -> None:
    due = day_of("Due date", sent["due"]) if sent["due"] else None
    simulator.add_invoice(
        billnum=sent["billnum"] or None,
        amount=_positive(sent["amount"]),
        dataset={"person": sent["person"]} | ({"paydate": due} if due else {}),
    )


def _pay(simulator: Simulator, sent: Sent) -> None:
    invoice = _invoice(simulator, sent["invoice"])
    amount = _positive(sent["amount"] or str(invoice.open))
    day = day_of("Date", sent["date"] or simulator.today.isoformat())
    _WAYS[sent["way"]](simulator, invoice, amount, day)


def _from_a_bank(simulator: Simulator, invoice: Invoice, amount: Decimal, day: str) -> None:
    simulator.add_bank_payment(amount=amount, paydate=day, jobid=invoice.jobid)


def _booked(kind: Kind) -> Callable[[Simulator, Invoice, Decimal, str], None]:
    def deed(simulator: Simulator, invoice: Invoice, amount: Decimal, day: str) -> None:
        book(kind, simulator, invoice, request=None, amount=amount, day=day, details={})

    return deed


_WAYS: Final[Mapping[str, Callable[[Simulator, Invoice, Decimal, str], None]]] = MappingProxyType(
    {
        "bank payment": _from_a_bank,
        "payment booked by somebody else": _booked(PAYMENTS),
        "credit note booked by somebody else": _booked(CREDIT_NOTES),
    }
)


def _add_updates(simulator: Simulator, sent: Sent) -> None:
    size, seed = _whole("How many", sent["count"], lowest=1), len(simulator.truth.updates)
    if sent["invoice"]:
        invoice = _invoice(simulator, sent["invoice"])
        simulator.add_updates(simulator.maker.many(size, [invoice], seed=seed))
    else:
        simulator.add_updates(count=size, seed=seed)


def _arm(simulator: Simulator, sent: Sent) -> None:
    operation, query = _TARGETS[sent["operation"]]
    times, skip = _whole("How often", sent["times"], lowest=1), _whole("How many pass first", sent["skip"], lowest=0)
    simulator.fail(_FAULTS[sent["fault"]], operation=operation, query=query, times=times, skip=skip)


def _invoice(simulator: Simulator, named: str) -> Invoice:
    found = find(simulator.truth.ours, dict.fromkeys(("billcode", "jobid", "billnum"), named))
    if found is None:
        raise LookupError("There is no such invoice")
    return found


def _positive(text: str) -> Decimal:
    amount = money_of("Amount", text)
    if amount <= ZERO:
        raise ValueError("Amount must be more than nothing")
    return amount


def _whole(label: str, text: str, *, lowest: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if not lowest <= number <= _MOST:
        raise ValueError(f"{label}: a whole number from {lowest} to {_MOST}")
    return number


_INVOICE: Final = Field("invoice", "Invoice", hint="its number, reference or jobid", required=True)
_AMOUNT: Final = Field("amount", "Amount in euros", "100.00", required=True)

FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        form.name: form
        for form in (
            Form(
                "invoice",
                "Submit an invoice",
                "Submit",
                "The invoice has been taken in.",
                (
                    Field("person", "Name", "Matti Esimerkki", required=True),
                    _AMOUNT,
                    Field("billnum", "Number", hint="its jobid, if left empty"),
                    Field("due", "Due date", hint="in 14 days, if left empty", kind="date"),
                ),
                deed=_add_invoice,
            ),
            Form(
                "payment",
                "Let a payment happen",
                "Pay",
                "The payment has been made.",
                (
                    _INVOICE,
                    Field("amount", "Amount in euros", hint="all that is open, if left empty"),
                    Field("date", "Date", hint="today, if left empty", kind="date"),
                    Field("way", "How", choices=tuple(_WAYS)),
                ),
                deed=_pay,
            ),
            Form(
                "updates",
                "Add status updates",
                "Add",
                "The status updates are waiting to be polled.",
                (
                    Field("count", "How many", "10", kind="number", required=True),
                    Field("invoice", "Invoice", hint="any, if left empty"),
                ),
                deed=_add_updates,
            ),
            Form(
                "fault",
                "Arm a fault",
                "Arm",
                "The fault is armed.",
                (
                    Field("fault", "Fault", "drop_after", choices=tuple(_FAULTS)),
                    Field("operation", "For", choices=tuple(_TARGETS)),
                    Field("times", "How often", "1", kind="number", required=True),
                    Field("skip", "How many requests pass first", "0", kind="number", required=True),
                ),
                deed=_arm,
            ),
            Form(
                "calm",
                "Disarm all faults",
                "Disarm",
                "Nothing goes wrong any more.",
                deed=lambda simulator, _: simulator.faults.clear(),
            ),
            Form(
                "revoke",
                "Revoke all tokens",
                "Revoke",
                "Every token given so far is answered with 401.",
                deed=lambda simulator, _: simulator.revoke_tokens(),
            ),
        )
    }
)
"""By name, in the order of the page."""
