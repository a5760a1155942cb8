"""The values of the domain, taken from what the wire says: exact money, dates, open enums; nothing rounded or lost."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the codec reads the types of the fields
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal  # noqa: TC003 - as above
from enum import IntEnum, StrEnum
from sys import maxsize
from typing import TYPE_CHECKING, Annotated, Any, Self
from zoneinfo import ZoneInfo

import msgspec
from attrs import Factory, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Page", "PaymentReceipt", "PaymentStatus", "StatusType", "StatusUpdate", "Undecoded"]


class StatusType(StrEnum):
    """What a status update is about. Open: a value that the vendor adds is kept as it is."""

    PAYMENT = "payment"
    COMMENT = "comment"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_, member._value_ = value, value
        return member

    # Pickled by its value: Python 3.11.2 would do it by name, and the class knows none for what is not documented.
    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._value_,)


class PaymentStatus(IntEnum):
    """The outcome that the vendor gives a payment. Open: a number that is not documented is kept as it is.

    Only `OHISPAY`, 6, means booked. The vendor names the others and does not explain them; `conclusive` says which of
    them leave a doubt.

    See https://dev.ropo.com/guides/basics/payment.
    """

    UNDONE = 0
    FAIL = 1
    OLD = 2
    ROPO = 3
    ROPO_REFUND = 4
    CLOSE = 5
    OHISPAY = 6
    IGNORE = 8
    DIFFCID = 9
    NOT_FOUND = 10
    CANCELLED = 11

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = f"UNDOCUMENTED_{value}", value
        return member

    # Pickled by its value: Python 3.11.2 would do it by name, and the class knows none for what is not documented.
    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[int]]:
        return type(self), (self._value_,)

    @property
    def conclusive(self) -> bool:
        """Whether the code settles the matter; the others may mean booked earlier, elsewhere, or later."""
        return self in _CONCLUSIVE


_CONCLUSIVE = frozenset(
    {
        PaymentStatus.FAIL,
        PaymentStatus.CLOSE,
        PaymentStatus.OHISPAY,
        PaymentStatus.IGNORE,
        PaymentStatus.DIFFCID,
        PaymentStatus.NOT_FOUND,
        PaymentStatus.CANCELLED,
    },
)


# What reading at once, by msgspec, holds a record to; a record that is not like that is read leniently.
Text = Annotated[str, msgspec.Meta(min_length=1)]
LocalTime = Annotated[datetime, msgspec.Meta(tz=False)]
_NOT_IN_JSON = msgspec.Meta(min_length=maxsize)  # a member of that name is not this field


def _hidden() -> Any:
    return field(default=None, repr=False)


class StatusUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, gc=False):
    """One change in the life of an invoice, under the API's own field names.

    A field that the vendor left out, left empty or sent as null is None. Amounts are exact, in the invoice's currency.
    It is a `msgspec.Struct`, as a thousand come at a time: `msgspec.structs.replace` and `asdict` are there for it.
    See https://dev.ropo.com/guides/general-add-ons/status-updates-polling.
    """

    jobid: int | None = None
    """The job that the change belongs to."""
    statusid: Text | None = None
    """The id of this update."""
    billnum: Text | None = None
    """The invoice number."""
    openamount: Decimal | None = None
    """What is open now, costs included. As of the reading, not of the change."""
    origamount: Decimal | None = None
    """The invoice's original amount, costs included."""
    opencapital: Decimal | None = None
    """What is open of the capital now."""
    openinterest: Decimal | None = None
    """What is open of the interest now."""
    openexpenses: Decimal | None = None
    """What is open of the expenses now."""
    statustype: StatusType | None = None
    """`payment`, `comment`, or a kind that the vendor has added since."""
    statustime: LocalTime | None = None
    """When it happened, without a zone, as the vendor gives none; see `occurred_at`. Payments carry midnight."""
    statusref: Text | None = None
    """A short description, in the language of the customer: show it, never branch on it."""
    statustext: Text | None = None
    """A comment's longer text, which may name people; a payment's payment code."""
    statuscode: int | None = None
    """A comment's type code; nothing on a payment."""
    paydate: date | None = None
    """The day of the payment."""
    amount: Decimal | None = None
    """What was paid or cancelled."""
    extra: Annotated[dict[str, Any], _NOT_IN_JSON] = {}
    """Fields that the API has gained since this version, as they came."""
    raw: Annotated[bytes, _NOT_IN_JSON] = b""
    """The record's own JSON. Takes no part in equality."""

    def occurred_at(self, zone: tzinfo | str) -> datetime | None:
        """Return `statustime` in `zone`, which only you know; Finnish accounts are presumably `Europe/Helsinki`.

        An hour that the clock repeats in October is taken as its first pass.

        Args:
            zone: a `tzinfo`, or the name of an IANA zone.

        Raises:
            zoneinfo.ZoneInfoNotFoundError: there is no zone of that name.
        """
        if self.statustime is None:
            return None
        return self.statustime.replace(tzinfo=ZoneInfo(zone) if isinstance(zone, str) else zone)

    def __repr__(self) -> str:
        # Not what is the customer's, or may be.
        shown = ("jobid", "statusid", "statustype", "statustime", "statuscode")
        return f"StatusUpdate({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._documented() == other._documented() and self.extra == other.extra

    def __hash__(self) -> int:
        return hash(self._documented())

    def _documented(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name not in ("extra", "raw"))


