"""Files of payments and credit notes: CSV and JSON Lines, read line by line and more than once. Blocking."""

from __future__ import annotations

import csv
import json
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import blake2b
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

from attrs import define, field

from ropo_async._arguments import is_text
from ropo_async.errors import FileProblem, InvalidFile
from ropo_async.ledger.registrations import COLUMNS, REQUIRED

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

__all__ = ["FORMATS", "Ids", "Pages", "Row", "csv_rows", "json_rows", "mark_of"]

PIECE = 256 * 1024
"""Bytes that are read at once."""
LONGEST_LINE = 1024 * 1024
"""Bytes of a line; what is longer is no such file."""
_BOM = b"\xef\xbb\xbf"
CHANGED = "is not what it was when the file was checked; what was registered until here is in the journal"

Problems: TypeAlias = list[tuple[str | None, str]]
"""What is wrong with a line: the column, if it is one, and words."""
Row: TypeAlias = Mapping[str, object] | Problems
"""The values of a line that are not empty, or what is wrong with it."""


@define
class Pages:
    """An open file as lines. What it held is remembered by 8 bytes for each piece, so that it cannot change unseen."""

    file: BinaryIO
    line: int = 0
    """How many lines were read."""
    _seals: list[bytes] = field(factory=list[bytes])
    _is_sealed: bool = False

    def lines(self) -> Iterator[bytes]:
        """Read it from its beginning, each line with the end that it has.

        Raises:
            InvalidFile: it has changed since it was first read, or a line is too long to be one.
        """
        self.file.seek(0)
        self.line, rest = 0, b""
        for piece in self._pieces():
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                self.line += 1
                yield line + b"\n"
            if len(rest) > LONGEST_LINE:
                self._refuse("is too long to be a line of such a file")
        if rest:
            self.line += 1
            yield rest

    def _pieces(self) -> Iterator[bytes]:
        place, piece = 0, b"-"
        while piece:
            piece = self.file.read(PIECE)
            seal = blake2b(piece, digest_size=8).digest()
            if not self._is_sealed:
                self._seals.append(seal)
            elif self._seals[place : place + 1] != [seal]:
                self._refuse(CHANGED)
            yield piece if place else piece.removeprefix(_BOM)
            place += 1
        self._is_sealed = True

    def _refuse(self, words: str) -> NoReturn:
        raise InvalidFile([FileProblem(self.line + 1, None, words)])


def csv_rows(lines: Iterator[bytes]) -> Iterator[tuple[int, Row]]:
    """Read CSV with a header, its delimiter a comma or a semicolon. Spaces around a value do not count.

    Raises:
        InvalidFile: the header cannot be right.
    """
    text = (line.decode("utf-8", "surrogateescape") for line in lines)  # so that it shows which cell is not UTF-8
    first = next(text, "")
    reader = csv.reader(chain([first], text), delimiter=";" if ";" in first else ",", strict=True)
    header = _header(reader)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield line, [(None, _unreadable(error))]
            continue
        if len(cells) > len(header):
            yield line, [(None, f"has {len(cells)} values under {len(header)} columns")]
        elif any(cells):
            yield line, {name: cell for name, cell in zip(header, cells, strict=False) if cell}


def json_rows(lines: Iterator[bytes]) -> Iterator[tuple[int, Row]]:
    """Read JSON Lines: one object each, numbers exact."""
    for line, text in enumerate(lines, 1):
        if text.strip():
            yield line, _object(text)


FORMATS: Mapping[str, Callable[[Iterator[bytes]], Iterator[tuple[int, Row]]]] = {"csv": csv_rows, "jsonl": json_rows}
"""What a file may be, and how it is read: the numbers of its lines with what they hold."""


class Ids:
    """Tells which ids there are twice, among millions, by 8 bytes each."""

    def __init__(self) -> None:
        self._marks = [array("Q") for _ in range(256)]  # apart, so that they can be sorted a few at a time

    def add(self, operation_id: str) -> None:
        """Note an id."""
        mark = mark_of(operation_id)
        self._marks[mark & 255].append(mark)

    def repeats(self) -> Iterator[tuple[int, int]]:
        """Return the marks of ids that are there more than once, with how often too many."""
        for marks in self._marks:
            ordered = sorted(marks)
            again = Counter(one for one, following in pairwise(ordered) if one == following)
            yield from again.items()


def mark_of(operation_id: str) -> int:
    """Return 8 bytes that stand for an id."""
    return int.from_bytes(blake2b(operation_id.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, list[str]())]
    except csv.Error as error:
        raise InvalidFile([FileProblem(1, None, _unreadable(error))]) from None
    if not all(map(is_text, header)):
        raise InvalidFile([FileProblem(1, None, "is not UTF-8")])
    # Where these are missing it may be no header at all, and its words somebody's data.
    missing = [FileProblem(1, name, "is missing from the header") for name in sorted(REQUIRED - set(header))]
    unknown = [FileProblem(1, _shown(name), "is no known column") for name in header if name not in COLUMNS]
    double = [FileProblem(1, name, "is there twice") for name, times in Counter(header).items() if times > 1]
    if problems := missing or [*unknown, *double]:
        raise InvalidFile(problems)
    return header


def _unreadable(error: csv.Error) -> str:
    return f"cannot be read as CSV: {str(error).partition(' - ')[0]}"  # what follows is for programmers


def _shown(name: str) -> str | None:
    """Return the name of a column as a message can have it; None where it would do something to a screen."""
    return name[:40] if name and name.isprintable() else None


def _object(text: bytes) -> Row:
    try:
        found: object = json.loads(
            text.decode(), parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_without_doubles
        )
    except UnicodeDecodeError:
        return [(None, "is not UTF-8")]
    except json.JSONDecodeError as error:
        return [(None, f"is no JSON: {error.msg}, at character {error.colno}")]
    except (ValueError, ArithmeticError, RecursionError):
        return [(None, "has a key twice, or a number that is none, or is nested too deep")]
    if not isinstance(found, dict):
        return [(None, "must be a JSON object")]
    row = cast("dict[str, object]", found)
    unknown: Problems = [(_shown(name), "is no known column") for name in row if name not in COLUMNS]
    return unknown or {name: value for name, value in row.items() if value is not None and value != ""}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
