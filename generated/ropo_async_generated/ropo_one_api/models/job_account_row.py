# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobAccountRow")


@_attrs_define
class JobAccountRow:
    """A booking of the bill."""

    accountid: str | Unset = UNSET
    """ The account. """
    debit: float | Unset = UNSET
    """ Debit sum. """
    credit: float | Unset = UNSET
    """ Credit sum. """
    desc: str | Unset = UNSET
    """ What is booked. """
    netamount: float | Unset = UNSET
    """ Sum without VAT. """
    vatamount: float | Unset = UNSET
    """ VAT. """
    taxpr: float | Unset = UNSET
    """ VAT, per cent. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        accountid = self.accountid

        debit = self.debit

        credit = self.credit

        desc = self.desc

        netamount = self.netamount

        vatamount = self.vatamount

        taxpr = self.taxpr

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if accountid is not UNSET:
            field_dict["accountid"] = accountid
        if debit is not UNSET:
            field_dict["debit"] = debit
        if credit is not UNSET:
            field_dict["credit"] = credit
        if desc is not UNSET:
            field_dict["desc"] = desc
        if netamount is not UNSET:
            field_dict["netamount"] = netamount
        if vatamount is not UNSET:
            field_dict["vatamount"] = vatamount
        if taxpr is not UNSET:
            field_dict["taxpr"] = taxpr

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        accountid = d.pop("accountid", UNSET)

        debit = d.pop("debit", UNSET)

        credit = d.pop("credit", UNSET)

        desc = d.pop("desc", UNSET)

        netamount = d.pop("netamount", UNSET)

        vatamount = d.pop("vatamount", UNSET)

        taxpr = d.pop("taxpr", UNSET)

        job_account_row = cls(
            accountid=accountid,
            debit=debit,
            credit=credit,
            desc=desc,
            netamount=netamount,
            vatamount=vatamount,
            taxpr=taxpr,
        )

        job_account_row.additional_properties = d
        return job_account_row

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
