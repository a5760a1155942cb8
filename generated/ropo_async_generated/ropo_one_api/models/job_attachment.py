# Generated from openapi/ropo-one/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobAttachment")


@_attrs_define
class JobAttachment:
    """A file that goes with the bill: by name and content, or by the id of one sent before."""

    attachmentname: str | Unset = UNSET
    """ Name of the file. """
    attachmentfile: str | Unset = UNSET
    """ Its content, in base64. """
    attachmentid: str | Unset = UNSET
    """ Id of a file sent before. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attachmentname = self.attachmentname

        attachmentfile = self.attachmentfile

        attachmentid = self.attachmentid

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if attachmentname is not UNSET:
            field_dict["attachmentname"] = attachmentname
        if attachmentfile is not UNSET:
            field_dict["attachmentfile"] = attachmentfile
        if attachmentid is not UNSET:
            field_dict["attachmentid"] = attachmentid

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        attachmentname = d.pop("attachmentname", UNSET)

        attachmentfile = d.pop("attachmentfile", UNSET)

        attachmentid = d.pop("attachmentid", UNSET)

        job_attachment = cls(
            attachmentname=attachmentname,
            attachmentfile=attachmentfile,
            attachmentid=attachmentid,
        )

        job_attachment.additional_properties = d
        return job_attachment

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
