"""Shows attrs fields in the reference as what they are: a default, and not the call that makes it one."""

import griffe

__all__ = ["AttrsFields"]

MAKERS = ("field", "_hidden")
"""What our classes make fields with."""


class AttrsFields(griffe.Extension):
    """Puts the default of a field in the place of `field(default=...)`."""

    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: object) -> None:
        """Take the value apart, where it is a call that makes a field."""
        value = attr.value
        if isinstance(value, griffe.ExprCall) and str(value.function) in MAKERS:
            given = {part.name: part.value for part in value.arguments if isinstance(part, griffe.ExprKeyword)}
            attr.value = given.get("default")