@frozen
class PaymentReceipt:
    """The server's answer to a payment, booked or not. Amounts are exact, in the invoice's currency.

    See https://dev.ropo.com/guides/basics/payment.
    """

    jobid: int | None = None
    """The job on which it was looked for."""
    billnum: str | None = _hidden()
    """The invoice number."""
    billcode: str | None = _hidden()
    """The invoice's reference."""
    paydate: date | None = _hidden()
    """The day on which the debtor paid."""
    amount: Decimal | None = _hidden()
    """What was paid."""
    capitalbefore: Decimal | None = _hidden()
    """What was open of the capital before."""
    capitalafter: Decimal | None = _hidden()
    """What is open of the capital now."""
    focusedtocapital: Decimal | None = _hidden()
    """How much of the payment went to the capital."""
    interestbefore: Decimal | None = _hidden()
    """As `capitalbefore`, of the interest."""
    interestafter: Decimal | None = _hidden()
    """As `capitalafter`, of the interest."""
    focusedtointerest: Decimal | None = _hidden()
    """As `focusedtocapital`, to the interest."""
    noticefeebefore: Decimal | None = _hidden()
    """As `capitalbefore`, of the notice fees. The vendor's page has this field and the next one the other way round."""
    noticefeeafter: Decimal | None = _hidden()
    """As `capitalafter`, of the notice fees."""
    focusedtonoticefee: Decimal | None = _hidden()
    """As `focusedtocapital`, to the notice fees."""
    unfocused: Decimal | None = _hidden()
    """What was left over after capital, interest and fees were covered."""
    statusid: PaymentStatus | None = None
    """The outcome; 6 is the only one that means booked."""
    statustext: str | None = _hidden()
    """The vendor's remark, in its own language."""
    extra: Mapping[str, Any] = field(factory=dict[str, Any], repr=False, hash=False)
    """Fields that the API has gained since this version, and values that could not be read, as they came."""
    raw: bytes = field(default=b"", repr=False, eq=False)
    """The answer's own JSON. Takes no part in equality."""


@frozen
class Undecoded:
    """A record that could not be read, kept as it came: its place in the answer, its bytes, and why."""

    index: int
    raw: bytes = field(repr=False)
    reason: str


@frozen(kw_only=True)
class Page:
    """One answer of the status-updates feed: at most 1000 records, in the vendor's order, which is not chronological.

    Iterating it gives its updates.
    """

    updates: tuple[StatusUpdate, ...] = field(repr=lambda updates: f"<{len(updates)}>")
    undecoded: tuple[Undecoded, ...] = ()
    """Records that could not be read. They are part of the page all the same: store them too."""
    raw: bytes = field(repr=False, eq=False)
    """The answer's bytes as they came."""
    received_at: datetime = Factory(lambda: datetime.now(UTC))
    """When the answer was complete; aware, in UTC."""

    def __len__(self) -> int:
        return len(self.updates)

    def __iter__(self) -> Iterator[StatusUpdate]:
        return iter(self.updates)
