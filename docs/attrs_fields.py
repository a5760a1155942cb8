"""Shows the attributes of a class in the reference as what its users see: a default, and not how it is made."""

import griffe

__all__ = ["AttrsFields"]

MAKERS = ("field", "_hidden")
"""What our classes make fields with."""


class AttrsFields(griffe.Extension):
    """Puts the default of a field in the place of `field(default=...)`, and leaves out what a constructor computes."""

    def on_class_members(self, *, cls: griffe.Class, **_: object) -> None:
        """Look at each attribute of a class."""
        for member in cls.members.values():
            if isinstance(member, griffe.Attribute):
                member.value = _shown(member)


def _shown(attribute: griffe.Attribute) -> str | griffe.Expr | None:
    value = attribute.value
    if "class-attribute" not in attribute.labels:
        return None
    if isinstance(value, griffe.ExprCall) and str(value.function) in MAKERS:
        given = {part.name: part.value for part in value.arguments if isinstance(part, griffe.ExprKeyword)}
        return given.get("default")
    return value
