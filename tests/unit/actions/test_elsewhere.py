"""What counts as being about accounts at another bank, and what does not."""

from __future__ import annotations

import pytest

from actions.parsing.elsewhere import elsewhere, linking

BANK = "Northbank plc"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Link my account at Northbank plc", "link"),
        ("please connect my NORTHBANK PLC account", "link"),
        ("can I link an account at another bank?", "link"),
        ("I want to add my account at a different bank", "link"),
        ("relink my other bank account", "link"),
        ("renew the permission for my other bank", "link"),
        ("unlink my account at Northbank plc", "unlink"),
        ("disconnect the other bank", "unlink"),
        ("Stop reading my Northbank plc account", "unlink"),
        ("withdraw my consent at another bank", "unlink"),
        ("remove my linked account", "unlink"),
        ("remove the link to my other bank", "unlink"),
        ("do not link my account at Northbank plc", None),
        ("link my card from another bank", None),
        ("add a payee with an account at another bank", None),
        ("cancel my standing order from my account at another bank", None),
        ("stop the direct debit on my linked account", None),
        ("link my account", None),
        ("transfer money to my other bank account", None),
        ("pay 20 pounds to Maya from my Northbank plc account", "pay"),
        ("I'd like to send Maya 20 pounds from another bank", "pay"),
        ("please transfer 5 EUR to Jonas from Northbank plc", "pay"),
        ("what did I pay from my Northbank plc account?", None),
        ("show the payments from Northbank plc", None),
        ("I have a bank account elsewhere", None),
        ("", None),
    ],
)
def test_the_wish_to_link_or_unlink(text: str, wanted: str | None) -> None:
    assert linking(text, BANK) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("what is on my Northbank plc account", True),
        ("balance at northbank plc", True),
        ("my transactions at another bank", True),
        ("show the Northbank plc transactions", True),
        ("which direct debits do I have at my other bank?", True),
        ("what is in my linked account", True),
        ("payments to Northbank plc", False),
        ("what is my balance", False),
        ("Northbank plc charged me", False),
        ("transactions at Northbank plcs", False),
    ],
)
def test_a_question_about_the_other_bank(text: str, wanted: bool) -> None:
    assert elsewhere(text, BANK) is wanted


@pytest.mark.parametrize("bank", ["A.B (UK)", "Bank*", "Größenbank"])
def test_any_name_of_a_bank_can_be_found(bank: str) -> None:
    assert elsewhere(f"what is on my {bank} account", bank)
    assert linking(f"link my {bank} account", bank) == "link"
