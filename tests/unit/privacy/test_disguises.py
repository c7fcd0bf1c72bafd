"""Secrets as an outsider would write them, and what only looks like one."""

from __future__ import annotations

import re

import pytest

from common.privacy.exam.conversations import said
from common.privacy.normalise import normalise
from common.privacy.scrubber import Scrubber

# 4111 1111 1111 1111 in other languages, alphabets, encodings and orders.
CARDS = [
    "четыре" + " один" * 15,
    "ЧЕТЫРЕ" + " ОДИН" * 15,
    "चार" + " एक" * 15,
    "chaar" + " ek" * 15,
    "quattro" + " uno" * 15,
    "cztery" + " jeden" * 15,
    "dört" + " bir" * 15,
    "patru" + " unu" * 15,
    "τέσσερα" + " ένα" * 15,
    "أربعة" + " واحد" * 15,
    "fower" + " wun" * 15,
    "quatre double un" + " un" * 13,
    "৪১১১ ১১১১ ১১১১ ১১১১",
    "๔๑๑๑ ๑๑๑๑ ๑๑๑๑ ๑๑๑๑",
    "௪௧௧௧ ௧௧௧௧ ௧௧௧௧ ௧௧௧௧",
    "⁴¹¹¹ ¹¹¹¹ ¹¹¹¹ ¹¹¹¹",
    "4\n" + "1\n" * 15,
    "1111 1111 1111 1114 backwards",
    "1111111111111114",
    "4I11 1lll 11ll 1111",
    "gqytcmjrgeytcmjrgeytcmjrge",
    "NDEx MTEx MTEx MTEx MTEx MQ==",
    r"\u{34}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}\u{31}",
    "=34=31=31=31=31=31=31=31=31=31=31=31=31=31=31=31",
    "0100 0001 0001 0001 0001 0001 0001 0001 0001 0001 0001 0001 0001 0001 0001 0001",
    "64 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61",
    "1. 4111\n2. 1111\n3. 1111\n4. 1111",
    r"4111\1111\1111\1111",
]
FOUND = {
    "IBAN": [
        "golf bravo 2 niner november whiskey bravo kilo 6 0 1 6 1 3 3 1 niner 2 6 8 1 niner",
        "DE and then 89370400440532013000",
        "🇩🇪89370400440532013000",
        "G for golf B for bravo 29 NWBK 6016 1331 9268 19",
    ],
    "CARD_NUMBER": ["4111 1111 1111 1112", "%B4111111111111111^CARTER/SAM"],
    "EMAIL_ADDRESS": [
        "write to bea [@] example.org",
        "bea_at_example_dot_org",
        "bea-at-example.org",
        "b e a @ e x a m p l e . o r g",
        "bea punkt lund klammeraffe example punkt org",
        "bea。lund@example。org",
        "bеа@exаmple.org",
    ],
    "PASSWORD": [
        "pw Tulip77",
        "login with password opensesame does not work",
        "use Pineapple_12 as the password",
        'my password: "my dog has fleas"',
        "mein passwort ist Sommer!2024",
        "пароль Медведь55 и почта",
        "recovery phrase: able bird cold dust east fish gold hand iron jump kind lamp",
        "first pet: Whiskers",
    ],
    "PIN": ["пин-код 4172", "first two of my pin are 41", "meine pin lautet 9917"],
    "CODE": ["your code is G-551023", "authenticator shows 884120", "código 884120"],
    "CVV": ["on the back it says 882", "kartenprüfnummer 882"],
    "CARD_EXPIRY": ["expiry november 2028", "valid thru 1128", "gültig bis 11/28"],
    "ROUTING_NUMBER": ["BLZ 37040044", "IFSC HDFC0001234"],
    "TAX_ID": ["dni 12345678Z", "PAN ABCPE1234F", "personnummer 19850709-9805", "cpf 529.982.247-25"],
    "DATE_OF_BIRTH": ["geboren am 12.03.1987", "born the twelfth of march nineteen eighty seven", "né le 12/03/1987"],
    "ADDRESS": [
        "PO Box 4471",
        "Wilhelm-Busch-Weg 21c",
        "Paseo de Gracia 101",
        "Plot 17, Sector 21, Noida",
        "2-11-3 Meguro, Meguro-ku",
        "my flat is The Old Rectory, Church Lane",
        "is Rose Cottage, Mill Lane still my home address",
    ],
    "POSTCODE": ["zip is six two seven zero four", "CEP 01310-100", "eircode D02 X285"],
    "IDENTIFIER": ["the string f81d4fae7dec11d0a765", "november one six alpha bravo"],
    "PERSON": [
        "i owe Will 30",
        "was Joy Banks refunded?",
        "the cheque from john brown bounced",
        "split it with GRACE HILL",
        "add bill as payee",
        "can umm kulthum el-sayed see it?",
        "a direct debit by anatoly vorontsov",
        "меня зовут Сергей",
        "我叫王小明",
    ],
}
SURVIVES = [
    "payment to Tesco failed",
    "i paid Amazon 24.99",
    "a payment to John Lewis of £49.99",
    "Ben & Jerry's 6.50",
    "cash machine gave me €28 less",
    "will my card work in Mexico",
    "please mark this as fraud",
    "i have lost faith in this bank",
    "i am rich",
    "summer holiday",
    "during 2024 i spent 20, 30, 45 and 60",
    "payments of 12.99, 14.99 and 17.99",
    "2019, 2020, 2021, 2022",
    "about 50 pounds",
    "reverse the charge of £20",
    "order 111-2223334-5556667",
    "tracking number 00340434161094042557",
    "from 22.12.2026 until 18 March 2022 i am abroad",
    "it takes five to ten days",
    "the payment is due on 3 May",
    "a hundred and twenty euros",
]


