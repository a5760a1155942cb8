"""What all parts of a job have in common: their way to the wire and back, and what does not fit into their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar, cast

from attrs import evolve, field, frozen

from ropo_async.datasets._fields import NULL, Field, as_declared, fields_of, is_json
from ropo_async.errors import InvalidJob, Problem

__all__ = ["Part", "misfits", "parts_of", "sound"]

P = TypeVar("P", bound="Part")


@frozen(kw_only=True, field_transformer=as_declared)
class Part:
    """A part of a job, under the API's own field names.

    `None` does not go out; `NULL` goes out as `null`, on fields that may be null. Nothing is checked when it is made:
    what is wrong is told all at once, when it is sent.
    """

    extra: Mapping[str, Any] = field(factory=dict[str, Any], repr=False, hash=False)
    """Fields that this version does not know, as JSON has them; none that it knows. Numbers are Decimal or int."""

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object that goes out, its decimals as `Decimal` and its files in base64; unchecked."""
        given = ((name, known, getattr(self, name)) for name, known in fields_of(type(self)).items())
        sent = {name: _written(known, value) for name, known, value in given if value is not None and value != ()}
        return {**self.extra, **sent}

    @classmethod
    def from_wire(cls, content: Mapping[str, Any]) -> Self:
        """Return what the JSON object `content` says, leniently; the inverse of `to_wire`.

        Numbers may come as text, and text as numbers; one row may come without its list. What it does not know goes to
        `extra`. For exact amounts read the JSON with `json.loads(text, parse_float=Decimal)`.

        Raises:
            InvalidJob: values that cannot be read, all of them; their paths begin with `dataset`.
        """
        problems = list[Problem]()
        part = _read(cls, content, "dataset", problems)
        if problems:
            raise InvalidJob(problems)
        return part


def _written(known: Field, value: Any) -> Any:
    if value is NULL:
        return None
    if known.kind is not None:
        return known.kind.write(value)
    return [row.to_wire() for row in value] if known.rows else value.to_wire()


def _read(cls: type[P], content: Any, path: str, problems: list[Problem]) -> P:
    if not isinstance(content, Mapping):
        problems.append(Problem(path, "must be an object"))
        return cls()
    rest = dict(cast("Mapping[str, Any]", content))
    given = {name: (known, rest.pop(name)) for name, known in fields_of(cls).items() if name in rest}
    return cls(
        **{name: _value(known, raw, f"{path}.{name}", problems) for name, (known, raw) in given.items()},
        extra=rest,
    )


def _value(known: Field, raw: Any, path: str, problems: list[Problem]) -> Any:
    if raw is None and known.nullable:
        return NULL
    if known.kind is not None:
        try:
            return known.kind.read(raw)
        except (ValueError, ArithmeticError) as error:
            problems.append(Problem(path, f"cannot be read: {error}"))
            return None
    if known.rows:
        rows = [] if raw in (None, "") else cast("list[object]", raw) if isinstance(raw, list) else [raw]
        return tuple(_read(known.part, row, f"{path}[{place}]", problems) for place, row in enumerate(rows))
    return None if raw in (None, "") else _read(known.part, raw, path, problems)


def misfits(part: Part, path: str) -> Iterator[Problem]:
    """Yield what does not fit into the fields of a part, and of the parts in it."""
    for name, known in fields_of(type(part)).items():
        yield from _misfit(known, getattr(part, name), f"{path}.{name}")
    yield from _misfits_of_extra(part, path)


def _misfit(known: Field, value: Any, path: str) -> Iterator[Problem]:
    if value is NULL and not known.nullable:
        yield Problem(path, "must not be null")
    elif value is None or value is NULL:
        return
    elif known.kind is not None:
        if not known.kind.fits(value):
            yield Problem(path, f"must be {known.kind.words}")
    elif known.rows:
        yield from _misfits_of_rows(known, value, path)
    elif type(value) is known.part:
        yield from misfits(value, path)
    else:
        yield Problem(path, f"must be of the class {known.part.__name__}")


def _misfits_of_rows(known: Field, rows: Any, path: str) -> Iterator[Problem]:
    if not isinstance(rows, tuple):
        yield Problem(path, f"must be a list of {known.part.__name__}")
        return
    for place, row in enumerate(cast("tuple[object, ...]", rows)):
        yield from _misfit(Field(None, known.part, rows=False, nullable=False, required=True), row, f"{path}[{place}]")


def _misfits_of_extra(part: Part, path: str) -> Iterator[Problem]:
    extra: Any = part.extra
    if not isinstance(extra, dict):
        yield Problem(f"{path}.extra", "must be a dict")
        return
    known = fields_of(type(part))
    for name, value in cast("dict[str, object]", extra).items():
        if name in known:
            yield Problem(f"{path}.extra", f"has {name}, which is a field of its own")
        elif not is_json({name: value}):
            yield Problem(f"{path}.extra", "has what cannot be sent; it takes texts, Decimal, int, lists and dicts")


def sound(part: P) -> P:
    """Return a part without what does not fit into it, its rows in their places, so that the rest can be looked at."""
    fitting = {
        name: _sound(known, getattr(part, name))
        for name, known in fields_of(type(part)).items()
        if any(_misfit(known, getattr(part, name), ""))
    }
    return evolve(part, **fitting)


def _sound(known: Field, value: Any) -> Any:
    if known.rows:
        rows = cast("tuple[Part, ...]", value) if isinstance(value, tuple) else ()
        return tuple(sound(row) if type(row) is known.part else known.part() for row in rows)
    return sound(value) if type(value) is known.part else None


def parts_of(part: Part, path: str) -> Iterator[tuple[str, Part]]:
    """Yield a part and all parts in it, each with its path."""
    yield path, part
    for name, known in fields_of(type(part)).items():
        value = getattr(part, name)
        if known.rows:
            for place, row in enumerate(value):
                yield from parts_of(row, f"{path}.{name}[{place}]")
        elif isinstance(value, Part):
            yield from parts_of(value, f"{path}.{name}")
