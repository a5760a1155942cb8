# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.invoice_status import InvoiceStatus


T = TypeVar("T", bound="UnseenStatuses")


@_attrs_define
class UnseenStatuses:
    """The unseen statuses of one invoice."""

    invoice_id: UUID
    """ The invoice's id. """
    newstatus: list[InvoiceStatus] | Unset = UNSET
    """ Its unseen statuses. """
    new_status: list[InvoiceStatus] | Unset = UNSET
    """ Its unseen statuses, as the page writes the key. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        invoice_id = str(self.invoice_id)

        newstatus: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.newstatus, Unset):
            newstatus = []
            for newstatus_item_data in self.newstatus:
                newstatus_item = newstatus_item_data.to_dict()
                newstatus.append(newstatus_item)

        new_status: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.new_status, Unset):
            new_status = []
            for new_status_item_data in self.new_status:
                new_status_item = new_status_item_data.to_dict()
                new_status.append(new_status_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "invoiceId": invoice_id,
            }
        )
        if newstatus is not UNSET:
            field_dict["newstatus"] = newstatus
        if new_status is not UNSET:
            field_dict["newStatus"] = new_status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invoice_status import InvoiceStatus  # noqa: PLC0415

        d = dict(src_dict)
        invoice_id = UUID(d.pop("invoiceId"))

        _newstatus = d.pop("newstatus", UNSET)
        newstatus: list[InvoiceStatus] | Unset = UNSET
        if _newstatus is not UNSET:
            newstatus = []
            for newstatus_item_data in _newstatus:
                newstatus_item = InvoiceStatus.from_dict(newstatus_item_data)

                newstatus.append(newstatus_item)

        _new_status = d.pop("newStatus", UNSET)
        new_status: list[InvoiceStatus] | Unset = UNSET
        if _new_status is not UNSET:
            new_status = []
            for new_status_item_data in _new_status:
                new_status_item = InvoiceStatus.from_dict(new_status_item_data)

                new_status.append(new_status_item)

        unseen_statuses = cls(
            invoice_id=invoice_id,
            newstatus=newstatus,
            new_status=new_status,
        )

        unseen_statuses.additional_properties = d
        return unseen_statuses

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
