# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobCashDiscountRow")


@_attrs_define
class JobCashDiscountRow:
    """A discount for paying early."""

    discountdate: str | Unset = UNSET
    """ Last day of the discount, YYYY-MM-DD. """
    discountpercent: float | Unset = UNSET
    """ The discount, per cent. """
    discountamount: float | Unset = UNSET
    """ The discount as a sum. """
    discountfreetext: str | Unset = UNSET
    """ The discount in words. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        discountdate = self.discountdate

        discountpercent = self.discountpercent

        discountamount = self.discountamount

        discountfreetext = self.discountfreetext

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if discountdate is not UNSET:
            field_dict["discountdate"] = discountdate
        if discountpercent is not UNSET:
            field_dict["discountpercent"] = discountpercent
        if discountamount is not UNSET:
            field_dict["discountamount"] = discountamount
        if discountfreetext is not UNSET:
            field_dict["discountfreetext"] = discountfreetext

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        discountdate = d.pop("discountdate", UNSET)

        discountpercent = d.pop("discountpercent", UNSET)

        discountamount = d.pop("discountamount", UNSET)

        discountfreetext = d.pop("discountfreetext", UNSET)

        job_cash_discount_row = cls(
            discountdate=discountdate,
            discountpercent=discountpercent,
            discountamount=discountamount,
            discountfreetext=discountfreetext,
        )

        job_cash_discount_row.additional_properties = d
        return job_cash_discount_row

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
