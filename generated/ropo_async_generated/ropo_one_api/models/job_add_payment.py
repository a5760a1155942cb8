# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobAddPayment")


@_attrs_define
class JobAddPayment:
    """A payment that did not go through Ropo."""

    amount: float
    """ Sum paid. """
    paydate: str
    """ When it was paid, YYYY-MM-DD. """
    billcode: str | Unset = UNSET
    """ Payment reference of the job. Give billcode, jobid or billnum; they are tried in this order. """
    billnum: str | Unset = UNSET
    """ Bill number of the job. Give billcode, jobid or billnum; they are tried in this order. """
    jobid: int | Unset = UNSET
    """ Id of the job. Give billcode, jobid or billnum; they are tried in this order. """
    identifier: str | Unset = UNSET
    """ What the payment is aimed at. """
    type_: str | Unset = UNSET
    """ Kind of payment. """
    creditnotebillnum: str | Unset = UNSET
    """ Bill number of the credit note. """
    description: str | Unset = UNSET
    """ Free description of the payment. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        paydate = self.paydate

        billcode = self.billcode

        billnum = self.billnum

        jobid = self.jobid

        identifier = self.identifier

        type_ = self.type_

        creditnotebillnum = self.creditnotebillnum

        description = self.description

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "paydate": paydate,
            }
        )
        if billcode is not UNSET:
            field_dict["billcode"] = billcode
        if billnum is not UNSET:
            field_dict["billnum"] = billnum
        if jobid is not UNSET:
            field_dict["jobid"] = jobid
        if identifier is not UNSET:
            field_dict["identifier"] = identifier
        if type_ is not UNSET:
            field_dict["type"] = type_
        if creditnotebillnum is not UNSET:
            field_dict["creditnotebillnum"] = creditnotebillnum
        if description is not UNSET:
            field_dict["description"] = description

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        paydate = d.pop("paydate")

        billcode = d.pop("billcode", UNSET)

        billnum = d.pop("billnum", UNSET)

        jobid = d.pop("jobid", UNSET)

        identifier = d.pop("identifier", UNSET)

        type_ = d.pop("type", UNSET)

        creditnotebillnum = d.pop("creditnotebillnum", UNSET)

        description = d.pop("description", UNSET)

        job_add_payment = cls(
            amount=amount,
            paydate=paydate,
            billcode=billcode,
            billnum=billnum,
            jobid=jobid,
            identifier=identifier,
            type_=type_,
            creditnotebillnum=creditnotebillnum,
            description=description,
        )

        job_add_payment.additional_properties = d
        return job_add_payment

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
