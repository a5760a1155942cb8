# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobsStatusUpdatesStatusRecord")


@_attrs_define
class JobsStatusUpdatesStatusRecord:
    """One status update."""

    jobid: int | Unset = UNSET
    """ The job's id. """
    statusid: str | Unset = UNSET
    """ Id of this update. """
    billnum: str | Unset = UNSET
    """ Bill number. """
    openamount: float | Unset = UNSET
    """ What is open now, costs included. """
    origamount: float | Unset = UNSET
    """ What was billed at first, costs included. """
    opencapital: float | Unset = UNSET
    """ Capital that is open. """
    openinterest: float | Unset = UNSET
    """ Interest that is open. """
    openexpenses: float | Unset = UNSET
    """ Expenses that are open. """
    statustype: str | Unset = UNSET
    """ What the update is about: payment or comment. """
    statustime: str | Unset = UNSET
    """ When it happened, YYYY-MM-DD HH:mm:ss, without a zone. """
    statusref: str | Unset = UNSET
    """ The update in a few words. """
    statustext: str | Unset = UNSET
    """ Of a comment: the update at length. Of a payment: the payment code. """
    statuscode: int | None | str | Unset = UNSET
    """ Of a comment: the code of the status. Of a payment: empty. """
    paydate: None | str | Unset = UNSET
    """ When it was paid, or empty; written YYYY-M-DD. """
    amount: float | None | str | Unset = UNSET
    """ Sum paid or cancelled. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        jobid = self.jobid

        statusid = self.statusid

        billnum = self.billnum

        openamount = self.openamount

        origamount = self.origamount

        opencapital = self.opencapital

        openinterest = self.openinterest

        openexpenses = self.openexpenses

        statustype = self.statustype

        statustime = self.statustime

        statusref = self.statusref

        statustext = self.statustext

        statuscode: int | None | str | Unset
        if isinstance(self.statuscode, Unset):
            statuscode = UNSET
        else:
            statuscode = self.statuscode

        paydate: None | str | Unset
        if isinstance(self.paydate, Unset):
            paydate = UNSET
        else:
            paydate = self.paydate

        amount: float | None | str | Unset
        if isinstance(self.amount, Unset):
            amount = UNSET
        else:
            amount = self.amount

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if jobid is not UNSET:
            field_dict["jobid"] = jobid
        if statusid is not UNSET:
            field_dict["statusid"] = statusid
        if billnum is not UNSET:
            field_dict["billnum"] = billnum
        if openamount is not UNSET:
            field_dict["openamount"] = openamount
        if origamount is not UNSET:
            field_dict["origamount"] = origamount
        if opencapital is not UNSET:
            field_dict["opencapital"] = opencapital
        if openinterest is not UNSET:
            field_dict["openinterest"] = openinterest
        if openexpenses is not UNSET:
            field_dict["openexpenses"] = openexpenses
        if statustype is not UNSET:
            field_dict["statustype"] = statustype
        if statustime is not UNSET:
            field_dict["statustime"] = statustime
        if statusref is not UNSET:
            field_dict["statusref"] = statusref
        if statustext is not UNSET:
            field_dict["statustext"] = statustext
        if statuscode is not UNSET:
            field_dict["statuscode"] = statuscode
        if paydate is not UNSET:
            field_dict["paydate"] = paydate
        if amount is not UNSET:
            field_dict["amount"] = amount

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        jobid = d.pop("jobid", UNSET)

        statusid = d.pop("statusid", UNSET)

        billnum = d.pop("billnum", UNSET)

        openamount = d.pop("openamount", UNSET)

        origamount = d.pop("origamount", UNSET)

        opencapital = d.pop("opencapital", UNSET)

        openinterest = d.pop("openinterest", UNSET)

        openexpenses = d.pop("openexpenses", UNSET)

        statustype = d.pop("statustype", UNSET)

        statustime = d.pop("statustime", UNSET)

        statusref = d.pop("statusref", UNSET)

        statustext = d.pop("statustext", UNSET)

        def _parse_statuscode(data: object) -> int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | str | Unset, data)

        statuscode = _parse_statuscode(d.pop("statuscode", UNSET))

        def _parse_paydate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        paydate = _parse_paydate(d.pop("paydate", UNSET))

        def _parse_amount(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        amount = _parse_amount(d.pop("amount", UNSET))

        jobs_status_updates_status_record = cls(
            jobid=jobid,
            statusid=statusid,
            billnum=billnum,
            openamount=openamount,
            origamount=origamount,
            opencapital=opencapital,
            openinterest=openinterest,
            openexpenses=openexpenses,
            statustype=statustype,
            statustime=statustime,
            statusref=statusref,
            statustext=statustext,
            statuscode=statuscode,
            paydate=paydate,
            amount=amount,
        )

        jobs_status_updates_status_record.additional_properties = d
        return jobs_status_updates_status_record

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
