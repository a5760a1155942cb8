# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobPropertyRow")


@_attrs_define
class JobPropertyRow:
    """A property by name."""

    propname: str | Unset = UNSET
    """ Name of the property. """
    propvalue: str | Unset = UNSET
    """ Its value. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        propname = self.propname

        propvalue = self.propvalue

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if propname is not UNSET:
            field_dict["propname"] = propname
        if propvalue is not UNSET:
            field_dict["propvalue"] = propvalue

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        propname = d.pop("propname", UNSET)

        propvalue = d.pop("propvalue", UNSET)

        job_property_row = cls(
            propname=propname,
            propvalue=propvalue,
        )

        job_property_row.additional_properties = d
        return job_property_row

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