@pytest.mark.parametrize("written", CARDS)
def test_no_disguise_hides_a_card_number(scrubber: Scrubber, written: str) -> None:
    text = f"so it is {written} ok"
    hidden = {index for _, start, end in scrubber.findings(text) for index in range(start, end)}
    left = [text[index] for index in range(9, len(text) - 3) if index not in hidden and text[index].isalnum()]
    assert left == [] or "1. " in written, scrubber.scrub(text)
    assert "4111" not in re.sub(r"\W", "", normalise(scrubber.scrub(text)).text)


@pytest.mark.parametrize(("entity", "text"), [(entity, text) for entity, texts in FOUND.items() for text in texts])
def test_what_is_disguised_is_still_named(scrubber: Scrubber, entity: str, text: str) -> None:
    assert entity in scrubber.kinds(text, "user_text")


@pytest.mark.parametrize("text", SURVIVES)
def test_a_look_alike_survives(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub(text) == text


@pytest.mark.parametrize(
    ("messages", "secrets"),
    [
        (["first two of my pin are 41", "last two are 72"], ["41", "72"]),
        (["my new password will be", "Zebra-crossing9"], ["Zebra"]),
        (["date of birth?", "12/03/1987"], ["1987"]),
        (["my account abroad is IT84O608", "ok wait, kids", "519272 0KUFDKRWUIA83"], ["519272", "0KUFD"]),
        (["my surname", "is oyelaran"], ["oyelaran"]),
    ],
)
def test_pieces_of_a_secret_are_caught_in_the_next_messages(
    scrubber: Scrubber, messages: list[str], secrets: list[str]
) -> None:
    stored = " | ".join(said(scrubber, messages))
    assert [secret for secret in secrets if secret in stored] == []


def test_a_name_asked_for_and_not_given_masks_nothing(scrubber: Scrubber) -> None:
    assert said(scrubber, ["can i change my name", "never mind, thanks"])[1] == "never mind, thanks"


def test_scrubbing_again_never_cuts_a_placeholder(scrubber: Scrubber) -> None:
    scrubbed = scrubber.scrub("post the card to Calle de los Olivos 17, 3º B and to Postfach 10 22 33, Köln")
    assert scrubbed.count("<") == scrubbed.count(">")
    assert "<ADDRESS<" not in scrubbed
