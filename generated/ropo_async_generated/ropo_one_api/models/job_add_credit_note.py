# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobAddCreditNote")


@_attrs_define
class JobAddCreditNote:
    """A credit note for a job."""

    amount: float
    """ Sum credited. """
    date: str
    """ Date of the credit note, YYYY-MM-DD. """
    billcode: str | Unset = UNSET
    """ Payment reference of the job. Give billcode, jobid or billnum; they are tried in this order. """
    billnum: str | Unset = UNSET
    """ Bill number of the job. Give billcode, jobid or billnum; they are tried in this order. """
    jobid: int | Unset = UNSET
    """ Id of the job. Give billcode, jobid or billnum; they are tried in this order. """
    type_: str | Unset = UNSET
    """ Kind of credit note. """
    creditnotebillnum: str | Unset = UNSET
    """ Bill number of the credit note. """
    description: str | Unset = UNSET
    """ Free description of the credit note. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        date = self.date

        billcode = self.billcode

        billnum = self.billnum

        jobid = self.jobid

        type_ = self.type_

        creditnotebillnum = self.creditnotebillnum

        description = self.description

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "date": date,
            }
        )
        if billcode is not UNSET:
            field_dict["billcode"] = billcode
        if billnum is not UNSET:
            field_dict["billnum"] = billnum
        if jobid is not UNSET:
            field_dict["jobid"] = jobid
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

        date = d.pop("date")

        billcode = d.pop("billcode", UNSET)

        billnum = d.pop("billnum", UNSET)

        jobid = d.pop("jobid", UNSET)

        type_ = d.pop("type", UNSET)

        creditnotebillnum = d.pop("creditnotebillnum", UNSET)

        description = d.pop("description", UNSET)

        job_add_credit_note = cls(
            amount=amount,
            date=date,
            billcode=billcode,
            billnum=billnum,
            jobid=jobid,
            type_=type_,
            creditnotebillnum=creditnotebillnum,
            description=description,
        )

        job_add_credit_note.additional_properties = d
        return job_add_credit_note

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
