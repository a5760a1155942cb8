"""The page: a simulator as HTML. Pure functions, and nothing they ask of the simulator changes it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from attrs import field, frozen

from ropo_async._markup import Markup, element, joined
from ropo_async.simulator.forms import FORMS
from ropo_async.simulator.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ropo_async.simulator.books import Exchange, Handout, Invoice
    from ropo_async.simulator.forms import Field, Form
    from ropo_async.simulator.simulator import Simulator

__all__ = ["View", "document"]

_REQUESTS: Final = "Requests"
_FAULTS: Final = "Armed faults"
_UPDATES: Final = "Status updates"
_INVOICES: Final = "Invoices"
_MONEY: Final = "Payments and credit notes"

_SHOWN: Final = 30
"""Rows of a table: the last ones."""
_LONGEST: Final = 100
"""Characters of a cell."""
_EVERY: Final = 2
"""Seconds after which a page that follows what happens loads itself again."""

# What to say of the answer that recorded something: whether it left whole.
_ARRIVED: Final[Mapping[bool | None, str]] = {True: "sent whole", None: "not (yet) whole", False: "not sent"}
_TOOK_EFFECT: Final[Mapping[bool | None, str]] = {True: "yes", None: "not yet", False: "no"}


@frozen
class View:
    """What a visitor looks at."""

    simulator: Simulator
    cids: tuple[str, ...]
    """The customers to choose from."""
    live: bool = False
    """The page follows what happens. It has no forms then: what is half typed would be lost."""
    filled: Mapping[str, Mapping[str, str]] = field(factory=dict[str, "Mapping[str, str]"], repr=False)
    """What is in the fields, by form."""
    error: str = field(default="", repr=False)
    done: str = ""

    def address(self, *fragment: str, **asked: str) -> str:
        """Return the address of the page for the same customer."""
        return "".join((f"/?{urlencode({'cid': self.simulator.cid, **asked})}", *(f"#{part}" for part in fragment)))


def document(view: View) -> Markup:
    """Return the whole page."""
    cid = view.simulator.cid
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        *([element("meta", http_equiv="refresh", content=_EVERY)] if view.live else ()),
        element("title", f"Simulator of customer {cid}"),
        element("style", Markup(STYLE)),
    )
    body = element("body", _header(view), element("main", *_notices(view), *_sections(view)))
    return joined([Markup("<!DOCTYPE html>"), element("html", head, body, lang="en")])


def _header(view: View) -> Markup:
    follow = (
        element("a", "Stop following", href=view.address())
        if view.live
        else element("a", "Follow what happens", href=view.address(live="1"))
    )
    others = (
        element("a", f"Customer {cid}", href=f"/?{urlencode({'cid': cid})}")
        for cid in view.cids
        if cid != view.simulator.cid
    )
    again = element("a", "Load again", href=view.address())
    parts = (
        element("a", title, href=f"#{_named(title)}") for title in (_REQUESTS, _FAULTS, _UPDATES, _INVOICES, _MONEY)
    )
    return element(
        "header",
        element("h1", f"Ropo One simulator, customer {view.simulator.cid}"),
        element("nav", again, follow, *others, aria_label="Page"),
        element("nav", *parts, aria_label="On this page"),
    )


def _named(title: str) -> str:
    return title.lower().replace(" ", "-")


def _notices(view: View) -> Iterator[Markup]:
    if view.error:
        yield element("p", view.error, role="alert", class_="error")
    if view.done:
        yield element("p", view.done, role="status", class_="done")


def _sections(view: View) -> Iterator[Markup]:
    yield _numbers(view.simulator)
    if not view.live:
        forms = (_form(view, form) for form in FORMS.values())
        yield element("section", element("h2", "Make something happen"), element("div", *forms, class_="forms"))
    yield _requests(view.simulator)
    yield _faults(view.simulator)
    yield _feed(view.simulator)
    yield _handouts(view.simulator)
    yield _invoices(view)
    yield _money(view.simulator)


def _numbers(simulator: Simulator) -> Markup:
    truth = simulator.truth
    numbers = {
        "invoices": len(truth.ours),
        "open, in euros": sum(invoice.open for invoice in truth.ours),
        "updates waiting": len(truth.pending),
        "updates recorded": len(truth.updates) - len(truth.pending),
        "recorded, but not sent whole": len(truth.undelivered),
        "requests": len(truth.requests),
        "faults met": sum(exchange.fault is not None for exchange in truth.requests),
    }
    return element(
        "dl", *(element("div", element("dt", name), element("dd", number)) for name, number in numbers.items())
    )


def _form(view: View, form: Form) -> Markup:
    filled = view.filled.get(form.name, {})
    return element(
        "form",
        element("h3", form.title),
        *(_field(form, field, filled.get(field.name) or field.default) for field in form.fields),
        element("button", form.button),
        id=form.name,
        method="post",
        action=f"/{form.name}?{urlencode({'cid': view.simulator.cid})}",
    )


def _field(form: Form, field: Field, value: str) -> Markup:
    named = f"{form.name}-{field.name}"
    hint = element("small", field.hint, id=f"{named}-hint") if field.hint else ""
    shared = {"id": named, "name": field.name, "aria_describedby": f"{named}-hint" if field.hint else None}
    if field.choices:
        options = (element("option", choice, selected=choice == value) for choice in field.choices)
        control = element("select", *options, **shared)
    else:
        control = element("input", type=field.kind, value=value, required=field.required, autocomplete="off", **shared)
    return element("div", element("label", field.label, for_=named), control, hint)


def _requests(simulator: Simulator) -> Markup:
    return _table(
        _REQUESTS,
        ("No.", "Operation", "Query fields", "Status", "Fault", "Took effect", "Token", "Connection"),
        map(_request, reversed(simulator.truth.requests)),
        len(simulator.truth.requests),
    )


def _request(exchange: Exchange) -> Sequence[object]:
    return (
        exchange.index,
        exchange.operation,
        ", ".join(exchange.query),
        exchange.status or "none",
        exchange.fault or "",
        _TOOK_EFFECT[exchange.processed],
        exchange.generation or "none",
        exchange.connection,
    )


def _faults(simulator: Simulator) -> Markup:
    armed = simulator.faults.armed
    rows = (
        (
            rule.fault,
            rule.operation or "any operation",
            "any" if rule.query is None else ", ".join(sorted(rule.query)) or "none",
            rule.skip,
            rule.rate,
            "any number" if rule.left is None else rule.left,
        )
        for rule in armed
    )
    return _table(
        _FAULTS,
        ("Fault", "For", "Query fields", "Pass first", "Share of the others", "Times left"),
        rows,
        len(armed),
    )


def _feed(simulator: Simulator) -> Markup:
    truth = simulator.truth
    places = {id(record): handout for handout in (*truth.handed_out, *truth.consumed) for record in handout.records}
    pending = {id(record) for record in truth.pending}

    def state(record: object) -> str:
        handout = places.get(id(record))
        if handout:
            return f"recorded by request {handout.request}, {_ARRIVED[handout.delivered]}"
        return "waiting" if id(record) in pending else "recorded long ago"

    names = ("billnum", "statustype", "statustime", "statuscode", "paydate", "amount")
    rows = (
        (record.get("statusid", ""), state(record), *(record.get(name, "") for name in names))
        for record in reversed(truth.updates)
    )
    return _table(_UPDATES, ("statusid", "State", *names), rows, len(truth.updates))


def _handouts(simulator: Simulator) -> Markup:
    truth = simulator.truth
    found = sorted((*truth.handed_out, *truth.consumed), key=lambda handout: handout.request, reverse=True)
    head = ("Request", "Operation", "Updates", "First", "Last", "The answer")
    return _table("Answers that recorded updates", head, (_handout(simulator, one) for one in found), len(found))


def _handout(simulator: Simulator, handout: Handout) -> Sequence[object]:
    exchange, records = simulator.truth.requests[handout.request], handout.records
    first, last = (record.get("statusid", "") for record in (records[0], records[-1]))
    operation = " by ".join((exchange.operation, *exchange.query))
    return handout.request, operation, len(records), first, last, _ARRIVED[handout.delivered]


def _invoices(view: View) -> Markup:
    invoices = view.simulator.truth.invoices
    rows = (_invoice(view, invoice) for invoice in reversed(invoices.values()))
    head = ("jobid", "billnum", "billcode", "Billed", "Open", "State", "Came by", "")
    return _table(_INVOICES, head, rows, len(invoices))


def _invoice(view: View, invoice: Invoice) -> Sequence[object]:
    states = {
        "another customer's": invoice.foreign,
        "cancelled": invoice.cancelled,
        "disputed": invoice.disputed,
        "open": invoice.open > 0,
    }
    state = ", ".join(name for name, holds in states.items() if holds) or "closed"
    pay = element(
        "a", "Pay", href=view.address("payment", invoice=str(invoice.jobid)), aria_label=f"Pay {invoice.jobid}"
    )
    return (
        *(invoice.jobid, invoice.billnum, invoice.billcode, invoice.amount, invoice.open, state),
        _by(invoice.request),
        "" if invoice.foreign else pay,
    )


def _money(simulator: Simulator) -> Markup:
    truth = simulator.truth
    rows = [
        *(("bank payment", paid.billnum, paid.amount, paid.paydate, "a bank") for paid in truth.bank_payments),
        *(("payment", paid.billnum, paid.amount, paid.paydate, _by(paid.request)) for paid in truth.payments),
        *(("credit note", note.billnum, note.amount, note.date, _by(note.request)) for note in truth.credit_notes),
    ]
    return _table(_MONEY, ("What", "billnum", "Euros", "Day", "Came by"), rows[::-1], len(rows))


def _by(request: int | None) -> str:
    return "somebody else" if request is None else f"request {request}"


def _cell(value: object) -> Markup:
    text = str(value)
    long = len(text) > _LONGEST and not isinstance(value, Markup)
    return element("td", f"{text[:_LONGEST]}…" if long else value)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], size: int) -> Markup:
    if not size:
        return element("section", element("h2", title), element("p", "None."), id=_named(title))
    shown = f"The last {_SHOWN} of {size}." if size > _SHOWN else f"{size} in all."
    table = element(
        "table",
        element("thead", element("tr", *(element("th", name, scope="col") for name in head))),
        element("tbody", *(element("tr", *map(_cell, row)) for row in islice(rows, _SHOWN))),
    )
    # What is wider than a phone scrolls by itself, from the keyboard too.
    scrolled = element("div", table, class_="scroll", tabindex="0", role="region", aria_label=title)
    return element("section", element("h2", title), element("p", shown), scrolled, id=_named(title))
