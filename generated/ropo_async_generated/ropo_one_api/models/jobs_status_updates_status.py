# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.jobs_status_updates_status_record import JobsStatusUpdatesStatusRecord


T = TypeVar("T", bound="JobsStatusUpdatesStatus")


@_attrs_define
class JobsStatusUpdatesStatus:
    """A list of status updates."""

    status: list[JobsStatusUpdatesStatusRecord] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = []
            for status_item_data in self.status:
                status_item = status_item_data.to_dict()
                status.append(status_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.jobs_status_updates_status_record import JobsStatusUpdatesStatusRecord  # noqa: PLC0415

        d = dict(src_dict)
        _status = d.pop("status", UNSET)
        status: list[JobsStatusUpdatesStatusRecord] | Unset = UNSET
        if _status is not UNSET:
            status = []
            for status_item_data in _status:
                status_item = JobsStatusUpdatesStatusRecord.from_dict(status_item_data)

                status.append(status_item)

        jobs_status_updates_status = cls(
            status=status,
        )

        jobs_status_updates_status.additional_properties = d
        return jobs_status_updates_status

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
