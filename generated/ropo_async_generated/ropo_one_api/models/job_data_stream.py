# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.job_submission import JobSubmission


T = TypeVar("T", bound="JobDataStream")


@_attrs_define
class JobDataStream:
    """The envelope of the jobs."""

    dataset: list[JobSubmission] | Unset = UNSET
    """ One entry a job. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        dataset: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.dataset, Unset):
            dataset = []
            for dataset_item_data in self.dataset:
                dataset_item = dataset_item_data.to_dict()
                dataset.append(dataset_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if dataset is not UNSET:
            field_dict["dataset"] = dataset

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job_submission import JobSubmission  # noqa: PLC0415

        d = dict(src_dict)
        _dataset = d.pop("dataset", UNSET)
        dataset: list[JobSubmission] | Unset = UNSET
        if _dataset is not UNSET:
            dataset = []
            for dataset_item_data in _dataset:
                dataset_item = JobSubmission.from_dict(dataset_item_data)

                dataset.append(dataset_item)

        job_data_stream = cls(
            dataset=dataset,
        )

        job_data_stream.additional_properties = d
        return job_data_stream

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
