"""The simulator itself: its settings, its state, and what tests do to it."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Unpack

from attrs import evolve

from ropo_async.simulator.archive import HELSINKI, Rereads
from ropo_async.simulator.books import ZERO, BankPayment, Invoice
from ropo_async.simulator.handlers import handle, operation_of
from ropo_async.simulator.host import Host
from ropo_async.simulator.invoices import invoice_of, made_up
from ropo_async.simulator.ledger import CREDIT_NOTES, PAYMENTS, Kind, Script, Verdict, find, settled
from ropo_async.simulator.plan import FaultPlan
from ropo_async.simulator.tokens import Tokens
from ropo_async.simulator.truth import Truth
from ropo_async.simulator.updates import PAID, UpdateMaker
from ropo_async.simulator.values import day_of, money_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from ropo_async.simulator.books import Record
    from ropo_async.simulator.messages import Answer, Request

__all__ = ["Simulator"]

_AS_HOPED: Final = Rereads()
_MADE_UP: Final[Mapping[str, Any]] = MappingProxyType({})


class Simulator(Host[Truth]):
    """A stateful Ropo One that behaves, and misbehaves, like the real one.

    `serve` puts it on a socket. It outlives its server, so that a server may go and come back. It is not
    thread-safe: talk to it from the thread that its server runs in, or use `ServedSimulator`.

    Attributes:
        truth: What really happened; compare a client with it.
        faults: What will go wrong; `fail` is the short way.
    """

    def __init__(
        self,
        *,
        cid: str = "1000011",
        apicode: str = "made-up-apicode",
        token_life: float = 7200.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        page_size: int = 1000,
        rereads: Rereads = _AS_HOPED,
        payments_show: bool = True,
        payment_comments: bool = True,
        payments_lag: timedelta = timedelta(0),
        pdf_bytes: int = 0,
    ) -> None:
        """Make one that is empty and well-behaved.

        Args:
            cid: The customer number that `POST /token` accepts.
            apicode: The secret that goes with it; made up, never a real one.
            token_life: Seconds that a token lives.
            clock: Monotonic seconds that tokens age by.
            now: The time of day, with a zone: token claims, `Date` headers, made-up updates and re-reads follow it.
            page_size: How many status updates one answer of the feed carries at most.
            rereads: How reads by `date` and `billnum` behave, which the vendor does not say.
            payments_show: Whether booked payments and credit notes show as status updates.
            payment_comments: Whether a payment that does so brings comments, too: 98, and 101 when all is paid.
            payments_lag: How long after they were booked payments and credit notes show, by `now`.
            pdf_bytes: How large a PDF is at least; what is missing is padding that is made while it is sent.
        """
        self.cid, self.apicode, self.page_size, self.pdf_bytes = cid, apicode, page_size, pdf_bytes
        self.payments_show, self.payment_comments, self.payments_lag = payments_show, payment_comments, payments_lag
        self.now, self.rereads = now, rereads
        self.truth, self.faults = Truth(now=now), FaultPlan()
        self.tokens = Tokens(token_life, clock, now)
        self.maker = UpdateMaker(now)
        self.verdicts: defaultdict[str, list[Verdict]] = defaultdict(list)
        self._jobids = count(7_000_001)

    def __repr__(self) -> str:
        return f"<Simulator of customer {self.cid}: {len(self.truth.requests)} requests>"

    def add_invoice(
        self,
        *,
        billnum: str | None = None,
        amount: Decimal | int | str = "100.00",
        billcode: str | None = None,
        jobid: int | None = None,
        interest: Decimal | int | str = ZERO,
        noticefee: Decimal | int | str = ZERO,
        closed: bool = False,
        cancelled: bool = False,
        foreign: bool = False,
        dataset: Mapping[str, Any] = _MADE_UP,
    ) -> Invoice:
        """Add one invoice and return it as it stands now; `truth.invoices[jobid]` follows it.

        Args:
            billnum: Its number; made from the `jobid` by default.
            amount: Euros billed, all of it open unless `closed`.
            billcode: Its reference; a valid Finnish one by default.
            jobid: Its id; the next free one by default.
            interest: Euros of open interest.
            noticefee: Euros of open fees.
            closed: It is paid already: payments get 5 CLOSE.
            cancelled: Payments get 11 CANCELLED.
            foreign: It belongs to another customer id: payments get 9 DIFFCID.
            dataset: Fields of the dataset it came with, such as `custnum`; made up by default.
        """
        jobid = self.new_jobid() if jobid is None else jobid
        billed = Decimal(amount)
        named = {name: value for name, value in (("billnum", billnum), ("billcode", billcode)) if value is not None}
        came = made_up(self.today, billed) | dict(dataset) | named | {"amount": billed}
        invoice = evolve(
            invoice_of(jobid, came, self.today),
            capital=ZERO if closed else billed,
            interest=Decimal(interest),
            noticefee=Decimal(noticefee),
            cancelled=cancelled,
            foreign=foreign,
        )
        self.truth.invoices[jobid] = invoice
        return invoice

    def add_bank_payment(
        self,
        *,
        amount: Decimal | int | str,
        paydate: str,
        jobid: int | None = None,
        billnum: str | None = None,
        code: str = "1",
    ) -> BankPayment:
        """Let money reach the vendor by itself: it shows at once, as a payment that no request has booked.

        Args:
            amount: Euros.
            paydate: Its day, `YYYY-MM-DD`.
            jobid: The invoice that it is for; this or `billnum`.
            billnum: The invoice that it is for; this or `jobid`.
            code: The payment code; that of money paid to the vendor is not known.

        Raises:
            LookupError: there is no such invoice.
            ValueError: it is no sum or no day.
        """
        invoice = find(list(self.truth.invoices.values()), {"jobid": jobid, "billnum": billnum})
        if invoice is None:
            raise LookupError("no such invoice")
        left = settled(PAYMENTS, invoice, money_of("amount", amount))
        payment = BankPayment(left.jobid, left.billnum, Decimal(amount), day_of("paydate", paydate))
        self.truth.invoices[left.jobid] = left
        self.truth.bank_payments.append(payment)
        comments = [self.maker.comment(left, PAID)] if self.payment_comments and left.open <= 0 else []
        self.show(self.maker.payment(left, payment.amount, paydate, code), *comments)
        return payment

    def new_jobid(self) -> int:
        """Return the next id that no invoice has."""
        return next(jobid for jobid in self._jobids if jobid not in self.truth.invoices)

    @property
    def today(self) -> date:
        """The present day in Helsinki."""
        return self.now().astimezone(HELSINKI).date()

    def show(self, *records: Record, lag: timedelta = timedelta(0)) -> None:
        """Add status updates that follow from what happened."""
        for record in records:
            self.truth.add_update(record, lag=lag)

    def make_updates(self, count: int, *, seed: int = 0, days: int = 3) -> list[Record]:
        """Make realistic status updates without adding them, about the invoices there are, or about a few new ones.

        About two in five are payments (`P` ids, `statuscode` empty, `paydate` and `amount` set), the others comments
        (`C` ids, `paydate` and `amount` empty), with times in Helsinki within the last `days` days. Ids never repeat.
        """
        invoices = list(self.truth.invoices.values()) or [self.add_invoice() for _ in range(20)]
        return self.maker.many(count, invoices, seed=seed, days=days)

    def add_updates(
        self,
        records: Iterable[Mapping[str, Any]] | None = None,
        *,
        count: int = 0,
        seed: int = 0,
        days: int = 3,
        recorded: bool = False,
    ) -> list[Record]:
        """Add status updates, these or `count` made-up ones, and return them as they will go on the wire.

        Args:
            records: Anything JSON can say, `Decimal` for exact numbers, `msgspec.Raw` for raw text.
            count: How many to make up when no records are given.
            seed: Which ones, as for `make_updates`.
            days: Over how many days they spread.
            recorded: They were handed out long ago: only `date` and `billnum` find them, whatever the lag.
        """
        made = self.make_updates(count, seed=seed, days=days) if records is None else records
        added = [dict(record) for record in made]
        for record in added:
            self.truth.add_update(record, recorded=recorded)
        return added

    def payment_status(self, **script: Unpack[Script]) -> None:
        """Answer payments of an invoice, or all, with this `statusid`; the latest call that matches wins.

        See `Script` for what can be said: `billnum`, `billcode` and `jobid` choose, `http_status` and `body` change
        the answer, `booked` decides what it does.
        """
        self._script(PAYMENTS, script)

    def credit_note_status(self, **script: Unpack[Script]) -> None:
        """Answer credit notes so; in all else as `payment_status`."""
        self._script(CREDIT_NOTES, script)

    def _script(self, kind: Kind, script: Script) -> None:
        self.verdicts[kind.operation].append(Verdict(**script))

    def operation_of(self, method: str, target: str) -> str:
        """Name the operation of a request."""
        return operation_of(method, target)

    def handle(self, request: Request) -> Answer:
        """Answer a request as the vendor would when all is well."""
        return handle(self, request)

    def stale(self) -> Answer:
        """Return the latest page, recording nothing: the one fault that shows it is the page sent twice."""
        return self.truth.last_page()
