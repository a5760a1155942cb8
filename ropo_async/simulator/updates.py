"""Status updates as the vendor sends them: two decimals, `""` where a field does not apply, times without a zone."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from ropo_async.simulator.archive import HELSINKI
from ropo_async.simulator.books import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ropo_async.simulator.books import Invoice, Record

__all__ = ["CREDITED", "DISPUTED", "MODIFIED", "PAID", "PRINTED", "REGISTERED", "RESOLVED", "Comment", "UpdateMaker"]


@frozen
class Comment:
    """What a comment says; its words are localised, which is why no client may branch on them."""

    code: int
    label: str
    text: str


# These two codes are known from the vendor's data.
REGISTERED: Final = Comment(98, "Viesti", "Suoritus on kirjattu laskulle {billnum}.")
PAID: Final = Comment(101, "Maksettu", "Lasku {billnum} on maksettu.")
# The vendor publishes no list: these are made up, as is that there is a comment at all.
CREDITED: Final = Comment(9110, "Hyvitys", "Laskua {billnum} on hyvitetty. Avoinna {open} EUR.")
DISPUTED: Final = Comment(9120, "Riitautus", "Lasku {billnum} on riitautettu.")
RESOLVED: Final = Comment(9121, "Riitautus", "Laskun {billnum} riitautus on ratkaistu.")
MODIFIED: Final = Comment(9130, "Muutos", "Laskun {billnum} tietoja on muutettu.")
PRINTED: Final = Comment(9140, "Tulostus", "Lasku {billnum} on tulostettu paikallisesti.")

_COMMENTS: Final = (
    Comment(98, "Viesti", "Asiakas on ollut yhteydessä laskusta {billnum}.\nAvoinna {open} EUR, maksaa eräpäivänä."),
    Comment(98, "Viesti", "Maksuaikaa siirretty. Käsittelijä: Maija Esimerkki"),
    PAID,
)


@frozen
class UpdateMaker:
    """Makes records with ids that never repeat: payments and comments are numbered in two series."""

    now: Callable[[], datetime]
    _payments: Iterator[int] = field(factory=lambda: count(4_000_001), repr=False)
    _comments: Iterator[int] = field(factory=lambda: count(9_000_001), repr=False)

    def payment(self, invoice: Invoice, amount: Decimal, paydate: str, code: str = "1") -> Record:
        """Make the record of one payment, filed at midnight of the present day in Helsinki."""
        midnight = f"{self.now().astimezone(HELSINKI):%Y-%m-%d} 00:00:00"
        return _record(
            invoice,
            statusid=f"P{next(self._payments)}",
            statustype="payment",
            statustime=midnight,
            statusref="Suoritus",
            statustext=code,
            paydate=paydate,
            amount=amount,
        )

    def comment(self, invoice: Invoice, comment: Comment, **fields: Any) -> Record:
        """Make the record of one comment of this moment, with these fields."""
        return self._comment(invoice, comment, self.now().astimezone(HELSINKI), **fields)

    def _comment(self, invoice: Invoice, comment: Comment, moment: datetime, **fields: Any) -> Record:
        facts = {"billnum": invoice.billnum, "open": str(invoice.open).replace(".", ",")}
        texts = {"statusref": comment.label, "statustext": comment.text.format(**facts), "statuscode": comment.code}
        when = {"statustime": f"{moment:%Y-%m-%d %H:%M:%S}"}
        return _record(invoice, statusid=f"C{next(self._comments)}", statustype="comment", **texts | when | fields)

    def many(self, size: int, invoices: list[Invoice], *, seed: int = 0, days: int = 3) -> list[Record]:
        """Make `size` records about these invoices over the last `days` days; the same seed gives the same mix."""
        chance = random.Random(seed)  # noqa: S311 - made-up data, no secret
        return [self._any(chance, chance.choice(invoices), days) for _ in range(size)]

    def _any(self, chance: random.Random, invoice: Invoice, days: int) -> Record:
        moment = self.now().astimezone(HELSINKI) - timedelta(seconds=chance.randrange(days * 86_400))
        if chance.random() < 0.4:
            amount = Decimal(chance.randint(1, 99_999)).scaleb(-2)
            paydate = f"{moment - timedelta(days=chance.randint(0, 2)):%Y-%m-%d}"
            record = self.payment(invoice, amount, paydate, chance.choice(("1", "1", "1", "8")))
            return record | {"statustime": f"{moment:%Y-%m-%d} 00:00:00"}
        return self._comment(invoice, chance.choice(_COMMENTS), moment)


def _record(invoice: Invoice, **fields: Any) -> Record:
    """Lay out the documented fields in their documented order."""
    blank: Record = {
        "jobid": invoice.jobid,
        "statusid": "",
        "billnum": invoice.billnum,
        "openamount": invoice.open,
        "origamount": invoice.amount,
        "opencapital": invoice.capital,
        "openinterest": invoice.interest,
        "openexpenses": invoice.noticefee or ZERO,
        "statustype": "",
        "statustime": "",
        "statusref": "",
        "statustext": "",
        "statuscode": "",
        "paydate": "",
        "amount": "",
    }
    return blank | fields
