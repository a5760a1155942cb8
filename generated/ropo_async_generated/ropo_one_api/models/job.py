# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.job_data_stream import JobDataStream


T = TypeVar("T", bound="Job")


@_attrs_define
class Job:
    """Jobs to submit."""

    datastream: JobDataStream | Unset = UNSET
    """ The envelope of the jobs. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        datastream: dict[str, Any] | Unset = UNSET
        if not isinstance(self.datastream, Unset):
            datastream = self.datastream.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if datastream is not UNSET:
            field_dict["datastream"] = datastream

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job_data_stream import JobDataStream  # noqa: PLC0415

        d = dict(src_dict)
        _datastream = d.pop("datastream", UNSET)
        datastream: JobDataStream | Unset
        if isinstance(_datastream, Unset):
            datastream = UNSET
        else:
            datastream = JobDataStream.from_dict(_datastream)

        job = cls(
            datastream=datastream,
        )

        job.additional_properties = d
        return job

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
