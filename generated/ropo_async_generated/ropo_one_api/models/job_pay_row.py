# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobPayRow")


@_attrs_define
class JobPayRow:
    """A row of the bill."""

    desc: str | Unset = UNSET
    """ What is billed. """
    count: float | Unset = UNSET
    """ How many. """
    amount: float | Unset = UNSET
    """ Price of one, without VAT. """
    taxpr: float | Unset = UNSET
    """ VAT, per cent: 0 to 100. """
    itemtype: str | Unset = UNSET
    """ Unit or kind of the item. """
    discount: float | Unset = UNSET
    """ Discount. """
    netamount: float | Unset = UNSET
    """ Sum of the row without VAT. """
    vatamount: float | Unset = UNSET
    """ VAT of the row. """
    totalamount: float | Unset = UNSET
    """ Sum of the row with VAT. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        desc = self.desc

        count = self.count

        amount = self.amount

        taxpr = self.taxpr

        itemtype = self.itemtype

        discount = self.discount

        netamount = self.netamount

        vatamount = self.vatamount

        totalamount = self.totalamount

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if desc is not UNSET:
            field_dict["desc"] = desc
        if count is not UNSET:
            field_dict["count"] = count
        if amount is not UNSET:
            field_dict["amount"] = amount
        if taxpr is not UNSET:
            field_dict["taxpr"] = taxpr
        if itemtype is not UNSET:
            field_dict["itemtype"] = itemtype
        if discount is not UNSET:
            field_dict["discount"] = discount
        if netamount is not UNSET:
            field_dict["netamount"] = netamount
        if vatamount is not UNSET:
            field_dict["vatamount"] = vatamount
        if totalamount is not UNSET:
            field_dict["totalamount"] = totalamount

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        desc = d.pop("desc", UNSET)

        count = d.pop("count", UNSET)

        amount = d.pop("amount", UNSET)

        taxpr = d.pop("taxpr", UNSET)

        itemtype = d.pop("itemtype", UNSET)

        discount = d.pop("discount", UNSET)

        netamount = d.pop("netamount", UNSET)

        vatamount = d.pop("vatamount", UNSET)

        totalamount = d.pop("totalamount", UNSET)

        job_pay_row = cls(
            desc=desc,
            count=count,
            amount=amount,
            taxpr=taxpr,
            itemtype=itemtype,
            discount=discount,
            netamount=netamount,
            vatamount=vatamount,
            totalamount=totalamount,
        )

        job_pay_row.additional_properties = d
        return job_pay_row

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
