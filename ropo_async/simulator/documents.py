"""Documents: the PDF of an invoice there is, of one that is only looked at, and of one that is printed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ropo_async.simulator.asking import invoice_named, only, parameters
from ropo_async.simulator.invoices import invoice_of
from ropo_async.simulator.messages import Answer, Refusal
from ropo_async.simulator.pdf import pdf_of
from ropo_async.simulator.submissions import checked, take_in
from ropo_async.simulator.updates import PRINTED
from ropo_async.simulator.values import is_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ropo_async.simulator.books import Invoice
    from ropo_async.simulator.messages import Request
    from ropo_async.simulator.simulator import Simulator

__all__ = ["get_pdf", "localprint", "preview"]

_IDS: Final = ("jobid", "billnum", "contractnum")
_ARCHIVE: Final = ("documenttype", "joistocolumn")
_COLUMNS: Final = ("JobId", "Laskunumero", "Laskunro")


def get_pdf(simulator: Simulator, request: Request) -> Answer:
    """`GET /jobs/pdf`."""
    sent = parameters(request, *_IDS, *_ARCHIVE, "documentdate", "origdata")
    ids = only(sent, _IDS, exactly=False)
    day = sent.get("documentdate")
    if day is not None and not (is_day(day) and {"billnum", "contractnum"} & ids.keys()):
        raise Refusal("documentdate is YYYY-MM-DD, and goes with billnum or contractnum only")
    if sent.get("origdata", "1") not in {"0", "1"}:
        raise Refusal("origdata must be 0 or 1")
    if sent.get("joistocolumn", _COLUMNS[0]) not in _COLUMNS:
        raise Refusal(f"joistocolumn must be one of {', '.join(_COLUMNS)}")
    invoice = invoice_named(simulator, ids)
    if day not in {None, invoice.dataset.get("billdate")}:
        raise Refusal("No such document", 404)
    if sent.get("origdata", "1") == "1":
        # As it was at first it shows nothing of what has happened since.
        return _answer(
            simulator, [_lines(invoice_of(invoice.jobid, invoice.original, simulator.today))], _name(invoice)
        )
    return _answer(simulator, [[*_lines(invoice), f"Avoinna {invoice.open} EUR"]], _name(invoice))


def preview(simulator: Simulator, request: Request) -> Answer:
    """`POST /jobs/preview`: nothing comes of it."""
    datasets = checked(simulator, request)
    invoices = [invoice_of(0, dataset, simulator.today) for dataset in datasets]
    return _printed(simulator, invoices)


def localprint(simulator: Simulator, request: Request) -> Answer:
    """`POST /jobs/localprint`: the invoices exist from here on, and are printed by whoever asked."""
    invoices = take_in(simulator, request)
    simulator.show(*(simulator.maker.comment(invoice, PRINTED) for invoice in invoices))
    return _printed(simulator, invoices)


def _printed(simulator: Simulator, invoices: Sequence[Invoice]) -> Answer:
    """How the vendor answers with several invoices is not published: here each has its page."""
    name = _name(invoices[0])
    pages = [_lines(invoice) for invoice in invoices]
    # The name comes back in a header whose own name is not published.
    return _answer(simulator, pages, name, ("pdfname", quote(name, safe=" ()+,;=@")))


def _answer(simulator: Simulator, pages: Sequence[Sequence[str]], name: str, *headers: tuple[str, str]) -> Answer:
    body, filling = pdf_of(pages, simulator.pdf_bytes)
    head = (("Content-Type", "application/pdf"), ("Content-Disposition", _disposition(name)), *headers)
    return Answer(200, head, body, filling)


def _name(invoice: Invoice) -> str:
    return invoice.dataset.get("pdfname") or f"{invoice.billnum}.pdf"


def _disposition(name: str) -> str:
    """Name the file as RFC 6266 says, in a header that no name can break out of."""
    plain = "".join(sign if sign.isprintable() and sign.isascii() else "_" for sign in name)
    quoted = plain.replace("\\", r"\\").replace('"', r"\"")
    return f'attachment; filename="{quoted}"' + (f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else "")


def _lines(invoice: Invoice) -> list[str]:
    dataset = invoice.dataset
    rows = ([str(row.get(name) or "") for name in ("desc", "count", "amount")] for row in dataset.get("payrow") or ())
    return [
        f"Lasku {invoice.billnum}",
        str(dataset.get("company") or dataset.get("person") or ""),
        f"Viite {invoice.billcode}",
        f"Eräpäivä {dataset.get('paydate') or ''}",
        *(" ".join(row) for row in rows),
        f"Yhteensä {invoice.amount} EUR",
    ]
