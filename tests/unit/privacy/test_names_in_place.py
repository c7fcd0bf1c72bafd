"""Names and addresses that their place gives away: fields, phrases, other languages, and what stays as it is."""

from __future__ import annotations

import pytest

from common.privacy.scrubber import Scrubber

NAMED = [
    ('{"firstName": "Hope", "lastName": "Rivers"}', ("Hope", "Rivers")),
    ("first_name=Hope&last_name=Rivers", ("Hope", "Rivers")),
    ("payee;amount\nNkiru Obi;12.00\nWill Banks;3.00", ("Nkiru", "Obi", "Will", "Banks")),
    ("<name>Lieke op den Akker</name>", ("Lieke", "Akker")),
    ("From: Tunde Alabi <someone>\nTo: support\n\nMy card is lost.\nTunde", ("Tunde", "Alabi")),
    ("Agent: may I have your name?\nCustomer: Lieke op den Akker", ("Lieke", "Akker")),
    ("[09:12] Nkiru: my card is gone", ("Nkiru",)),
    ("My card is lost.\nKind regards,\nHope", ("Hope",)),
    ("i paid the wrong temperance, sorry", ("temperance",)),
    ("send 20 quid 2 nkiru", ("nkiru",)),
    ("lebohang n i want a joint account", ("lebohang",)),
    ("has kwabena's transfer cleared", ("kwabena",)),
    ("a payment from md. tariqul hoque", ("md", "tariqul", "hoque")),
    ("pay Ramesh s/o Gopal 20", ("Ramesh", "Gopal")),
    ("pay Oriol Vidal i Serra what i owe", ("Oriol", "Vidal", "Serra")),
    ("spell my name M-U-E-L-L-E-R", ("M-U", "E-R")),
    ("pay 王小明 20 pounds", ("王", "明")),
    ("김민수 is my new payee", ("김민수",)),
    ("ich möchte 40 € an Heike Schütz überweisen", ("Heike", "Schütz")),
    ("quiero mandar 80 euros a Rosario Prieto", ("Rosario", "Prieto")),
    ("je veux envoyer 50 euros à Amélie Dufour-Petit", ("Amélie", "Dufour", "Petit")),
    ("vorrei fare un bonifico a Ginevra Colombo", ("Ginevra", "Colombo")),
    ("quero fazer um pix para Thiago Figueiredo", ("Thiago", "Figueiredo")),
    ("my new address is ul. Polna 14 m. 7", ("Polna", "14", "7")),
    ("the courier came to Storgatan 5 lgh 1201 and nobody was in", ("Storgatan", "1201")),
    ("deliver to 4-2-8 Shibakoen", ("4-2-8", "Shibakoen")),
    ("post to Kärntner Straße 12/3/14", ("Kärntner", "12", "14")),
    ("<street>Oakfield House, Main Street</street>", ("Oakfield", "Main")),
    ("my flat is h. no. 7-1-28, road no. 4", ("7-1-28", "4")),
    ("postnummer 411 35", ("411", "35")),
]
UNCHANGED = [
    "transfer 100 to joint account",
    "i'm Furious with the branch",
    "asdfghjkl",
    "flight to LAX got cancelled",
    "i returned a sofa to dfs, 899",
    "mercadona 54,20 y dia 12,10",
    "the reference RF09 5319 0064 7032 is on the bill",
    "my gym contract expires 11/26",
    "rechnung 4711 über 89,90 € bezahlen",
    "ich bin umgezogen, was nun",
    "je suis en colère",
    "quiero pagar a plazos",
    "voglio pagare a rate",
    "name: what do i write here?",
    "the payee: is it verified?",
    "p l e a s e help",
    "score was 2-1 Arsenal",
    "me and my wife share an account",
    "the wrong amount was taken",
]


@pytest.mark.parametrize(("text", "secrets"), NAMED)
def test_a_name_or_an_address_in_its_place_is_hidden(scrubber: Scrubber, text: str, secrets: tuple[str, ...]) -> None:
    shown = scrubber.scrub(text)
    assert not [secret for secret in secrets if secret in shown], shown


@pytest.mark.parametrize("text", UNCHANGED)
def test_what_only_looks_like_a_name_stays(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub(text) == text


def test_a_person_called_like_an_everyday_surname_is_no_shop(scrubber: Scrubber) -> None:
    assert "Ali" not in scrubber.scrub("quick transfer of 10 quid to Ali for the kebab")
