# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.job_instalment import JobInstalment


T = TypeVar("T", bound="JobPayPlan")


@_attrs_define
class JobPayPlan:
    """A payment schedule."""

    instalment: list[JobInstalment] | Unset = UNSET
    """ Its instalments. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        instalment: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.instalment, Unset):
            instalment = []
            for instalment_item_data in self.instalment:
                instalment_item = instalment_item_data.to_dict()
                instalment.append(instalment_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if instalment is not UNSET:
            field_dict["instalment"] = instalment

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job_instalment import JobInstalment  # noqa: PLC0415

        d = dict(src_dict)
        _instalment = d.pop("instalment", UNSET)
        instalment: list[JobInstalment] | Unset = UNSET
        if _instalment is not UNSET:
            instalment = []
            for instalment_item_data in _instalment:
                instalment_item = JobInstalment.from_dict(instalment_item_data)

                instalment.append(instalment_item)

        job_pay_plan = cls(
            instalment=instalment,
        )

        job_pay_plan.additional_properties = d
        return job_pay_plan

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
