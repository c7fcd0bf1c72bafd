"""Every operation in a talk: done once after a yes and its code, changed by a correction, not done where it was not."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from actions.house import House
from tests.dialogue import Reply, Talk, names
from tests.integration.bank.bank_customers import MakeCustomer
from tests.integration.forms.conftest import CodeOf
from tests.integration.forms.operations_table import OPERATIONS, Operation

Sql = psycopg.Connection[Any]
LEFT = ("form_failures", "operation_outcome")
ASK_CODE = "utter_ask_operation_code"
by_name = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


async def opened(talk: Talk, operation: Operation) -> Reply:
    """Talk up to the summary."""
    replies: list[Reply] = []
    for text, intent in operation.says:
        replies = await (talk.press(text) if text.startswith("/") else talk.say(text, intent))
    assert names(replies)[-1] == operation.summary
    assert replies[-1].text.endswith("?")
    return replies[-1]


def stored(sql: Sql, operation: Operation, me: str) -> tuple[Any, ...] | None:
    return sql.execute(operation.sql, {"me": me}).fetchone()


@by_name
async def test_a_yes_and_the_code_carry_it_out_once(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf, operation: Operation
) -> None:
    me = await make_customer(True, **operation.has)
    talk = Talk(house.keyring, me, f"do-{operation.name}")
    await opened(talk, operation)
    if operation.correction:
        text, fact, value = operation.correction
        corrected = (await talk.say(text, "correct_value"))[-1]
        assert (corrected.response, corrected.facts[fact]) == (operation.summary, value)
        if operation.name in ("order_physical_card", "getting_spare_card", "replace_card"):
            back = {"order_physical_card": "no, standard", "getting_spare_card": "no, express"}
            assert (await talk.say(back.get(operation.name, "no, damaged"), "correct_value"))[
                -1
            ].response == corrected.response
    assert stored(sql, operation, me) == operation.before
    assert names(await talk.say("yes", "affirm")) == [ASK_CODE]
    assert stored(sql, operation, me) == operation.before
    code = await code_of(me)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert names(await talk.say(wrong)) == ["utter_error_code_wrong", ASK_CODE]
    assert stored(sql, operation, me) == operation.before
    done = await talk.say(code)
    assert len(done) == 1
    assert done[0].response.startswith(("utter_done_", "utter_set_card_limit_done"))
    after = stored(sql, operation, me)
    assert after == operation.after
    assert talk.form is None
    assert not [slot for slot, value in talk.slots.items() if value and slot not in LEFT]
    await talk.say(code)
    assert stored(sql, operation, me) == after
    assert code not in str(talk.slots)


@by_name
async def test_cancelled_at_the_code_it_changes_nothing(
    house: House, sql: Sql, make_customer: MakeCustomer, operation: Operation
) -> None:
    me = await make_customer(True, **operation.has)
    talk = Talk(house.keyring, me, f"cancel-{operation.name}")
    await opened(talk, operation)
    await talk.say("yes", "affirm")
    assert names(await talk.say("cancel", "cancel_form")) == ["utter_operation_cancelled"]
    assert stored(sql, operation, me) == operation.before
    left = "SELECT DISTINCT state FROM payment_intents WHERE customer_id = %s"
    assert sql.execute(left, (me,)).fetchall() == [("cancelled",)]
