# Generated from openapi/iopole/openapi.json. Do not edit: correct the overlay beside it, then run `make generate`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.coded_role import CodedRole


T = TypeVar("T", bound="Party")


@_attrs_define
class Party:
    """Who sent or receives a document."""

    name: str | Unset = UNSET
    """ Its name. """
    siren: str | Unset = UNSET
    """ Its number in the register of companies. """
    siret: str | Unset = UNSET
    """ The number of its establishment. """
    electronic_address: str | Unset = UNSET
    """ Where it receives documents. """
    role_code: CodedRole | str | Unset = UNSET
    """ The role of the party. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.coded_role import CodedRole  # noqa: PLC0415

        name = self.name

        siren = self.siren

        siret = self.siret

        electronic_address = self.electronic_address

        role_code: dict[str, Any] | str | Unset
        if isinstance(self.role_code, Unset):
            role_code = UNSET
        elif isinstance(self.role_code, CodedRole):
            role_code = self.role_code.to_dict()
        else:
            role_code = self.role_code

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if siren is not UNSET:
            field_dict["siren"] = siren
        if siret is not UNSET:
            field_dict["siret"] = siret
        if electronic_address is not UNSET:
            field_dict["electronicAddress"] = electronic_address
        if role_code is not UNSET:
            field_dict["roleCode"] = role_code

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.coded_role import CodedRole  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        siren = d.pop("siren", UNSET)

        siret = d.pop("siret", UNSET)

        electronic_address = d.pop("electronicAddress", UNSET)

        def _parse_role_code(data: object) -> CodedRole | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                role_code_type_0 = CodedRole.from_dict(data)

                return role_code_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CodedRole | str | Unset, data)

        role_code = _parse_role_code(d.pop("roleCode", UNSET))

        party = cls(
            name=name,
            siren=siren,
            siret=siret,
            electronic_address=electronic_address,
            role_code=role_code,
        )

        party.additional_properties = d
        return party

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
