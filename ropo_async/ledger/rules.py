"""What an answer means for a booking, and what an invoice proves of it. Pure."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import field, frozen

from ropo_async import credit_notes, payments
from ropo_async.errors import BadRequest, NotFound, OutcomeUnknown, PaymentRejected, RopoError, StatusError
from ropo_async.journal import BookingState
from ropo_async.journal.entries import entry_of
from ropo_async.postings import CreditNote, Payment
from ropo_async.records import StatusType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ropo_async._messages import Answer
    from ropo_async.postings import Posting
    from ropo_async.records import PaymentReceipt, StatusUpdate

__all__ = ["Finding", "Ruling", "candidates", "finding_of", "key_of", "refusal", "ruling_of"]

READERS: Mapping[type[Posting], Callable[[Answer], PaymentReceipt]] = MappingProxyType(
    {Payment: payments.read_outcome, CreditNote: credit_notes.read_outcome}
)
OLDER = "the invoice shows the like, and nobody looked before it was sent, so that may be older"


@frozen
class Ruling:
    """What one attempt to send came to."""

    state: BookingState
    reason: str
    statusid: int | None = None
    receipt: PaymentReceipt | None = field(default=None, repr=False)
    http_status: int | None = None
    """Of an answer that did not come whole."""


def ruling_of(posting: Posting, answer: Answer) -> Ruling:
    """Return what a whole answer means for what was sent."""
    try:
        receipt = READERS[type(posting)](answer)
    except PaymentRejected as error:
        if error.conclusive:
            return Ruling(BookingState.REJECTED, _words(error), int(error.statusid), error.receipt)
        # It may mean booked earlier, elsewhere, or later.
        return Ruling(BookingState.UNKNOWN, _words(error), int(error.statusid), error.receipt)
    except StatusError as error:
        return Ruling(BookingState.REJECTED, _words(error))
    except OutcomeUnknown:
        return Ruling(BookingState.UNKNOWN, f"the server answered {answer.status}, and its answer contradicts itself")
    odd = _contradictions(posting, receipt)
    reason = f"booked; the answer names another {' and '.join(odd)} than was sent" if odd else "booked"
    return Ruling(BookingState.APPLIED, reason, receipt.statusid, receipt)


def refusal(error: RopoError) -> Ruling | None:
    """Return what an error means for what was sent; None where the server never looked at it, so nothing came of it."""
    match error:
        case OutcomeUnknown():
            reason = f"it was sent and no sure answer came: {error.__cause__ or error.phase}"
            return Ruling(BookingState.UNKNOWN, reason, http_status=getattr(error.__cause__, "status", None))
        case BadRequest() | NotFound():
            return Ruling(BookingState.REJECTED, _words(error))
        case _:
            return None


def candidates(posting: Posting, updates: Iterable[StatusUpdate]) -> list[StatusUpdate]:
    """Return the updates of an invoice that may be `posting`: its amount, on whatever day."""
    amounts = {Decimal(posting.amount)} if isinstance(posting, Payment) else {posting.amount, -posting.amount}
    return [
        update
        for update in updates
        if update.amount in amounts and (isinstance(posting, CreditNote) or update.statustype == StatusType.PAYMENT)
    ]


def key_of(update: StatusUpdate) -> str:
    """Return what tells an update apart."""
    return entry_of(update).key


@frozen
class Finding:
    """What looking at an invoice has shown."""

    state: BookingState
    """UNKNOWN where it has shown nothing yet."""
    reason: str
    evidence: tuple[StatusUpdate, ...] = field(default=(), repr=False)


def finding_of(
    posting: Posting,
    shown: Sequence[StatusUpdate],
    *,
    baseline: Sequence[str] | None,
    others: int,
    last: bool,
    claimed: bool,
) -> Finding:
    """Return what an invoice proves of a posting whose outcome is unknown.

    Args:
        posting: what was sent.
        shown: the invoice's updates now.
        baseline: keys of its candidates before it was sent; None where nobody looked.
        others: how many equal ones of ours are known to be booked.
        last: whether this is the last look.
        claimed: whether the server's answer said, in part, that it was booked.
    """
    found = candidates(posting, shown)
    known = Counter(baseline or ())
    new = [update for update in found if not _take(known, key_of(update))]
    exact = [update for update in new if _is_like(posting, update)]
    # Others of ours that are booked, and had not shown yet when this one was sent.
    late = max(0, others - (sum(_is_like(posting, update) for update in found) - len(exact)))
    ours = len(exact) - late
    verdicts = (
        (baseline is None and bool(found), BookingState.ESCALATED, OLDER, found),
        (ours == 1, BookingState.VERIFIED_APPLIED, "it shows on the invoice", exact),
        (ours > 1, BookingState.ESCALATED, f"the invoice shows {len(exact)} that it may be", exact),
        (not last, BookingState.UNKNOWN, "it does not show on the invoice yet", new),
        (len(new) > len(exact), BookingState.ESCALATED, "the invoice shows its amount, in another way", new),
        (claimed, BookingState.ESCALATED, "the server answered 201, and it never showed on the invoice", ()),
        (True, BookingState.PROBABLY_ABSENT, "it never showed on the invoice", ()),
    )
    return next(Finding(state, reason, tuple(evidence)) for holds, state, reason, evidence in verdicts if holds)


def _take(known: Counter[str], key: str) -> bool:
    """Take one of that key away, if there is one."""
    known[key] -= 1
    return known[key] >= 0


def _is_like(posting: Posting, update: StatusUpdate) -> bool:
    if isinstance(posting, CreditNote):  # a payment of the same sum is one, as far as anybody knows
        return update.statustype != StatusType.PAYMENT and update.paydate in (posting.day, None)
    return update.paydate == posting.day


def _contradictions(posting: Posting, receipt: PaymentReceipt) -> list[str]:
    """Return the fields in which a receipt differs from what was sent."""
    said = {name: getattr(receipt, name) for name in ("amount", "billcode", "jobid", "billnum")}
    said |= {"paydate": receipt.paydate} if isinstance(posting, Payment) else {}
    sent = {name: getattr(posting, name) for name in said}
    return [name for name, value in said.items() if None not in (value, sent[name]) and value != sent[name]]


def _words(error: StatusError) -> str:
    return str(error).partition(": ")[2]
