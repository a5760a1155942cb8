"""Files of payments and credit notes: what is read."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ropo_async import CreditNote, InvalidInput, Payment, Registration
from ropo_async.ledger import _files, sources
from tests.ledger.sheets import ANSWER, DAY, HEADER, PAID, ROW, read, written

NOTE = {
    "operation_id": "b",
    "kind": "credit note",
    "amount": "10.50",
    "date": "2026-11-20",
    "paydate": None,
    "type": "",
}


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{ROW}\n",
        f"{HEADER}\n{ROW}",
        f"{HEADER}\r\n{ROW}\r\n",
        f"\ufeff{HEADER}\n{ROW}\n",
        f"{HEADER}\n{ROW}\n".replace(",", ";"),
        " operation_id , amount,paydate,billnum\n op-1 , 10.50 ,2026-11-20,R-1 \n",
        f'{HEADER},kind\n"op-1","10.50",2026-11-20,R-1,payment\n',
        f"{HEADER},description,jobid\n{ROW},,\n",
        f"{HEADER},description,jobid\n{ROW}\n",
    ],
    ids=["plain", "no last end", "crlf", "mark", "semicolons", "spaces", "quotes", "empty cells", "short row"],
)
async def test_a_row_of_csv_is_a_payment(anyio_backend: str, tmp_path: Path, text: str) -> None:
    assert await read(written(tmp_path, text)) == [(2, Registration("op-1", PAID))]


async def test_every_column_has_its_place(anyio_backend: str, tmp_path: Path) -> None:
    text = (
        "operation_id;kind;amount;paydate;date;billcode;jobid;invoice_billnum;identifier;type;creditnotebillnum;"
        "description\n"
        "a;payment;-0.010;2026-11-20;;12344;;R-9;insurance;directpayment;C-1;maksu; \n".replace("; \n", "\n")
        + "b;credit note;7;;2026-02-28;;1500;;;allocated;C-2;hyvitys\n"
    )
    payment = Payment(
        amount=Decimal("-0.010"),
        paydate=DAY,
        billcode="12344",
        identifier="insurance",
        type="directpayment",
        creditnotebillnum="C-1",
        description="maksu",
    )
    note = CreditNote(
        amount=Decimal(7),
        date=date(2026, 2, 28),
        jobid=1500,
        type="allocated",
        creditnotebillnum="C-2",
        description="hyvitys",
    )
    [(_, one), (_, other)] = await read(written(tmp_path, text))
    assert one == Registration("a", payment, "R-9")
    assert str(one.posting.amount) == "-0.010"
    assert other == Registration("b", note)


async def test_lines_are_counted_as_an_editor_counts_them(anyio_backend: str, tmp_path: Path) -> None:
    rows = f'\nop-1,1,{DAY},R-1,"two\nlines, and ""more"""\n;\n,,,,\nop-2,2,{DAY},R-2,\n'.replace(";\n", "\n")
    found = await read(written(tmp_path, f"{HEADER},description{rows}"))
    assert [(line, one.operation_id) for line, one in found] == [(2, "op-1"), (6, "op-2")]
    assert found[0][1].posting.description == 'two\nlines, and "more"'


@pytest.mark.parametrize("name", ["payments.jsonl", "payments.NDJSON"])
async def test_a_line_of_json_is_exact(anyio_backend: str, tmp_path: Path, name: str) -> None:
    lines = [
        '{"operation_id": "a", "amount": 0.10000000000000000001, "paydate": "2026-11-20", "jobid": 1500}',
        "",
        f"  {json.dumps(ANSWER | NOTE)}\r",
    ]
    [(first, one), (second, other)] = await read(written(tmp_path, "\ufeff" + "\n".join(lines), name))
    assert (first, second) == (1, 3)
    assert one == Registration("a", Payment(amount=Decimal("0.10000000000000000001"), paydate=DAY, jobid=1500))
    assert other == Registration("b", CreditNote(amount=Decimal("10.50"), date=DAY, billnum="R-1"))


async def test_the_format_can_be_said(anyio_backend: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n{ROW}\n", "payments.txt")
    assert len(await read(str(path), format="csv")) == 1
    with pytest.raises(InvalidInput, match="give format"):
        await read(path)
    with pytest.raises(InvalidInput, match="give format"):
        await read(path, format="xml")


@pytest.mark.parametrize(("name", "text"), [("a.csv", f"{HEADER}\n"), ("a.jsonl", ""), ("a.jsonl", "\n\n")])
async def test_a_file_may_be_empty(anyio_backend: str, tmp_path: Path, name: str, text: str) -> None:
    assert await read(written(tmp_path, text, name)) == []


async def test_lines_go_over_pieces_and_batches(
    anyio_backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_files, "PIECE", 7)
    monkeypatch.setattr(sources, "BATCH", 3)
    rows = [f"op-{number},{number}.50,2026-11-20,Ä-{number}" for number in range(1, 11)]
    found = await read(written(tmp_path, "\n".join([HEADER, *rows])))
    assert [(line, one.operation_id, one.posting.billnum) for line, one in found] == [
        (number + 1, f"op-{number}", f"Ä-{number}") for number in range(1, 11)
    ]


async def test_only_the_first_mark_is_none_of_the_content(
    anyio_backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_files, "PIECE", 3)
    marks = "\ufeff" * 5
    texts = [f"{HEADER},description\n{ROW},{'x' * pad}{marks}\n" for pad in range(1, 4)]
    for text in texts:  # at one of them each mark is a piece
        [(_, one)] = await read(written(tmp_path, text))
        assert (one.posting.description or "").endswith(marks)
