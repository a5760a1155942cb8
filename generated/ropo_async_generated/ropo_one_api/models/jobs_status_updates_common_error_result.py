# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.jobs_status_updates_common_error import JobsStatusUpdatesCommonError


T = TypeVar("T", bound="JobsStatusUpdatesCommonErrorResult")


@_attrs_define
class JobsStatusUpdatesCommonErrorResult:
    """The answer when status updates cannot be read."""

    result: JobsStatusUpdatesCommonError | Unset = UNSET
    """ An error in words. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        result: dict[str, Any] | Unset = UNSET
        if not isinstance(self.result, Unset):
            result = self.result.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if result is not UNSET:
            field_dict["result"] = result

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.jobs_status_updates_common_error import JobsStatusUpdatesCommonError  # noqa: PLC0415

        d = dict(src_dict)
        _result = d.pop("result", UNSET)
        result: JobsStatusUpdatesCommonError | Unset
        if isinstance(_result, Unset):
            result = UNSET
        else:
            result = JobsStatusUpdatesCommonError.from_dict(_result)

        jobs_status_updates_common_error_result = cls(
            result=result,
        )

        jobs_status_updates_common_error_result.additional_properties = d
        return jobs_status_updates_common_error_result

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
