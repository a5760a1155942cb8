# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.party import Party


T = TypeVar("T", bound="DocumentReference")


@_attrs_define
class DocumentReference:
    """The document that is meant."""

    type_code: int | str
    """ The kind of document. """
    receipt_date: datetime.datetime
    """ When it was received. """
    issue_date: datetime.datetime
    """ When it was issued. """
    issuer_assigned_id: None | str | Unset = UNSET
    """ Its number. """
    issuer: None | Party | Unset = UNSET
    """ Who issued it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.party import Party  # noqa: PLC0415

        type_code: int | str
        type_code = self.type_code

        receipt_date = self.receipt_date.isoformat()

        issue_date = self.issue_date.isoformat()

        issuer_assigned_id: None | str | Unset
        if isinstance(self.issuer_assigned_id, Unset):
            issuer_assigned_id = UNSET
        else:
            issuer_assigned_id = self.issuer_assigned_id

        issuer: dict[str, Any] | None | Unset
        if isinstance(self.issuer, Unset):
            issuer = UNSET
        elif isinstance(self.issuer, Party):
            issuer = self.issuer.to_dict()
        else:
            issuer = self.issuer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "typeCode": type_code,
                "receiptDate": receipt_date,
                "issueDate": issue_date,
            }
        )
        if issuer_assigned_id is not UNSET:
            field_dict["issuerAssignedId"] = issuer_assigned_id
        if issuer is not UNSET:
            field_dict["issuer"] = issuer

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.party import Party  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_type_code(data: object) -> int | str:
            return cast(int | str, data)

        type_code = _parse_type_code(d.pop("typeCode"))

        receipt_date = datetime.datetime.fromisoformat(d.pop("receiptDate"))

        issue_date = datetime.datetime.fromisoformat(d.pop("issueDate"))

        def _parse_issuer_assigned_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        issuer_assigned_id = _parse_issuer_assigned_id(d.pop("issuerAssignedId", UNSET))

        def _parse_issuer(data: object) -> None | Party | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                issuer_type_0 = Party.from_dict(data)

                return issuer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Party | Unset, data)

        issuer = _parse_issuer(d.pop("issuer", UNSET))

        document_reference = cls(
            type_code=type_code,
            receipt_date=receipt_date,
            issue_date=issue_date,
            issuer_assigned_id=issuer_assigned_id,
            issuer=issuer,
        )

        document_reference.additional_properties = d
        return document_reference

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
