"""What the API calls a dataset: the data of one job."""

from __future__ import annotations

from attrs import frozen

# The types of the fields are looked at, so all of them are needed here.
from ropo_async.datasets._fields import Date, Integer, Null, Number, Text, as_declared
from ropo_async.datasets._part import Part
from ropo_async.datasets.rows import Image, PackageDetails, Payee  # noqa: TC001

__all__ = ["JobDataSet"]


@frozen(kw_only=True, field_transformer=as_declared)
class JobDataSet(Part):
    """The data of one job, under the API's own field names.

    `jobs.modify` takes it as it is; `JobSubmission` adds the rows that a new job has. Codes are ints, switches 1 or 0,
    amounts exact and in `currency`, dates without a time; countries and currencies are three letters, as ISO has them.
    Numbers as text, which the vendor's examples have, are for `from_wire` to read: what goes out has the types of the
    vendor's schema. A field that is `None` is not sent; `NULL` is sent as null. The repr shows codes, and nothing of
    people or money.

    See https://dev.ropo.com/guides/basics/invoice.
    """

    jobtype: int
    """0 bill, 1 payment notice, 2 collection, 300 printing, 301 mailing, 602 part of a collection invoice."""
    customertype: int
    """1 = company, 2 = natural person."""
    address: str
    """Street address of the recipient."""
    city: str
    """Post town of the debtor."""
    person: Text = None
    """Name of the customer, when it is a person."""
    company: str | None = None
    """Name of the customer, when it is a company."""
    department: Text = None
    """Department of the recipient."""
    contactperson: Text = None
    """Contact at the customer."""
    contactpersontitle: Text = None
    """Title of the contact."""
    contactpersondepartment: Text = None
    """Department of the contact."""
    custnum: Text = None
    """Number of the customer in the principal's system."""
    customerid: Integer = None
    """Number of the customer in Ropo One."""
    govid: Text = None
    """Business ID or personal identity code of the customer."""
    vatid: Text = None
    """VAT number of the customer."""
    ovt: Text = None
    """OVT identifier of the recipient."""
    email: Text = None
    """E-mail address for the bill."""
    email2: Text = None
    """Another e-mail address for the bill."""
    phone: Text = None
    """Telephone number of the customer."""
    language: Text = None
    """Language of the bill: eng, fin, swe or est."""
    addressaddline1: Text = None
    """Extra address line above the recipient's name."""
    addressaddline2: Text = None
    """Extra address line between the name and the street."""
    addressaddline3: Text = None
    """A further line between the name and the street, such as a care-of line."""
    postcode: Text = None
    """Postal code of the customer."""
    addresscountry: Text = None
    """Country of the recipient's address."""
    countryname: Text = None
    """Name of the recipient's country."""
    country: Text = None
    """Country of the company's registration."""
    billnum: Text = None
    """Bill number in the principal's books."""
    billcode: Text = None
    """Payment reference (number or message) that identifies the bill."""
    ordernumber: Integer = None
    """Number of the order."""
    ourcode: Text = None
    """Reference of the principal."""
    yourcode: Text = None
    """The buyer's own reference."""
    ownref: Text = None
    """Reference used only while sending."""
    model: Text = None
    """Make, cost centre or another reference of the customer's."""
    origbillnum: Text = None
    """Number of the collection invoice; needed for a sub-invoice (jobtype 602)."""
    refundtobillnum: Text = None
    """Bill number that the credit note is set against."""
    refundtojobid: Integer = None
    """Ropo's job id that the credit note is set against."""
    voucherbatch: Text = None
    """Batch of the voucher."""
    vouchernum: Text = None
    """Number of the voucher."""
    servicecode: Text = None
    """Id of the cost centre."""
    servicecode_name: Text = None
    """Name of the cost centre."""
    servicecode_dimension: Text = None
    """Code of the cost centre."""
    TA0001: Text = None
    """Construction: key of the site."""
    TA0002: Text = None
    """Construction: number of the site."""
    TA0003: Text = None
    """Construction: Y = goes to the site register, N = does not."""
    accountdate: Date = None
    """Accounting date."""
    billdate: Date = None
    """Date of the bill."""
    xmldate: Date = None
    """Date printed on the invoice, or on the reminder."""
    paydate: Date = None
    """Due date of the bill."""
    deliverydate: Date = None
    """When the goods are delivered, as printed."""
    noticedate: Date = None
    """Date of payment notice 1."""
    noticedate2: Date = None
    """Date of payment notice 2."""
    noticedate3: Date = None
    """Date of payment notice 3."""
    noticedate4: Date = None
    """Date of payment notice 4."""
    period: Date = None
    """Bookkeeping date at the principal; agree on its use with Ropo first."""
    vatperiod: Date = None
    """VAT date at the principal; agree on its use with Ropo first."""
    currency: Text = None
    """Currency of the job."""
    amount: Number = None
    """Total of the bill."""
    netamount: Number = None
    """Total without VAT."""
    vatamount: Number = None
    """VAT in the total."""
    totalamount: Number = None
    """Total with VAT."""
    advancepayment: Number = None
    """Sum paid in advance."""
    foreignamount: Number = None
    """Total of the bill in the foreign currency."""
    foreigncurrency: Text = None
    """Code of the foreign currency."""
    noticefee: Number = None
    """What the principal charges for a notice."""
    overdueinterest: Number = None
    """Penalty interest, per cent."""
    payplanamount: Number = None
    """Size of one instalment, in euros."""
    payplancount: Integer = None
    """How many instalments."""
    payplaninterval: Integer = None
    """Months from one instalment to the next."""
    refundiban: Text = None
    """Account that the refund goes to."""
    refundmessage: Text = None
    """Message of the refund."""
    refundmessagetype: Integer = None
    """1 = the refund carries a reference, 3 = a message."""
    sendtype: Text = None
    """How the bill is sent: post, print, email, evoice, or b2c for a consumer's e-invoice."""
    evoice: Text = None
    """Finnish e-invoicing address."""
    evoiceint: Text = None
    """Code of the e-invoicing operator."""
    avtalegiro: Text = None
    """Makes it an AvtaleGiro invoice."""
    autogiro: Text = None
    """Makes it an Autogiro invoice."""
    collectionprocess: Text = None
    """Kind of receivable; decides how it is collected."""
    collectioninvoice: Integer = None
    """1 = collection invoice, 0 = single invoice."""
    cashbill: Integer = None
    """1 = a cash bill, paid from the start."""
    checkbillnum: Integer = None
    """1 = refuse a bill number that is already in use, 0 = accept it."""
    putonhold: Integer = None
    """1 = put the job on hold (status 100), 0 = do not."""
    sensible: Integer = None
    """1 = send no reminder automatically, 0 = send it."""
    finance: Integer = None
    """1 = Ropo Finance funds the bill, 2 = it buys the bill."""
    claimtext: Text = None
    """Why the claim is made (recall and recourse)."""
    billtemplate: Text = None
    """Layout of the bill: CUSTOM, ECOM, BOBCAT or INC."""
    billtemplateid: Integer = None
    """Layout of the bill, by number."""
    color: Integer = None
    """1 = printed in colour, 0 = black and white."""
    doublesided: Integer = None
    """1 = printed on both sides, 0 = on one (the default)."""
    postclass: int | None = None
    """Class of the letter: 1 or 2."""
    negvat: Integer = None
    """1 = reverse charge of VAT."""
    vatlayout: Integer = None
    """Which price the rows show when they show one: 0 = without VAT, 1 = with it."""
    deliverymethod: Text = None
    """How the goods are delivered, as printed."""
    deliveryterm: Text = None
    """Delivery terms, as printed."""
    freetext: Text = None
    """Free text under the bill."""
    pdfname: Text = None
    """File name that preview and localprint give back in a response header."""
    salesman: Integer = None
    """Number of the salesperson."""
    salesmanname: Text = None
    """Name or initials of the salesperson."""
    image: Image | Null | None = None
    """A document to print or mail with, or as, the bill."""
    packagedetails: PackageDetails | Null | None = None
    """Details of a package."""
    payee: Payee | Null | None = None
    """Who is paid."""
