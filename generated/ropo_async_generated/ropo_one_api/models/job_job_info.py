# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobJobInfo")


@_attrs_define
class JobJobInfo:
    """One job, as it stands."""

    accountdate: None | str | Unset = UNSET
    """ When the job was added. """
    address: str | Unset = UNSET
    """ Street address of the recipient. """
    addressaddline1: str | Unset = UNSET
    """ Extra address line above the recipient's name. """
    addressaddline2: str | Unset = UNSET
    """ Extra address line between the name and the street. """
    billcode: str | Unset = UNSET
    """ Payment reference (number or message) that identifies the bill. """
    billnum: str | Unset = UNSET
    """ Bill number in the principal's books, as it stands now. """
    city: str | Unset = UNSET
    """ Post town of the debtor. """
    company: str | Unset = UNSET
    """ Name of the customer, when it is a company. """
    country: str | Unset = UNSET
    """ Country of the company's registration. """
    currentpaydate: str | Unset = UNSET
    """ Due date as it stands now. """
    currentstatus: int | Unset = UNSET
    """ Status as it stands now, by number. """
    currentstatustext: str | Unset = UNSET
    """ Status as it stands now, in words. """
    custnum: str | Unset = UNSET
    """ Number of the customer in the principal's system. """
    govid: str | Unset = UNSET
    """ Business ID or personal identity code of the customer. """
    jobid: int | Unset = UNSET
    """ The job's id. """
    nextstatus: int | Unset = UNSET
    """ Status that comes next; -1 when none does. """
    nextstatusdate: str | Unset = UNSET
    """ When the next status comes. """
    nextstatustext: str | Unset = UNSET
    """ Status that comes next, in words. """
    origjobdate: str | Unset = UNSET
    """ When Ropo first received the job. """
    origjobtext: str | Unset = UNSET
    """ Status at first, in words. """
    origjobtype: int | Unset = UNSET
    """ Jobtype at first. """
    paydate: str | Unset = UNSET
    """ Due date as it was at first. """
    person: str | Unset = UNSET
    """ Name of the customer, when it is a person. """
    postcode: str | Unset = UNSET
    """ Postal code of the customer. """
    reference: str | Unset = UNSET
    """ Payment reference (number or message) that identifies the bill. """
    refundtojobid: int | Unset = UNSET
    """ Ropo's job id that the credit note is set against. """
    vatid: str | Unset = UNSET
    """ VAT number of the customer. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        accountdate: None | str | Unset
        if isinstance(self.accountdate, Unset):
            accountdate = UNSET
        else:
            accountdate = self.accountdate

        address = self.address

        addressaddline1 = self.addressaddline1

        addressaddline2 = self.addressaddline2

        billcode = self.billcode

        billnum = self.billnum

        city = self.city

        company = self.company

        country = self.country

        currentpaydate = self.currentpaydate

        currentstatus = self.currentstatus

        currentstatustext = self.currentstatustext

        custnum = self.custnum

        govid = self.govid

        jobid = self.jobid

        nextstatus = self.nextstatus

        nextstatusdate = self.nextstatusdate

        nextstatustext = self.nextstatustext

        origjobdate = self.origjobdate

        origjobtext = self.origjobtext

        origjobtype = self.origjobtype

        paydate = self.paydate

        person = self.person

        postcode = self.postcode

        reference = self.reference

        refundtojobid = self.refundtojobid

        vatid = self.vatid

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if accountdate is not UNSET:
            field_dict["accountdate"] = accountdate
        if address is not UNSET:
            field_dict["address"] = address
        if addressaddline1 is not UNSET:
            field_dict["addressaddline1"] = addressaddline1
        if addressaddline2 is not UNSET:
            field_dict["addressaddline2"] = addressaddline2
        if billcode is not UNSET:
            field_dict["billcode"] = billcode
        if billnum is not UNSET:
            field_dict["billnum"] = billnum
        if city is not UNSET:
            field_dict["city"] = city
        if company is not UNSET:
            field_dict["company"] = company
        if country is not UNSET:
            field_dict["country"] = country
        if currentpaydate is not UNSET:
            field_dict["currentpaydate"] = currentpaydate
        if currentstatus is not UNSET:
            field_dict["currentstatus"] = currentstatus
        if currentstatustext is not UNSET:
            field_dict["currentstatustext"] = currentstatustext
        if custnum is not UNSET:
            field_dict["custnum"] = custnum
        if govid is not UNSET:
            field_dict["govid"] = govid
        if jobid is not UNSET:
            field_dict["jobid"] = jobid
        if nextstatus is not UNSET:
            field_dict["nextstatus"] = nextstatus
        if nextstatusdate is not UNSET:
            field_dict["nextstatusdate"] = nextstatusdate
        if nextstatustext is not UNSET:
            field_dict["nextstatustext"] = nextstatustext
        if origjobdate is not UNSET:
            field_dict["origjobdate"] = origjobdate
        if origjobtext is not UNSET:
            field_dict["origjobtext"] = origjobtext
        if origjobtype is not UNSET:
            field_dict["origjobtype"] = origjobtype
        if paydate is not UNSET:
            field_dict["paydate"] = paydate
        if person is not UNSET:
            field_dict["person"] = person
        if postcode is not UNSET:
            field_dict["postcode"] = postcode
        if reference is not UNSET:
            field_dict["reference"] = reference
        if refundtojobid is not UNSET:
            field_dict["refundtojobid"] = refundtojobid
        if vatid is not UNSET:
            field_dict["vatid"] = vatid

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_accountdate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        accountdate = _parse_accountdate(d.pop("accountdate", UNSET))

        address = d.pop("address", UNSET)

        addressaddline1 = d.pop("addressaddline1", UNSET)

        addressaddline2 = d.pop("addressaddline2", UNSET)

        billcode = d.pop("billcode", UNSET)

        billnum = d.pop("billnum", UNSET)

        city = d.pop("city", UNSET)

        company = d.pop("company", UNSET)

        country = d.pop("country", UNSET)

        currentpaydate = d.pop("currentpaydate", UNSET)

        currentstatus = d.pop("currentstatus", UNSET)

        currentstatustext = d.pop("currentstatustext", UNSET)

        custnum = d.pop("custnum", UNSET)

        govid = d.pop("govid", UNSET)

        jobid = d.pop("jobid", UNSET)

        nextstatus = d.pop("nextstatus", UNSET)

        nextstatusdate = d.pop("nextstatusdate", UNSET)

        nextstatustext = d.pop("nextstatustext", UNSET)

        origjobdate = d.pop("origjobdate", UNSET)

        origjobtext = d.pop("origjobtext", UNSET)

        origjobtype = d.pop("origjobtype", UNSET)

        paydate = d.pop("paydate", UNSET)

        person = d.pop("person", UNSET)

        postcode = d.pop("postcode", UNSET)

        reference = d.pop("reference", UNSET)

        refundtojobid = d.pop("refundtojobid", UNSET)

        vatid = d.pop("vatid", UNSET)

        job_job_info = cls(
            accountdate=accountdate,
            address=address,
            addressaddline1=addressaddline1,
            addressaddline2=addressaddline2,
            billcode=billcode,
            billnum=billnum,
            city=city,
            company=company,
            country=country,
            currentpaydate=currentpaydate,
            currentstatus=currentstatus,
            currentstatustext=currentstatustext,
            custnum=custnum,
            govid=govid,
            jobid=jobid,
            nextstatus=nextstatus,
            nextstatusdate=nextstatusdate,
            nextstatustext=nextstatustext,
            origjobdate=origjobdate,
            origjobtext=origjobtext,
            origjobtype=origjobtype,
            paydate=paydate,
            person=person,
            postcode=postcode,
            reference=reference,
            refundtojobid=refundtojobid,
            vatid=vatid,
        )

        job_job_info.additional_properties = d
        return job_job_info

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
