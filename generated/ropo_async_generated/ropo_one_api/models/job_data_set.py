# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.job_image import JobImage
    from ..models.job_package_details import JobPackageDetails
    from ..models.job_payee import JobPayee


T = TypeVar("T", bound="JobDataSet")


@_attrs_define
class JobDataSet:
    """The data of one job."""

    address: str
    """ Street address of the recipient. """
    city: str
    """ Post town of the debtor. """
    customertype: int
    """ 1 = company, 2 = natural person. """
    jobtype: int
    """ 0 = bill, 1 = payment notice, 2 = collection, 300 = printing, 301 = mailing. """
    accountdate: None | str | Unset = UNSET
    """ Accounting date. """
    addressaddline1: None | str | Unset = UNSET
    """ Extra address line above the recipient's name. """
    addressaddline2: None | str | Unset = UNSET
    """ Extra address line between the name and the street. """
    addressaddline3: None | str | Unset = UNSET
    """ A further line between the name and the street, such as a care-of line. """
    addresscountry: None | str | Unset = UNSET
    """ Country of the recipient's address. """
    advancepayment: float | None | Unset = UNSET
    """ Sum paid in advance. """
    amount: float | None | Unset = UNSET
    """ Total of the bill. """
    billcode: None | str | Unset = UNSET
    """ Payment reference (number or message) that identifies the bill. """
    billdate: None | str | Unset = UNSET
    """ Date of the bill. """
    xmldate: None | str | Unset = UNSET
    """ Date printed on the invoice, or on the reminder. """
    billnum: None | str | Unset = UNSET
    """ Bill number in the principal's books. """
    billtemplate: None | str | Unset = UNSET
    """ Layout of the bill: CUSTOM, ECOM, BOBCAT or INC. """
    billtemplateid: int | None | Unset = UNSET
    """ Layout of the bill, by number. """
    cashbill: int | None | Unset = UNSET
    """ 1 = a cash bill, paid from the start. """
    checkbillnum: int | None | Unset = UNSET
    """ 1 = refuse a bill number that is already in use, 0 = accept it. """
    claimtext: None | str | Unset = UNSET
    """ Why the claim is made (recall and recourse). """
    collectionprocess: None | str | Unset = UNSET
    """ Kind of receivable; decides how it is collected. """
    color: int | None | Unset = UNSET
    """ 1 = printed in colour, 0 = black and white. """
    collectioninvoice: int | None | Unset = UNSET
    """ 1 = collection invoice, 0 = single invoice. """
    company: str | Unset = UNSET
    """ Name of the customer, when it is a company. """
    contactperson: None | str | Unset = UNSET
    """ Contact at the customer. """
    contactpersontitle: None | str | Unset = UNSET
    """ Title of the contact. """
    contactpersondepartment: None | str | Unset = UNSET
    """ Department of the contact. """
    country: None | str | Unset = UNSET
    """ Country of the company's registration. """
    countryname: None | str | Unset = UNSET
    """ Name of the recipient's country. """
    currency: None | str | Unset = UNSET
    """ Currency of the job. """
    custnum: None | str | Unset = UNSET
    """ Number of the customer in the principal's system. """
    customerid: int | None | Unset = UNSET
    """ Number of the customer in Ropo One. """
    deliverydate: None | str | Unset = UNSET
    """ When the goods are delivered, as printed. """
    deliverymethod: None | str | Unset = UNSET
    """ How the goods are delivered, as printed. """
    deliveryterm: None | str | Unset = UNSET
    """ Delivery terms, as printed. """
    department: None | str | Unset = UNSET
    """ Department of the recipient. """
    doublesided: int | None | Unset = UNSET
    """ 1 = printed on both sides, 0 = on one (the default). """
    email: None | str | Unset = UNSET
    """ E-mail address for the bill. """
    email2: None | str | Unset = UNSET
    """ Another e-mail address for the bill. """
    evoice: None | str | Unset = UNSET
    """ Finnish e-invoicing address. """
    evoiceint: None | str | Unset = UNSET
    """ Code of the e-invoicing operator. """
    finance: int | None | Unset = UNSET
    """ 1 = Ropo Finance funds the bill. """
    foreignamount: float | None | Unset = UNSET
    """ Total of the bill in the foreign currency. """
    foreigncurrency: None | str | Unset = UNSET
    """ Code of the foreign currency. """
    freetext: None | str | Unset = UNSET
    """ Free text under the bill. """
    govid: None | str | Unset = UNSET
    """ Business ID or personal identity code of the customer. """
    language: None | str | Unset = UNSET
    """ Language of the bill: eng, fin, swe or est. """
    model: None | str | Unset = UNSET
    """ Make, cost centre or another reference of the customer's. """
    negvat: int | None | Unset = UNSET
    """ 1 = reverse charge of VAT. """
    netamount: float | None | Unset = UNSET
    """ Total without VAT. """
    noticedate: None | str | Unset = UNSET
    """ Date of payment notice 1. """
    noticedate2: None | str | Unset = UNSET
    """ Date of payment notice 2. """
    noticedate3: None | str | Unset = UNSET
    """ Date of payment notice 3. """
    noticedate4: None | str | Unset = UNSET
    """ Date of payment notice 4. """
    noticefee: float | None | Unset = UNSET
    """ What the principal charges for a notice. """
    ordernumber: int | None | Unset = UNSET
    """ Number of the order. """
    ourcode: None | str | Unset = UNSET
    """ Reference of the principal. """
    overdueinterest: float | None | Unset = UNSET
    """ Penalty interest, per cent. """
    ovt: None | str | Unset = UNSET
    """ OVT identifier of the recipient. """
    ownref: None | str | Unset = UNSET
    """ Reference used only while sending. """
    origbillnum: None | str | Unset = UNSET
    """ Number of the collection invoice; needed for a sub-invoice (jobtype 602). """
    paydate: None | str | Unset = UNSET
    """ Due date of the bill. """
    payplanamount: float | None | Unset = UNSET
    """ Size of one instalment, in euros. """
    payplancount: int | None | Unset = UNSET
    """ How many instalments. """
    payplaninterval: int | None | Unset = UNSET
    """ Months from one instalment to the next. """
    pdfname: None | str | Unset = UNSET
    """ File name that preview and localprint give back in a response header. """
    period: None | str | Unset = UNSET
    """ Bookkeeping date at the principal; agree on its use with Ropo first. """
    person: None | str | Unset = UNSET
    """ Name of the customer, when it is a person. """
    phone: None | str | Unset = UNSET
    """ Telephone number of the customer. """
    postclass: int | Unset = UNSET
    """ Class of the letter: 1 or 2. """
    postcode: None | str | Unset = UNSET
    """ Postal code of the customer. """
    putonhold: int | None | Unset = UNSET
    """ 1 = put the job on hold (status 100), 0 = do not. """
    refundtobillnum: None | str | Unset = UNSET
    """ Bill number that the credit note is set against. """
    refundtojobid: int | None | Unset = UNSET
    """ Ropo's job id that the credit note is set against. """
    refundiban: None | str | Unset = UNSET
    """ Account that the refund goes to. """
    refundmessage: None | str | Unset = UNSET
    """ Message of the refund. """
    refundmessagetype: int | None | Unset = UNSET
    """ 1 = the refund carries a reference, 3 = a message. """
    salesman: int | None | Unset = UNSET
    """ Number of the salesperson. """
    salesmanname: None | str | Unset = UNSET
    """ Name or initials of the salesperson. """
    sendtype: None | str | Unset = UNSET
    """ How the bill is sent: post, print, email or evoice. """
    sensible: int | None | Unset = UNSET
    """ 1 = send no reminder automatically, 0 = send it. """
    servicecode: None | str | Unset = UNSET
    """ Id of the cost centre. """
    servicecode_name: None | str | Unset = UNSET
    """ Name of the cost centre. """
    servicecode_dimension: None | str | Unset = UNSET
    """ Code of the cost centre. """
    ta0001: None | str | Unset = UNSET
    """ Construction: key of the site. """
    ta0002: None | str | Unset = UNSET
    """ Construction: number of the site. """
    ta0003: None | str | Unset = UNSET
    """ Construction: Y = goes to the site register, N = does not. """
    totalamount: float | None | Unset = UNSET
    """ Total with VAT. """
    vatamount: float | None | Unset = UNSET
    """ VAT in the total. """
    vatlayout: int | None | Unset = UNSET
    """ Which price the rows show when they show one: 0 = without VAT, 1 = with it. """
    vatid: None | str | Unset = UNSET
    """ VAT number of the customer. """
    vatperiod: None | str | Unset = UNSET
    """ VAT date at the principal; agree on its use with Ropo first. """
    voucherbatch: None | str | Unset = UNSET
    """ Batch of the voucher. """
    vouchernum: None | str | Unset = UNSET
    """ Number of the voucher. """
    yourcode: None | str | Unset = UNSET
    """ The buyer's own reference. """
    image: JobImage | None | Unset = UNSET
    """ A document to print or mail with, or as, the bill. """
    packagedetails: JobPackageDetails | None | Unset = UNSET
    """ Details of a package. """
    payee: JobPayee | None | Unset = UNSET
    """ Who is paid. """
    avtalegiro: None | str | Unset = UNSET
    """ Makes it an AvtaleGiro invoice. """
    autogiro: None | str | Unset = UNSET
    """ Makes it an Autogiro invoice. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.job_image import JobImage  # noqa: PLC0415
        from ..models.job_package_details import JobPackageDetails  # noqa: PLC0415
        from ..models.job_payee import JobPayee  # noqa: PLC0415

        address = self.address

        city = self.city

        customertype = self.customertype

        jobtype = self.jobtype

        accountdate: None | str | Unset
        if isinstance(self.accountdate, Unset):
            accountdate = UNSET
        else:
            accountdate = self.accountdate

        addressaddline1: None | str | Unset
        if isinstance(self.addressaddline1, Unset):
            addressaddline1 = UNSET
        else:
            addressaddline1 = self.addressaddline1

        addressaddline2: None | str | Unset
        if isinstance(self.addressaddline2, Unset):
            addressaddline2 = UNSET
        else:
            addressaddline2 = self.addressaddline2

        addressaddline3: None | str | Unset
        if isinstance(self.addressaddline3, Unset):
            addressaddline3 = UNSET
        else:
            addressaddline3 = self.addressaddline3

        addresscountry: None | str | Unset
        if isinstance(self.addresscountry, Unset):
            addresscountry = UNSET
        else:
            addresscountry = self.addresscountry

        advancepayment: float | None | Unset
        if isinstance(self.advancepayment, Unset):
            advancepayment = UNSET
        else:
            advancepayment = self.advancepayment

        amount: float | None | Unset
        if isinstance(self.amount, Unset):
            amount = UNSET
        else:
            amount = self.amount

        billcode: None | str | Unset
        if isinstance(self.billcode, Unset):
            billcode = UNSET
        else:
            billcode = self.billcode

        billdate: None | str | Unset
        if isinstance(self.billdate, Unset):
            billdate = UNSET
        else:
            billdate = self.billdate

        xmldate: None | str | Unset
        if isinstance(self.xmldate, Unset):
            xmldate = UNSET
        else:
            xmldate = self.xmldate

        billnum: None | str | Unset
        if isinstance(self.billnum, Unset):
            billnum = UNSET
        else:
            billnum = self.billnum

        billtemplate: None | str | Unset
        if isinstance(self.billtemplate, Unset):
            billtemplate = UNSET
        else:
            billtemplate = self.billtemplate

        billtemplateid: int | None | Unset
        if isinstance(self.billtemplateid, Unset):
            billtemplateid = UNSET
        else:
            billtemplateid = self.billtemplateid

        cashbill: int | None | Unset
        if isinstance(self.cashbill, Unset):
            cashbill = UNSET
        else:
            cashbill = self.cashbill

        checkbillnum: int | None | Unset
        if isinstance(self.checkbillnum, Unset):
            checkbillnum = UNSET
        else:
            checkbillnum = self.checkbillnum

        claimtext: None | str | Unset
        if isinstance(self.claimtext, Unset):
            claimtext = UNSET
        else:
            claimtext = self.claimtext

        collectionprocess: None | str | Unset
        if isinstance(self.collectionprocess, Unset):
            collectionprocess = UNSET
        else:
            collectionprocess = self.collectionprocess

        color: int | None | Unset
        if isinstance(self.color, Unset):
            color = UNSET
        else:
            color = self.color

        collectioninvoice: int | None | Unset
        if isinstance(self.collectioninvoice, Unset):
            collectioninvoice = UNSET
        else:
            collectioninvoice = self.collectioninvoice

        company = self.company

        contactperson: None | str | Unset
        if isinstance(self.contactperson, Unset):
            contactperson = UNSET
        else:
            contactperson = self.contactperson

        contactpersontitle: None | str | Unset
        if isinstance(self.contactpersontitle, Unset):
            contactpersontitle = UNSET
        else:
            contactpersontitle = self.contactpersontitle

        contactpersondepartment: None | str | Unset
        if isinstance(self.contactpersondepartment, Unset):
            contactpersondepartment = UNSET
        else:
            contactpersondepartment = self.contactpersondepartment

        country: None | str | Unset
        if isinstance(self.country, Unset):
            country = UNSET
        else:
            country = self.country

        countryname: None | str | Unset
        if isinstance(self.countryname, Unset):
            countryname = UNSET
        else:
            countryname = self.countryname

        currency: None | str | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        else:
            currency = self.currency

        custnum: None | str | Unset
        if isinstance(self.custnum, Unset):
            custnum = UNSET
        else:
            custnum = self.custnum

        customerid: int | None | Unset
        if isinstance(self.customerid, Unset):
            customerid = UNSET
        else:
            customerid = self.customerid

        deliverydate: None | str | Unset
        if isinstance(self.deliverydate, Unset):
            deliverydate = UNSET
        else:
            deliverydate = self.deliverydate

        deliverymethod: None | str | Unset
        if isinstance(self.deliverymethod, Unset):
            deliverymethod = UNSET
        else:
            deliverymethod = self.deliverymethod

        deliveryterm: None | str | Unset
        if isinstance(self.deliveryterm, Unset):
            deliveryterm = UNSET
        else:
            deliveryterm = self.deliveryterm

        department: None | str | Unset
        if isinstance(self.department, Unset):
            department = UNSET
        else:
            department = self.department

        doublesided: int | None | Unset
        if isinstance(self.doublesided, Unset):
            doublesided = UNSET
        else:
            doublesided = self.doublesided

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        email2: None | str | Unset
        if isinstance(self.email2, Unset):
            email2 = UNSET
        else:
            email2 = self.email2

        evoice: None | str | Unset
        if isinstance(self.evoice, Unset):
            evoice = UNSET
        else:
            evoice = self.evoice

        evoiceint: None | str | Unset
        if isinstance(self.evoiceint, Unset):
            evoiceint = UNSET
        else:
            evoiceint = self.evoiceint

        finance: int | None | Unset
        if isinstance(self.finance, Unset):
            finance = UNSET
        else:
            finance = self.finance

        foreignamount: float | None | Unset
        if isinstance(self.foreignamount, Unset):
            foreignamount = UNSET
        else:
            foreignamount = self.foreignamount

        foreigncurrency: None | str | Unset
        if isinstance(self.foreigncurrency, Unset):
            foreigncurrency = UNSET
        else:
            foreigncurrency = self.foreigncurrency

        freetext: None | str | Unset
        if isinstance(self.freetext, Unset):
            freetext = UNSET
        else:
            freetext = self.freetext

        govid: None | str | Unset
        if isinstance(self.govid, Unset):
            govid = UNSET
        else:
            govid = self.govid

        language: None | str | Unset
        if isinstance(self.language, Unset):
            language = UNSET
        else:
            language = self.language

        model: None | str | Unset
        if isinstance(self.model, Unset):
            model = UNSET
        else:
            model = self.model

        negvat: int | None | Unset
        if isinstance(self.negvat, Unset):
            negvat = UNSET
        else:
            negvat = self.negvat

        netamount: float | None | Unset
        if isinstance(self.netamount, Unset):
            netamount = UNSET
        else:
            netamount = self.netamount

        noticedate: None | str | Unset
        if isinstance(self.noticedate, Unset):
            noticedate = UNSET
        else:
            noticedate = self.noticedate

        noticedate2: None | str | Unset
        if isinstance(self.noticedate2, Unset):
            noticedate2 = UNSET
        else:
            noticedate2 = self.noticedate2

        noticedate3: None | str | Unset
        if isinstance(self.noticedate3, Unset):
            noticedate3 = UNSET
        else:
            noticedate3 = self.noticedate3

        noticedate4: None | str | Unset
        if isinstance(self.noticedate4, Unset):
            noticedate4 = UNSET
        else:
            noticedate4 = self.noticedate4

        noticefee: float | None | Unset
        if isinstance(self.noticefee, Unset):
            noticefee = UNSET
        else:
            noticefee = self.noticefee

        ordernumber: int | None | Unset
        if isinstance(self.ordernumber, Unset):
            ordernumber = UNSET
        else:
            ordernumber = self.ordernumber

        ourcode: None | str | Unset
        if isinstance(self.ourcode, Unset):
            ourcode = UNSET
        else:
            ourcode = self.ourcode

        overdueinterest: float | None | Unset
        if isinstance(self.overdueinterest, Unset):
            overdueinterest = UNSET
        else:
            overdueinterest = self.overdueinterest

        ovt: None | str | Unset
        if isinstance(self.ovt, Unset):
            ovt = UNSET
        else:
            ovt = self.ovt

        ownref: None | str | Unset
        if isinstance(self.ownref, Unset):
            ownref = UNSET
        else:
            ownref = self.ownref

        origbillnum: None | str | Unset
        if isinstance(self.origbillnum, Unset):
            origbillnum = UNSET
        else:
            origbillnum = self.origbillnum

        paydate: None | str | Unset
        if isinstance(self.paydate, Unset):
            paydate = UNSET
        else:
            paydate = self.paydate

        payplanamount: float | None | Unset
        if isinstance(self.payplanamount, Unset):
            payplanamount = UNSET
        else:
            payplanamount = self.payplanamount

        payplancount: int | None | Unset
        if isinstance(self.payplancount, Unset):
            payplancount = UNSET
        else:
            payplancount = self.payplancount

        payplaninterval: int | None | Unset
        if isinstance(self.payplaninterval, Unset):
            payplaninterval = UNSET
        else:
            payplaninterval = self.payplaninterval

        pdfname: None | str | Unset
        if isinstance(self.pdfname, Unset):
            pdfname = UNSET
        else:
            pdfname = self.pdfname

        period: None | str | Unset
        if isinstance(self.period, Unset):
            period = UNSET
        else:
            period = self.period

        person: None | str | Unset
        if isinstance(self.person, Unset):
            person = UNSET
        else:
            person = self.person

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        postclass = self.postclass

        postcode: None | str | Unset
        if isinstance(self.postcode, Unset):
            postcode = UNSET
        else:
            postcode = self.postcode

        putonhold: int | None | Unset
        if isinstance(self.putonhold, Unset):
            putonhold = UNSET
        else:
            putonhold = self.putonhold

        refundtobillnum: None | str | Unset
        if isinstance(self.refundtobillnum, Unset):
            refundtobillnum = UNSET
        else:
            refundtobillnum = self.refundtobillnum

        refundtojobid: int | None | Unset
        if isinstance(self.refundtojobid, Unset):
            refundtojobid = UNSET
        else:
            refundtojobid = self.refundtojobid

        refundiban: None | str | Unset
        if isinstance(self.refundiban, Unset):
            refundiban = UNSET
        else:
            refundiban = self.refundiban

        refundmessage: None | str | Unset
        if isinstance(self.refundmessage, Unset):
            refundmessage = UNSET
        else:
            refundmessage = self.refundmessage

        refundmessagetype: int | None | Unset
        if isinstance(self.refundmessagetype, Unset):
            refundmessagetype = UNSET
        else:
            refundmessagetype = self.refundmessagetype

        salesman: int | None | Unset
        if isinstance(self.salesman, Unset):
            salesman = UNSET
        else:
            salesman = self.salesman

        salesmanname: None | str | Unset
        if isinstance(self.salesmanname, Unset):
            salesmanname = UNSET
        else:
            salesmanname = self.salesmanname

        sendtype: None | str | Unset
        if isinstance(self.sendtype, Unset):
            sendtype = UNSET
        else:
            sendtype = self.sendtype

        sensible: int | None | Unset
        if isinstance(self.sensible, Unset):
            sensible = UNSET
        else:
            sensible = self.sensible

        servicecode: None | str | Unset
        if isinstance(self.servicecode, Unset):
            servicecode = UNSET
        else:
            servicecode = self.servicecode

        servicecode_name: None | str | Unset
        if isinstance(self.servicecode_name, Unset):
            servicecode_name = UNSET
        else:
            servicecode_name = self.servicecode_name

        servicecode_dimension: None | str | Unset
        if isinstance(self.servicecode_dimension, Unset):
            servicecode_dimension = UNSET
        else:
            servicecode_dimension = self.servicecode_dimension

        ta0001: None | str | Unset
        if isinstance(self.ta0001, Unset):
            ta0001 = UNSET
        else:
            ta0001 = self.ta0001

        ta0002: None | str | Unset
        if isinstance(self.ta0002, Unset):
            ta0002 = UNSET
        else:
            ta0002 = self.ta0002

        ta0003: None | str | Unset
        if isinstance(self.ta0003, Unset):
            ta0003 = UNSET
        else:
            ta0003 = self.ta0003

        totalamount: float | None | Unset
        if isinstance(self.totalamount, Unset):
            totalamount = UNSET
        else:
            totalamount = self.totalamount

        vatamount: float | None | Unset
        if isinstance(self.vatamount, Unset):
            vatamount = UNSET
        else:
            vatamount = self.vatamount

        vatlayout: int | None | Unset
        if isinstance(self.vatlayout, Unset):
            vatlayout = UNSET
        else:
            vatlayout = self.vatlayout

        vatid: None | str | Unset
        if isinstance(self.vatid, Unset):
            vatid = UNSET
        else:
            vatid = self.vatid

        vatperiod: None | str | Unset
        if isinstance(self.vatperiod, Unset):
            vatperiod = UNSET
        else:
            vatperiod = self.vatperiod

        voucherbatch: None | str | Unset
        if isinstance(self.voucherbatch, Unset):
            voucherbatch = UNSET
        else:
            voucherbatch = self.voucherbatch

        vouchernum: None | str | Unset
        if isinstance(self.vouchernum, Unset):
            vouchernum = UNSET
        else:
            vouchernum = self.vouchernum

        yourcode: None | str | Unset
        if isinstance(self.yourcode, Unset):
            yourcode = UNSET
        else:
            yourcode = self.yourcode

        image: dict[str, Any] | None | Unset
        if isinstance(self.image, Unset):
            image = UNSET
        elif isinstance(self.image, JobImage):
            image = self.image.to_dict()
        else:
            image = self.image

        packagedetails: dict[str, Any] | None | Unset
        if isinstance(self.packagedetails, Unset):
            packagedetails = UNSET
        elif isinstance(self.packagedetails, JobPackageDetails):
            packagedetails = self.packagedetails.to_dict()
        else:
            packagedetails = self.packagedetails

        payee: dict[str, Any] | None | Unset
        if isinstance(self.payee, Unset):
            payee = UNSET
        elif isinstance(self.payee, JobPayee):
            payee = self.payee.to_dict()
        else:
            payee = self.payee

        avtalegiro: None | str | Unset
        if isinstance(self.avtalegiro, Unset):
            avtalegiro = UNSET
        else:
            avtalegiro = self.avtalegiro

        autogiro: None | str | Unset
        if isinstance(self.autogiro, Unset):
            autogiro = UNSET
        else:
            autogiro = self.autogiro

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "address": address,
                "city": city,
                "customertype": customertype,
                "jobtype": jobtype,
            }
        )
        if accountdate is not UNSET:
            field_dict["accountdate"] = accountdate
        if addressaddline1 is not UNSET:
            field_dict["addressaddline1"] = addressaddline1
        if addressaddline2 is not UNSET:
            field_dict["addressaddline2"] = addressaddline2
        if addressaddline3 is not UNSET:
            field_dict["addressaddline3"] = addressaddline3
        if addresscountry is not UNSET:
            field_dict["addresscountry"] = addresscountry
        if advancepayment is not UNSET:
            field_dict["advancepayment"] = advancepayment
        if amount is not UNSET:
            field_dict["amount"] = amount
        if billcode is not UNSET:
            field_dict["billcode"] = billcode
        if billdate is not UNSET:
            field_dict["billdate"] = billdate
        if xmldate is not UNSET:
            field_dict["xmldate"] = xmldate
        if billnum is not UNSET:
            field_dict["billnum"] = billnum
        if billtemplate is not UNSET:
            field_dict["billtemplate"] = billtemplate
        if billtemplateid is not UNSET:
            field_dict["billtemplateid"] = billtemplateid
        if cashbill is not UNSET:
            field_dict["cashbill"] = cashbill
        if checkbillnum is not UNSET:
            field_dict["checkbillnum"] = checkbillnum
        if claimtext is not UNSET:
            field_dict["claimtext"] = claimtext
        if collectionprocess is not UNSET:
            field_dict["collectionprocess"] = collectionprocess
        if color is not UNSET:
            field_dict["color"] = color
        if collectioninvoice is not UNSET:
            field_dict["collectioninvoice"] = collectioninvoice
        if company is not UNSET:
            field_dict["company"] = company
        if contactperson is not UNSET:
            field_dict["contactperson"] = contactperson
        if contactpersontitle is not UNSET:
            field_dict["contactpersontitle"] = contactpersontitle
        if contactpersondepartment is not UNSET:
            field_dict["contactpersondepartment"] = contactpersondepartment
        if country is not UNSET:
            field_dict["country"] = country
        if countryname is not UNSET:
            field_dict["countryname"] = countryname
        if currency is not UNSET:
            field_dict["currency"] = currency
        if custnum is not UNSET:
            field_dict["custnum"] = custnum
        if customerid is not UNSET:
            field_dict["customerid"] = customerid
        if deliverydate is not UNSET:
            field_dict["deliverydate"] = deliverydate
        if deliverymethod is not UNSET:
            field_dict["deliverymethod"] = deliverymethod
        if deliveryterm is not UNSET:
            field_dict["deliveryterm"] = deliveryterm
        if department is not UNSET:
            field_dict["department"] = department
        if doublesided is not UNSET:
            field_dict["doublesided"] = doublesided
        if email is not UNSET:
            field_dict["email"] = email
        if email2 is not UNSET:
            field_dict["email2"] = email2
        if evoice is not UNSET:
            field_dict["evoice"] = evoice
        if evoiceint is not UNSET:
            field_dict["evoiceint"] = evoiceint
        if finance is not UNSET:
            field_dict["finance"] = finance
        if foreignamount is not UNSET:
            field_dict["foreignamount"] = foreignamount
        if foreigncurrency is not UNSET:
            field_dict["foreigncurrency"] = foreigncurrency
        if freetext is not UNSET:
            field_dict["freetext"] = freetext
        if govid is not UNSET:
            field_dict["govid"] = govid
        if language is not UNSET:
            field_dict["language"] = language
        if model is not UNSET:
            field_dict["model"] = model
        if negvat is not UNSET:
            field_dict["negvat"] = negvat
        if netamount is not UNSET:
            field_dict["netamount"] = netamount
        if noticedate is not UNSET:
            field_dict["noticedate"] = noticedate
        if noticedate2 is not UNSET:
            field_dict["noticedate2"] = noticedate2
        if noticedate3 is not UNSET:
            field_dict["noticedate3"] = noticedate3
        if noticedate4 is not UNSET:
            field_dict["noticedate4"] = noticedate4
        if noticefee is not UNSET:
            field_dict["noticefee"] = noticefee
        if ordernumber is not UNSET:
            field_dict["ordernumber"] = ordernumber
        if ourcode is not UNSET:
            field_dict["ourcode"] = ourcode
        if overdueinterest is not UNSET:
            field_dict["overdueinterest"] = overdueinterest
        if ovt is not UNSET:
            field_dict["ovt"] = ovt
        if ownref is not UNSET:
            field_dict["ownref"] = ownref
        if origbillnum is not UNSET:
            field_dict["origbillnum"] = origbillnum
        if paydate is not UNSET:
            field_dict["paydate"] = paydate
        if payplanamount is not UNSET:
            field_dict["payplanamount"] = payplanamount
        if payplancount is not UNSET:
            field_dict["payplancount"] = payplancount
        if payplaninterval is not UNSET:
            field_dict["payplaninterval"] = payplaninterval
        if pdfname is not UNSET:
            field_dict["pdfname"] = pdfname
        if period is not UNSET:
            field_dict["period"] = period
        if person is not UNSET:
            field_dict["person"] = person
        if phone is not UNSET:
            field_dict["phone"] = phone
        if postclass is not UNSET:
            field_dict["postclass"] = postclass
        if postcode is not UNSET:
            field_dict["postcode"] = postcode
        if putonhold is not UNSET:
            field_dict["putonhold"] = putonhold
        if refundtobillnum is not UNSET:
            field_dict["refundtobillnum"] = refundtobillnum
        if refundtojobid is not UNSET:
            field_dict["refundtojobid"] = refundtojobid
        if refundiban is not UNSET:
            field_dict["refundiban"] = refundiban
        if refundmessage is not UNSET:
            field_dict["refundmessage"] = refundmessage
        if refundmessagetype is not UNSET:
            field_dict["refundmessagetype"] = refundmessagetype
        if salesman is not UNSET:
            field_dict["salesman"] = salesman
        if salesmanname is not UNSET:
            field_dict["salesmanname"] = salesmanname
        if sendtype is not UNSET:
            field_dict["sendtype"] = sendtype
        if sensible is not UNSET:
            field_dict["sensible"] = sensible
        if servicecode is not UNSET:
            field_dict["servicecode"] = servicecode
        if servicecode_name is not UNSET:
            field_dict["servicecode_name"] = servicecode_name
        if servicecode_dimension is not UNSET:
            field_dict["servicecode_dimension"] = servicecode_dimension
        if ta0001 is not UNSET:
            field_dict["TA0001"] = ta0001
        if ta0002 is not UNSET:
            field_dict["TA0002"] = ta0002
        if ta0003 is not UNSET:
            field_dict["TA0003"] = ta0003
        if totalamount is not UNSET:
            field_dict["totalamount"] = totalamount
        if vatamount is not UNSET:
            field_dict["vatamount"] = vatamount
        if vatlayout is not UNSET:
            field_dict["vatlayout"] = vatlayout
        if vatid is not UNSET:
            field_dict["vatid"] = vatid
        if vatperiod is not UNSET:
            field_dict["vatperiod"] = vatperiod
        if voucherbatch is not UNSET:
            field_dict["voucherbatch"] = voucherbatch
        if vouchernum is not UNSET:
            field_dict["vouchernum"] = vouchernum
        if yourcode is not UNSET:
            field_dict["yourcode"] = yourcode
        if image is not UNSET:
            field_dict["image"] = image
        if packagedetails is not UNSET:
            field_dict["packagedetails"] = packagedetails
        if payee is not UNSET:
            field_dict["payee"] = payee
        if avtalegiro is not UNSET:
            field_dict["avtalegiro"] = avtalegiro
        if autogiro is not UNSET:
            field_dict["autogiro"] = autogiro

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job_image import JobImage  # noqa: PLC0415
        from ..models.job_package_details import JobPackageDetails  # noqa: PLC0415
        from ..models.job_payee import JobPayee  # noqa: PLC0415

        d = dict(src_dict)
        address = d.pop("address")

        city = d.pop("city")

        customertype = d.pop("customertype")

        jobtype = d.pop("jobtype")

        def _parse_accountdate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        accountdate = _parse_accountdate(d.pop("accountdate", UNSET))

        def _parse_addressaddline1(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        addressaddline1 = _parse_addressaddline1(d.pop("addressaddline1", UNSET))

        def _parse_addressaddline2(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        addressaddline2 = _parse_addressaddline2(d.pop("addressaddline2", UNSET))

        def _parse_addressaddline3(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        addressaddline3 = _parse_addressaddline3(d.pop("addressaddline3", UNSET))

        def _parse_addresscountry(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        addresscountry = _parse_addresscountry(d.pop("addresscountry", UNSET))

        def _parse_advancepayment(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        advancepayment = _parse_advancepayment(d.pop("advancepayment", UNSET))

        def _parse_amount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        amount = _parse_amount(d.pop("amount", UNSET))

        def _parse_billcode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        billcode = _parse_billcode(d.pop("billcode", UNSET))

        def _parse_billdate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        billdate = _parse_billdate(d.pop("billdate", UNSET))

        def _parse_xmldate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        xmldate = _parse_xmldate(d.pop("xmldate", UNSET))

        def _parse_billnum(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        billnum = _parse_billnum(d.pop("billnum", UNSET))

        def _parse_billtemplate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        billtemplate = _parse_billtemplate(d.pop("billtemplate", UNSET))

        def _parse_billtemplateid(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        billtemplateid = _parse_billtemplateid(d.pop("billtemplateid", UNSET))

        def _parse_cashbill(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cashbill = _parse_cashbill(d.pop("cashbill", UNSET))

        def _parse_checkbillnum(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        checkbillnum = _parse_checkbillnum(d.pop("checkbillnum", UNSET))

        def _parse_claimtext(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        claimtext = _parse_claimtext(d.pop("claimtext", UNSET))

        def _parse_collectionprocess(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        collectionprocess = _parse_collectionprocess(d.pop("collectionprocess", UNSET))

        def _parse_color(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        color = _parse_color(d.pop("color", UNSET))

        def _parse_collectioninvoice(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        collectioninvoice = _parse_collectioninvoice(d.pop("collectioninvoice", UNSET))

        company = d.pop("company", UNSET)

        def _parse_contactperson(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contactperson = _parse_contactperson(d.pop("contactperson", UNSET))

        def _parse_contactpersontitle(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contactpersontitle = _parse_contactpersontitle(d.pop("contactpersontitle", UNSET))

        def _parse_contactpersondepartment(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contactpersondepartment = _parse_contactpersondepartment(
            d.pop("contactpersondepartment", UNSET)
        )

        def _parse_country(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        country = _parse_country(d.pop("country", UNSET))

        def _parse_countryname(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        countryname = _parse_countryname(d.pop("countryname", UNSET))

        def _parse_currency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        def _parse_custnum(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custnum = _parse_custnum(d.pop("custnum", UNSET))

        def _parse_customerid(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        customerid = _parse_customerid(d.pop("customerid", UNSET))

        def _parse_deliverydate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deliverydate = _parse_deliverydate(d.pop("deliverydate", UNSET))

        def _parse_deliverymethod(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deliverymethod = _parse_deliverymethod(d.pop("deliverymethod", UNSET))

        def _parse_deliveryterm(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deliveryterm = _parse_deliveryterm(d.pop("deliveryterm", UNSET))

        def _parse_department(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        department = _parse_department(d.pop("department", UNSET))

        def _parse_doublesided(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        doublesided = _parse_doublesided(d.pop("doublesided", UNSET))

        def _parse_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email = _parse_email(d.pop("email", UNSET))

        def _parse_email2(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email2 = _parse_email2(d.pop("email2", UNSET))

        def _parse_evoice(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        evoice = _parse_evoice(d.pop("evoice", UNSET))

        def _parse_evoiceint(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        evoiceint = _parse_evoiceint(d.pop("evoiceint", UNSET))

        def _parse_finance(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        finance = _parse_finance(d.pop("finance", UNSET))

        def _parse_foreignamount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        foreignamount = _parse_foreignamount(d.pop("foreignamount", UNSET))

        def _parse_foreigncurrency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        foreigncurrency = _parse_foreigncurrency(d.pop("foreigncurrency", UNSET))

        def _parse_freetext(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        freetext = _parse_freetext(d.pop("freetext", UNSET))

        def _parse_govid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        govid = _parse_govid(d.pop("govid", UNSET))

        def _parse_language(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        language = _parse_language(d.pop("language", UNSET))

        def _parse_model(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        model = _parse_model(d.pop("model", UNSET))

        def _parse_negvat(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        negvat = _parse_negvat(d.pop("negvat", UNSET))

        def _parse_netamount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        netamount = _parse_netamount(d.pop("netamount", UNSET))

        def _parse_noticedate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        noticedate = _parse_noticedate(d.pop("noticedate", UNSET))

        def _parse_noticedate2(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        noticedate2 = _parse_noticedate2(d.pop("noticedate2", UNSET))

        def _parse_noticedate3(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        noticedate3 = _parse_noticedate3(d.pop("noticedate3", UNSET))

        def _parse_noticedate4(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        noticedate4 = _parse_noticedate4(d.pop("noticedate4", UNSET))

        def _parse_noticefee(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        noticefee = _parse_noticefee(d.pop("noticefee", UNSET))

        def _parse_ordernumber(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        ordernumber = _parse_ordernumber(d.pop("ordernumber", UNSET))

        def _parse_ourcode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ourcode = _parse_ourcode(d.pop("ourcode", UNSET))

        def _parse_overdueinterest(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        overdueinterest = _parse_overdueinterest(d.pop("overdueinterest", UNSET))

        def _parse_ovt(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ovt = _parse_ovt(d.pop("ovt", UNSET))

        def _parse_ownref(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ownref = _parse_ownref(d.pop("ownref", UNSET))

        def _parse_origbillnum(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        origbillnum = _parse_origbillnum(d.pop("origbillnum", UNSET))

        def _parse_paydate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        paydate = _parse_paydate(d.pop("paydate", UNSET))

        def _parse_payplanamount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        payplanamount = _parse_payplanamount(d.pop("payplanamount", UNSET))

        def _parse_payplancount(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        payplancount = _parse_payplancount(d.pop("payplancount", UNSET))

        def _parse_payplaninterval(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        payplaninterval = _parse_payplaninterval(d.pop("payplaninterval", UNSET))

        def _parse_pdfname(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pdfname = _parse_pdfname(d.pop("pdfname", UNSET))

        def _parse_period(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        period = _parse_period(d.pop("period", UNSET))

        def _parse_person(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        person = _parse_person(d.pop("person", UNSET))

        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))

        postclass = d.pop("postclass", UNSET)

        def _parse_postcode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        postcode = _parse_postcode(d.pop("postcode", UNSET))

        def _parse_putonhold(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        putonhold = _parse_putonhold(d.pop("putonhold", UNSET))

        def _parse_refundtobillnum(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        refundtobillnum = _parse_refundtobillnum(d.pop("refundtobillnum", UNSET))

        def _parse_refundtojobid(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        refundtojobid = _parse_refundtojobid(d.pop("refundtojobid", UNSET))

        def _parse_refundiban(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        refundiban = _parse_refundiban(d.pop("refundiban", UNSET))

        def _parse_refundmessage(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        refundmessage = _parse_refundmessage(d.pop("refundmessage", UNSET))

        def _parse_refundmessagetype(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        refundmessagetype = _parse_refundmessagetype(d.pop("refundmessagetype", UNSET))

        def _parse_salesman(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        salesman = _parse_salesman(d.pop("salesman", UNSET))

        def _parse_salesmanname(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        salesmanname = _parse_salesmanname(d.pop("salesmanname", UNSET))

        def _parse_sendtype(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        sendtype = _parse_sendtype(d.pop("sendtype", UNSET))

        def _parse_sensible(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        sensible = _parse_sensible(d.pop("sensible", UNSET))

        def _parse_servicecode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        servicecode = _parse_servicecode(d.pop("servicecode", UNSET))

        def _parse_servicecode_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        servicecode_name = _parse_servicecode_name(d.pop("servicecode_name", UNSET))

        def _parse_servicecode_dimension(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        servicecode_dimension = _parse_servicecode_dimension(d.pop("servicecode_dimension", UNSET))

        def _parse_ta0001(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ta0001 = _parse_ta0001(d.pop("TA0001", UNSET))

        def _parse_ta0002(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ta0002 = _parse_ta0002(d.pop("TA0002", UNSET))

        def _parse_ta0003(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ta0003 = _parse_ta0003(d.pop("TA0003", UNSET))

        def _parse_totalamount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        totalamount = _parse_totalamount(d.pop("totalamount", UNSET))

        def _parse_vatamount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        vatamount = _parse_vatamount(d.pop("vatamount", UNSET))

        def _parse_vatlayout(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        vatlayout = _parse_vatlayout(d.pop("vatlayout", UNSET))

        def _parse_vatid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        vatid = _parse_vatid(d.pop("vatid", UNSET))

        def _parse_vatperiod(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        vatperiod = _parse_vatperiod(d.pop("vatperiod", UNSET))

        def _parse_voucherbatch(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        voucherbatch = _parse_voucherbatch(d.pop("voucherbatch", UNSET))

        def _parse_vouchernum(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        vouchernum = _parse_vouchernum(d.pop("vouchernum", UNSET))

        def _parse_yourcode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        yourcode = _parse_yourcode(d.pop("yourcode", UNSET))

        def _parse_image(data: object) -> JobImage | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                image_type_0 = JobImage.from_dict(data)

                return image_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobImage | None | Unset, data)

        image = _parse_image(d.pop("image", UNSET))

        def _parse_packagedetails(data: object) -> JobPackageDetails | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                packagedetails_type_0 = JobPackageDetails.from_dict(data)

                return packagedetails_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobPackageDetails | None | Unset, data)

        packagedetails = _parse_packagedetails(d.pop("packagedetails", UNSET))

        def _parse_payee(data: object) -> JobPayee | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                payee_type_0 = JobPayee.from_dict(data)

                return payee_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobPayee | None | Unset, data)

        payee = _parse_payee(d.pop("payee", UNSET))

        def _parse_avtalegiro(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        avtalegiro = _parse_avtalegiro(d.pop("avtalegiro", UNSET))

        def _parse_autogiro(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        autogiro = _parse_autogiro(d.pop("autogiro", UNSET))

        job_data_set = cls(
            address=address,
            city=city,
            customertype=customertype,
            jobtype=jobtype,
            accountdate=accountdate,
            addressaddline1=addressaddline1,
            addressaddline2=addressaddline2,
            addressaddline3=addressaddline3,
            addresscountry=addresscountry,
            advancepayment=advancepayment,
            amount=amount,
            billcode=billcode,
            billdate=billdate,
            xmldate=xmldate,
            billnum=billnum,
            billtemplate=billtemplate,
            billtemplateid=billtemplateid,
            cashbill=cashbill,
            checkbillnum=checkbillnum,
            claimtext=claimtext,
            collectionprocess=collectionprocess,
            color=color,
            collectioninvoice=collectioninvoice,
            company=company,
            contactperson=contactperson,
            contactpersontitle=contactpersontitle,
            contactpersondepartment=contactpersondepartment,
            country=country,
            countryname=countryname,
            currency=currency,
            custnum=custnum,
            customerid=customerid,
            deliverydate=deliverydate,
            deliverymethod=deliverymethod,
            deliveryterm=deliveryterm,
            department=department,
            doublesided=doublesided,
            email=email,
            email2=email2,
            evoice=evoice,
            evoiceint=evoiceint,
            finance=finance,
            foreignamount=foreignamount,
            foreigncurrency=foreigncurrency,
            freetext=freetext,
            govid=govid,
            language=language,
            model=model,
            negvat=negvat,
            netamount=netamount,
            noticedate=noticedate,
            noticedate2=noticedate2,
            noticedate3=noticedate3,
            noticedate4=noticedate4,
            noticefee=noticefee,
            ordernumber=ordernumber,
            ourcode=ourcode,
            overdueinterest=overdueinterest,
            ovt=ovt,
            ownref=ownref,
            origbillnum=origbillnum,
            paydate=paydate,
            payplanamount=payplanamount,
            payplancount=payplancount,
            payplaninterval=payplaninterval,
            pdfname=pdfname,
            period=period,
            person=person,
            phone=phone,
            postclass=postclass,
            postcode=postcode,
            putonhold=putonhold,
            refundtobillnum=refundtobillnum,
            refundtojobid=refundtojobid,
            refundiban=refundiban,
            refundmessage=refundmessage,
            refundmessagetype=refundmessagetype,
            salesman=salesman,
            salesmanname=salesmanname,
            sendtype=sendtype,
            sensible=sensible,
            servicecode=servicecode,
            servicecode_name=servicecode_name,
            servicecode_dimension=servicecode_dimension,
            ta0001=ta0001,
            ta0002=ta0002,
            ta0003=ta0003,
            totalamount=totalamount,
            vatamount=vatamount,
            vatlayout=vatlayout,
            vatid=vatid,
            vatperiod=vatperiod,
            voucherbatch=voucherbatch,
            vouchernum=vouchernum,
            yourcode=yourcode,
            image=image,
            packagedetails=packagedetails,
            payee=payee,
            avtalegiro=avtalegiro,
            autogiro=autogiro,
        )

        job_data_set.additional_properties = d
        return job_data_set

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
