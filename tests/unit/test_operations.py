"""The table of operations."""

import pytest

from ropo_async import operations
from ropo_async.operations import OPERATIONS, Effect, Operation, effect_of


@pytest.mark.parametrize(
    ("operation_id", "effect"),
    [
        ("JobsGetAction", Effect.READ),
        ("JobsGetStatusUpdatesAction", Effect.CONSUME),
        ("JobsAddPaymentAction", Effect.WRITE),
        ("JobsSendTransferConfirmationAction", Effect.WRITE),
        ("SomethingNew", Effect.WRITE),
    ],
)
def test_an_operation_has_the_worst_effect_of_its_rows(operation_id: str, effect: Effect) -> None:
    assert effect_of(operation_id) is effect


def test_a_row_is_careful_by_default() -> None:
    row = Operation("X", "x")
    assert row.effect is Effect.WRITE
    assert not row.fresh


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_what_consumes_or_moves_money_has_a_connection_of_its_own(row: Operation) -> None:
    assert row.fresh == (row.money or row.effect is Effect.CONSUME)


def test_money_is_moved_by_payments_and_credit_notes_alone() -> None:
    assert {row.name for row in OPERATIONS if row.money} == {"payments.register", "credit_notes.register"}


def test_only_the_poll_is_patient() -> None:
    assert [row for row in OPERATIONS if row.patient] == [operations.POLL]


def test_names_are_unique() -> None:
    names = [row.name for row in OPERATIONS]
    assert len(names) == len(set(names))
