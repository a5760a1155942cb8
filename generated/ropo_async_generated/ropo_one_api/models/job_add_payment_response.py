# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobAddPaymentResponse")


@_attrs_define
class JobAddPaymentResponse:
    """What became of a payment."""

    jobid: int | Unset = UNSET
    """ The job's id. """
    billnum: str | Unset = UNSET
    """ Bill number of the job. """
    billcode: str | Unset = UNSET
    """ Payment reference of the job. """
    paydate: str | Unset = UNSET
    """ When it was paid. """
    amount: float | Unset = UNSET
    """ Sum paid. """
    capitalbefore: float | Unset = UNSET
    """ Open capital before. """
    capitalafter: float | Unset = UNSET
    """ Open capital after. """
    focusedtocapital: float | Unset = UNSET
    """ Share of the payment that went to capital. """
    interestbefore: float | Unset = UNSET
    """ Open interest before. """
    interestafter: float | Unset = UNSET
    """ Open interest after. """
    focusedtointerest: float | Unset = UNSET
    """ Share of the payment that went to interest. """
    noticefeebefore: float | Unset = UNSET
    """ Open notice fees before. """
    noticefeeafter: float | Unset = UNSET
    """ Open notice fees after. """
    focusedtonoticefee: float | Unset = UNSET
    """ Share of the payment that went to notice fees. """
    unfocused: float | Unset = UNSET
    """ Share of the payment that went nowhere. """
    statusid: int | Unset = UNSET
    """ Outcome: 0 UNDONE, 1 FAIL, 2 OLD, 3 ROPO, 4 ROPO Refund, 5 CLOSE, 6 OHISPAY, 8 IGNORE, 9 DIFFCID, 10 NOT
    FOUND, 11 CANCELLED. HTTP 201 comes with 6 alone, HTTP 400 with the others. """
    statustext: str | Unset = UNSET
    """ The outcome in words. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        jobid = self.jobid

        billnum = self.billnum

        billcode = self.billcode

        paydate = self.paydate

        amount = self.amount

        capitalbefore = self.capitalbefore

        capitalafter = self.capitalafter

        focusedtocapital = self.focusedtocapital

        interestbefore = self.interestbefore

        interestafter = self.interestafter

        focusedtointerest = self.focusedtointerest

        noticefeebefore = self.noticefeebefore

        noticefeeafter = self.noticefeeafter

        focusedtonoticefee = self.focusedtonoticefee

        unfocused = self.unfocused

        statusid = self.statusid

        statustext = self.statustext

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if jobid is not UNSET:
            field_dict["jobid"] = jobid
        if billnum is not UNSET:
            field_dict["billnum"] = billnum
        if billcode is not UNSET:
            field_dict["billcode"] = billcode
        if paydate is not UNSET:
            field_dict["paydate"] = paydate
        if amount is not UNSET:
            field_dict["amount"] = amount
        if capitalbefore is not UNSET:
            field_dict["capitalbefore"] = capitalbefore
        if capitalafter is not UNSET:
            field_dict["capitalafter"] = capitalafter
        if focusedtocapital is not UNSET:
            field_dict["focusedtocapital"] = focusedtocapital
        if interestbefore is not UNSET:
            field_dict["interestbefore"] = interestbefore
        if interestafter is not UNSET:
            field_dict["interestafter"] = interestafter
        if focusedtointerest is not UNSET:
            field_dict["focusedtointerest"] = focusedtointerest
        if noticefeebefore is not UNSET:
            field_dict["noticefeebefore"] = noticefeebefore
        if noticefeeafter is not UNSET:
            field_dict["noticefeeafter"] = noticefeeafter
        if focusedtonoticefee is not UNSET:
            field_dict["focusedtonoticefee"] = focusedtonoticefee
        if unfocused is not UNSET:
            field_dict["unfocused"] = unfocused
        if statusid is not UNSET:
            field_dict["statusid"] = statusid
        if statustext is not UNSET:
            field_dict["statustext"] = statustext

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        jobid = d.pop("jobid", UNSET)

        billnum = d.pop("billnum", UNSET)

        billcode = d.pop("billcode", UNSET)

        paydate = d.pop("paydate", UNSET)

        amount = d.pop("amount", UNSET)

        capitalbefore = d.pop("capitalbefore", UNSET)

        capitalafter = d.pop("capitalafter", UNSET)

        focusedtocapital = d.pop("focusedtocapital", UNSET)

        interestbefore = d.pop("interestbefore", UNSET)

        interestafter = d.pop("interestafter", UNSET)

        focusedtointerest = d.pop("focusedtointerest", UNSET)

        noticefeebefore = d.pop("noticefeebefore", UNSET)

        noticefeeafter = d.pop("noticefeeafter", UNSET)

        focusedtonoticefee = d.pop("focusedtonoticefee", UNSET)

        unfocused = d.pop("unfocused", UNSET)

        statusid = d.pop("statusid", UNSET)

        statustext = d.pop("statustext", UNSET)

        job_add_payment_response = cls(
            jobid=jobid,
            billnum=billnum,
            billcode=billcode,
            paydate=paydate,
            amount=amount,
            capitalbefore=capitalbefore,
            capitalafter=capitalafter,
            focusedtocapital=focusedtocapital,
            interestbefore=interestbefore,
            interestafter=interestafter,
            focusedtointerest=focusedtointerest,
            noticefeebefore=noticefeebefore,
            noticefeeafter=noticefeeafter,
            focusedtonoticefee=focusedtonoticefee,
            unfocused=unfocused,
            statusid=statusid,
            statustext=statustext,
        )

        job_add_payment_response.additional_properties = d
        return job_add_payment_response

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
