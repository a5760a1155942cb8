"""The rows and parts of a job. Amounts are in the job's currency and go out digit for digit."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - the types of the fields are looked at
from collections.abc import Sequence  # noqa: TC003 - as above
from decimal import Decimal  # noqa: TC003 - as above

from attrs import frozen

from ropo_async.datasets._fields import as_declared
from ropo_async.datasets._part import Part

__all__ = [
    "AccountRow",
    "Attachment",
    "CashDiscountRow",
    "Image",
    "Instalment",
    "PackageDetails",
    "PayPlan",
    "PayRow",
    "Payee",
    "PropertyRow",
]


@frozen(kw_only=True, field_transformer=as_declared)
class PayRow(Part):
    """One row of a bill. Negative counts or amounts make a credit note.

    See https://dev.ropo.com/guides/basics/invoice.
    """

    desc: str | None = None
    """What is billed."""
    count: Decimal | int | None = None
    """How many."""
    amount: Decimal | int | None = None
    """The price of one, without VAT."""
    taxpr: Decimal | int | None = None
    """VAT in per cent, 0 to 100."""
    itemtype: str | None = None
    """The unit, or the kind of the item."""
    discount: Decimal | int | None = None
    """The discount."""
    netamount: Decimal | int | None = None
    """The row without VAT."""
    vatamount: Decimal | int | None = None
    """The VAT of the row."""
    totalamount: Decimal | int | None = None
    """The row with VAT."""


@frozen(kw_only=True, field_transformer=as_declared)
class AccountRow(Part):
    """One booking of a bill.

    See https://dev.ropo.com/guides.
    """

    accountid: str | None = None
    """The account."""
    debit: Decimal | int | None = None
    """What is debited."""
    credit: Decimal | int | None = None
    """What is credited."""
    desc: str | None = None
    """What is booked."""
    netamount: Decimal | int | None = None
    """The sum without VAT."""
    vatamount: Decimal | int | None = None
    """The VAT."""
    taxpr: Decimal | int | None = None
    """VAT in per cent, 0 to 100."""


@frozen(kw_only=True, field_transformer=as_declared)
class CashDiscountRow(Part):
    """A discount for paying early.

    See https://dev.ropo.com/guides/basics/invoice/cash-discount.
    """

    discountdate: dt.date | None = None
    """The last day of the discount."""
    discountpercent: Decimal | int | None = None
    """The discount in per cent."""
    discountamount: Decimal | int | None = None
    """The discount as an amount; the server compares it with the totals."""
    discountfreetext: str | None = None
    """The discount in words."""


@frozen(kw_only=True, field_transformer=as_declared)
class Instalment(Part):
    """One instalment of a payment plan."""

    date: dt.date | None = None
    """When it falls due."""
    amount: Decimal | int | None = None
    """How much it is."""


@frozen(kw_only=True, field_transformer=as_declared)
class PayPlan(Part):
    """A payment plan with dates and amounts of your own; not for consumers.

    See https://dev.ropo.com/guides/basics/invoice/payment-plans.
    """

    instalment: Sequence[Instalment] = ()
    """The instalments."""


@frozen(kw_only=True, field_transformer=as_declared)
class Attachment(Part):
    """A file that goes with a bill: name and content, or the id of one that Ropo has.

    See https://dev.ropo.com/guides/basics/invoice/attachments.
    """

    attachmentname: str | None = None
    """The file's name."""
    attachmentfile: bytes | None = None
    """The file's content; goes out in base64."""
    attachmentid: str | None = None
    """The id of a file sent before."""


@frozen(kw_only=True, field_transformer=as_declared)
class Image(Part):
    """A document to print or to mail.

    See https://dev.ropo.com/guides/basics/other-documents.
    """

    filename: str | None = None
    """The file's name."""
    file: bytes | None = None
    """The file's content; goes out in base64."""


@frozen(kw_only=True, field_transformer=as_declared)
class PropertyRow(Part):
    """A further property by name, such as `documenttype`."""

    propname: str | None = None
    """The property's name."""
    propvalue: str | None = None
    """Its value."""


@frozen(kw_only=True, field_transformer=as_declared)
class PackageDetails(Part):
    """Details of a package. Its fields are not documented: whatever Ropo told you goes into `extra`."""


@frozen(kw_only=True, field_transformer=as_declared)
class Payee(Part):
    """Who is paid. Its fields are not documented: whatever Ropo told you goes into `extra`."""
