# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.document_response import DocumentResponse
    from ..models.identification import Identification
    from ..models.note import Note
    from ..models.party import Party


T = TypeVar("T", bound="LifeCycle")


@_attrs_define
class LifeCycle:
    """What the life-cycle document says."""

    test_indicator: bool
    """ Whether it is a test. """
    identification: Identification
    """ Which document it is. """
    sender: Party
    """ Who sent or receives a document. """
    recipients: list[Party]
    """ Whom it is for. """
    responses: list[DocumentResponse]
    """ What is said of the documents. """
    notes: list[Note] | Unset = UNSET
    """ Remarks. """
    issuer: Party | Unset = UNSET
    """ Who sent or receives a document. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        test_indicator = self.test_indicator

        identification = self.identification.to_dict()

        sender = self.sender.to_dict()

        recipients = []
        for recipients_item_data in self.recipients:
            recipients_item = recipients_item_data.to_dict()
            recipients.append(recipients_item)

        responses = []
        for responses_item_data in self.responses:
            responses_item = responses_item_data.to_dict()
            responses.append(responses_item)

        notes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.notes, Unset):
            notes = []
            for notes_item_data in self.notes:
                notes_item = notes_item_data.to_dict()
                notes.append(notes_item)

        issuer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.issuer, Unset):
            issuer = self.issuer.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "testIndicator": test_indicator,
                "identification": identification,
                "sender": sender,
                "recipients": recipients,
                "responses": responses,
            }
        )
        if notes is not UNSET:
            field_dict["notes"] = notes
        if issuer is not UNSET:
            field_dict["issuer"] = issuer

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.document_response import DocumentResponse  # noqa: PLC0415
        from ..models.identification import Identification  # noqa: PLC0415
        from ..models.note import Note  # noqa: PLC0415
        from ..models.party import Party  # noqa: PLC0415

        d = dict(src_dict)
        test_indicator = d.pop("testIndicator")

        identification = Identification.from_dict(d.pop("identification"))

        sender = Party.from_dict(d.pop("sender"))

        recipients = []
        _recipients = d.pop("recipients")
        for recipients_item_data in _recipients:
            recipients_item = Party.from_dict(recipients_item_data)

            recipients.append(recipients_item)

        responses = []
        _responses = d.pop("responses")
        for responses_item_data in _responses:
            responses_item = DocumentResponse.from_dict(responses_item_data)

            responses.append(responses_item)

        _notes = d.pop("notes", UNSET)
        notes: list[Note] | Unset = UNSET
        if _notes is not UNSET:
            notes = []
            for notes_item_data in _notes:
                notes_item = Note.from_dict(notes_item_data)

                notes.append(notes_item)

        _issuer = d.pop("issuer", UNSET)
        issuer: Party | Unset
        if isinstance(_issuer, Unset):
            issuer = UNSET
        else:
            issuer = Party.from_dict(_issuer)

        life_cycle = cls(
            test_indicator=test_indicator,
            identification=identification,
            sender=sender,
            recipients=recipients,
            responses=responses,
            notes=notes,
            issuer=issuer,
        )

        life_cycle.additional_properties = d
        return life_cycle

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
