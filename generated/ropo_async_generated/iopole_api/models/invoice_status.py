# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.life_cycle import LifeCycle
    from ..models.status_code import StatusCode


T = TypeVar("T", bound="InvoiceStatus")


@_attrs_define
class InvoiceStatus:
    """One status of an invoice."""

    status_id: UUID
    """ Its id. """
    date: datetime.datetime
    """ When it was set. """
    dest_type: str
    """ To whom the status was addressed. """
    invoice_id: UUID
    """ The invoice's id. """
    status: StatusCode
    """ What the status is. """
    xml: str
    """ The life-cycle document that it came with, or its like in another standard. """
    json: LifeCycle
    """ What the life-cycle document says. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status_id = str(self.status_id)

        date = self.date.isoformat()

        dest_type = self.dest_type

        invoice_id = str(self.invoice_id)

        status = self.status.to_dict()

        xml = self.xml

        json = self.json.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "statusId": status_id,
                "date": date,
                "destType": dest_type,
                "invoiceId": invoice_id,
                "status": status,
                "xml": xml,
                "json": json,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.life_cycle import LifeCycle  # noqa: PLC0415
        from ..models.status_code import StatusCode  # noqa: PLC0415

        d = dict(src_dict)
        status_id = UUID(d.pop("statusId"))

        date = datetime.datetime.fromisoformat(d.pop("date"))

        dest_type = d.pop("destType")

        invoice_id = UUID(d.pop("invoiceId"))

        status = StatusCode.from_dict(d.pop("status"))

        xml = d.pop("xml")

        json = LifeCycle.from_dict(d.pop("json"))

        invoice_status = cls(
            status_id=status_id,
            date=date,
            dest_type=dest_type,
            invoice_id=invoice_id,
            status=status,
            xml=xml,
            json=json,
        )

        invoice_status.additional_properties = d
        return invoice_status

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
