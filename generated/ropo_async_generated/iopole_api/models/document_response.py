# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.document_reference import DocumentReference
    from ..models.rejection_detail import RejectionDetail
    from ..models.status_code import StatusCode


T = TypeVar("T", bound="DocumentResponse")


@_attrs_define
class DocumentResponse:
    """What is said of one document."""

    document_reference: DocumentReference
    """ The document that is meant. """
    document_status: StatusCode
    """ What the status is. """
    rejection_detail: RejectionDetail | Unset = UNSET
    """ Why a document was refused. """
    rejection_details: list[RejectionDetail] | Unset = UNSET
    """ All reasons of a refusal; the first is rejectionDetail. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        document_reference = self.document_reference.to_dict()

        document_status = self.document_status.to_dict()

        rejection_detail: dict[str, Any] | Unset = UNSET
        if not isinstance(self.rejection_detail, Unset):
            rejection_detail = self.rejection_detail.to_dict()

        rejection_details: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.rejection_details, Unset):
            rejection_details = []
            for rejection_details_item_data in self.rejection_details:
                rejection_details_item = rejection_details_item_data.to_dict()
                rejection_details.append(rejection_details_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "documentReference": document_reference,
                "documentStatus": document_status,
            }
        )
        if rejection_detail is not UNSET:
            field_dict["rejectionDetail"] = rejection_detail
        if rejection_details is not UNSET:
            field_dict["rejectionDetails"] = rejection_details

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.document_reference import DocumentReference  # noqa: PLC0415
        from ..models.rejection_detail import RejectionDetail  # noqa: PLC0415
        from ..models.status_code import StatusCode  # noqa: PLC0415

        d = dict(src_dict)
        document_reference = DocumentReference.from_dict(d.pop("documentReference"))

        document_status = StatusCode.from_dict(d.pop("documentStatus"))

        _rejection_detail = d.pop("rejectionDetail", UNSET)
        rejection_detail: RejectionDetail | Unset
        if isinstance(_rejection_detail, Unset):
            rejection_detail = UNSET
        else:
            rejection_detail = RejectionDetail.from_dict(_rejection_detail)

        _rejection_details = d.pop("rejectionDetails", UNSET)
        rejection_details: list[RejectionDetail] | Unset = UNSET
        if _rejection_details is not UNSET:
            rejection_details = []
            for rejection_details_item_data in _rejection_details:
                rejection_details_item = RejectionDetail.from_dict(rejection_details_item_data)

                rejection_details.append(rejection_details_item)

        document_response = cls(
            document_reference=document_reference,
            document_status=document_status,
            rejection_detail=rejection_detail,
            rejection_details=rejection_details,
        )

        document_response.additional_properties = d
        return document_response

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
