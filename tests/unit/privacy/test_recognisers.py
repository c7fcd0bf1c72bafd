"""Tables of what each recogniser must find, and of what must survive."""

from __future__ import annotations

import re
from itertools import product

import pytest

from common.privacy.normalise import normalise
from common.privacy.recognizers.iban import is_valid
from common.privacy.scrubber import Scrubber

CARD = "4111 1111 1111 1111"

CARDS = [
    CARD,
    "4111111111111111",
    "4111-1111-1111-1111",
    "4111  1111  1111  1111",
    "4111.1111.1111.1111",
    "4111/1111/1111/1111",
    "4111,1111,1111,1111",
    "4111_1111_1111_1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111–1111–1111–1111",
    "4111\n1111\n1111\n1111",
    "4111\u200b1111\u200b1111\u200b1111",
    "４１１１１１１１１１１１１１１１",
    "٤١١١ ١١١١ ١١١١ ١١١١",
    "४१११ ११११ ११११ ११११",
    "𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏",
    "④①①①①①①①①①①①①①①①",
    "4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1",
    "four one one one one one one one one one one one one one one one",
    "four triple one, quadruple one, quadruple one, quadruple one",
    "forty one eleven eleven eleven eleven eleven eleven eleven",
    "4111 and 1111 and 1111 and 1111",
    "4lll 1111 1111 1lll",
    "4111%201111%201111%201111",
    "&#52;111 1111 1111 1111",
    "\\u0034111111111111111",
    "card4111111111111111end",
    "£4111 1111 1111 1111",
    "4111 1111 1111 1111 pounds",
    "(4111) (1111) (1111) (1111)",
    "4111 | 1111 | 1111 | 1111",
    "NDExMTExMTExMTExMTExMQ==",
    "34313131313131313131313131313131",
    "四一一一 一一一一 一一一一 一一一一",
    "4̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶",
    "\u202e4111111111111111\u202c",
    "411111 1111 111111",
    "41 11 11 11 11 11 11 11",
    "4111…1111…1111…1111",
    "4111🙂1111🙂1111🙂1111",
    "4111 followed by 1111 then 1111 then 1111",
    "4111<br>1111<br/>1111<b>1111</b>",
    "4111" + " " * 40 + "1111" + "\u3000" * 20 + "1111 1111",
    "vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins",
    "cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno",
    "four" + "one" * 15,
    "£4,111,111,111,111,111",
]
OTHER_NETWORKS = [
    "3782 822463 10005",
    "371449635398431",
    "3056 9309 0259 04",
    "38520000023237",
    "6011 1111 1111 1117",
    "5555 5555 5555 4444",
    "2223 0031 2200 3222",
    "2720 9999 9999 9996",
    "3530 1113 3330 0000",
    "6304 0000 0000 0000",
    "4222222222222",
    "6759 6498 2643 8453",
    "6205 5000 0000 0000 004",
]
IBANS = [
    "GB29 NWBK 6016 1331 9268 19",
    "gb29nwbk60161331926819",
    "gb29.nwbk.6016.1331.9268.19",
    "G B 2 9 N W B K 6 0 1 6 1 3 3 1 9 2 6 8 1 9",
    "GB29-NWBK-6016-1331-9268-19",
    "GB29\u00a0NWBK\u00a06016\u00a01331\u00a09268\u00a019",
    "ＧＢ２９ＮＷＢＫ６０１６１３３１９２６８１９",
    "GВ29 NWВK 6016 1331 9268 19",
    "GB29%20NWBK%206016%201331%209268%2019",
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "FR14 2004 1010 0505 0001 3M02 606",
    "NL91ABNA0417164300",
    "NO93 8601 1117 947",
    "CH93 0076 2011 6238 5295 7",
    "GB29 NWBK six zero one six 1331 9268 19",
    "GB29/NWBK/6016/1331/9268/19",
    "GB29 NWBK 6016\n1331 9268 19",
    "IBAN:GB29NWBK60161331926819.",
    "GB92 NWBK 6016 1331 9268 19",
]

FOUND = {
    "CVV": [
        "cvv 123",
        "my CVC is 1234",
        "security code: 987",
        "the three digits are 123, that is the cvv",
        "cvv one two three",
    ],
    "PIN": ["my pin is 4521", "PIN: 4521", "4521 is my pin", "p.i.n. 4521", "pin four five two one", "pin ４５２１"],
    "CODE": [
        "the code is 482913",
        "482913 is the code",
        "OTP 482 913",
        "verification code: 4829",
        "code four eight two nine one three",
    ],
    "PASSWORD": ["my password is hunter2", "password: correct-horse", "memorable word is Rosebud", "pwd=S3cret!"],
    "CARD_EXPIRY": ["expires 09/27", "exp 09-2027", "expiry date 11 / 29"],
    "SORT_CODE": ["sort code 20-45-77", "sort code 204577", "20-45-77", "my sort code is 20 45 77"],
    "ACCOUNT_NUMBER": ["account number 31208846", "acc no 31208846", "account 3120 8846", "a/c 31208846"],
    "ROUTING_NUMBER": ["routing number 021000089", "ABA 021000089"],
    "BIC": ["BIC BELADEBEXXX", "swift code NWBKGB2L"],
    "PHONE_NUMBER": [
        "07700 900123",
        "+44 7700 900123",
        "0044 7700 900123",
        "(212) 555-0123",
        "call me on 7700 900123",
        "+49 (0)30 901820",
        "oh seven seven double zero nine zero zero one two three",
    ],
    "EMAIL_ADDRESS": [
        "sam.carter@example.com",
        "sam dot carter at example dot com",
        "sam@example.co.uk",
        "sam (at) example (dot) com",
        "sam＠example.com",
        "SAM@EXAMPLE.COM",
        "sam @ example . com",
        "sam%40example.com",
    ],
    "NI_NUMBER": ["AB123456C", "ab 12 34 56 c", "AB-12-34-56-C"],
    "SSN": ["078-05-1120", "ssn 078051120", "social security number 078 05 1120"],
    "PASSPORT": ["passport number 533380006", "my passport is C01X00T47"],
    "DRIVING_LICENCE": ["MORGA657054SM9IJ", "driving licence MORGA657054SM9IJ"],
    "TAX_ID": ["my tax id is 1234567890", "Steuer-ID: tax number 86095742719"],
    "ADDRESS": [
        "12 Baker Street",
        "flat 6, 22 canning street",
        "i live at 14 harbour lane in bristol",
        "Hauptstraße 12",
        "221b baker street",
    ],
    "POSTCODE": ["SW1A 1AA", "sw1a1aa", "M1 1AE", "zip 90210", "post code EC1A 1BB"],
    "DATE_OF_BIRTH": [
        "born on 12/03/1987",
        "DOB 12 March 1987",
        "date of birth: 1987-03-12",
        "my birthday is 12.03.87",
        "d.o.b. March 12, 1987",
    ],
    "IP_ADDRESS": ["192.168.10.20", "2001:db8::ff00:42:8329"],
    "DEVICE_ID": ["00:1B:44:11:3A:B7", "IMEI 490154203237518", "device id is a1b2c3d4e5f6"],
    "CRYPTO_ADDRESS": [
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    ],
    "PERSON": [
        "my name is priya raghunathan",
        "i'm priya raghunathan",
        "hi its chidi okonkwo here",
        "this is tomasz al-fayed",
        "could you pay abena boateng thirty pounds",
        "meu nome é João",
        "Register Hana Suzuki as beneficiary",
        "My name's Olumide Adeyemi-Bright",
        "I'm Wei Zhang",
        "call me anneliese",
        "send £20 to sam carter",
        "pay nina 50",
        "transfer to my landlord mr petrov",
        "Kofi Mensah",
        "Hello, Marta here",
        "regards, Aoife",
        "Dear Jonas",
        "send 20 to José Ñandú",
        "pay Sam 20 quid",
        "my brother daniel wants money",
        "dr okafor",
        "shoot 12 dollars to Tyler",
    ],
}

SURVIVES = [
    "what is my GBP account balance?",
    "send £25",
    "send 25 euros please",
    "pay 1,250.00 GBP",
    "I was charged 1.50 twice",
    "charged on 12/11/2024 at 14:30",
    "between 2024-01-01 and 2024-02-02",
    "from 1 March 2024 to 31 March 2024",
    "how much did I spend at Tesco in 2024",
    "order 1234567 is late",
    "order number 4929123456789",
    "ticket #20481",
    "ref 88123",
    "convert 100 USD to EUR",
    "the EUR/USD rate",
    "my card ending 4242",
    "top up by 500 pounds",
    "it costs 19.99",
    "3 payments of 20.00 and 1 of 30.00",
    "when will my card arrive?",
    "apple pay does not work",
    "I need 2 new cards",
    "can I have a card in Germany",
    "the ATM in London took my card",
    "is 10% normal",
    "my pin does not work",
    "what is a cvv",
    "the code never came",
    "I forgot my password",
    "my password is wrong",
    "I'm waiting since Monday",
    "i'm so confused",
    "this is getting annoying",
    "i'm not sure",
    "i am outside the country",
    "a payment to Eurostar",
    "Make it 30",
    "it's not working here",
    "version 16.2.1",
    "i paid in 3 instalments over 12 months",
    "24/7 support",
    "1st of May",
    "send money to my savings account",
    "I am 17 years old",
    "Done. Reference TR0123456789.",
    "the card was charged 1,000,000 yen",
]


def normal_form(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", normalise(text).text).upper()


@pytest.mark.parametrize("written", CARDS)
def test_a_card_number_is_found_however_it_is_written(scrubber: Scrubber, written: str) -> None:
    scrubbed = scrubber.scrub(f"so {written} ok")
    assert sum(map(str.isdigit, normalise(scrubbed).text)) <= 4, scrubbed
    assert "one" not in scrubbed.lower().replace("<card_number", "")
    assert "uno" not in scrubbed
    assert "eins" not in scrubbed
    assert scrubbed.startswith("so ")
    assert scrubbed.endswith(" ok")


@pytest.mark.parametrize("number", OTHER_NETWORKS)
def test_every_network_is_known(scrubber: Scrubber, number: str) -> None:
    digits = number.replace(" ", "")
    assert scrubber.scrub(f"use {number} please") == f"use <CARD_NUMBER ending {digits[-4:]}> please"


@pytest.mark.parametrize("written", IBANS)
def test_an_iban_is_found_however_it_is_written(scrubber: Scrubber, written: str) -> None:
    scrubbed = scrubber.scrub(f"to {written} ok")
    assert "<IBAN>" in scrubbed
    assert not any(map(str.isdigit, scrubbed))


@pytest.mark.parametrize(("entity", "text"), [(entity, text) for entity, texts in FOUND.items() for text in texts])
def test_each_kind_is_found(scrubber: Scrubber, entity: str, text: str) -> None:
    assert f"<{entity}" in scrubber.scrub(text)


@pytest.mark.parametrize("text", SURVIVES)
def test_what_is_harmless_survives(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub(text) == text


def test_a_card_after_is_reads_as_no_icelandic_account(scrubber: Scrubber) -> None:
    endings = map("".join, product("bcdfg", repeat=8))
    ending = next(ending for ending in endings if is_valid(f"IS4111111111111111{ending.upper()}"))
    assert scrubber.scrub(f"my card is {CARD} {ending}") == f"my card is <CARD_NUMBER ending 1111> {ending}"


def test_a_log_shows_no_last_digits(scrubber: Scrubber) -> None:
    assert scrubber.scrub(CARD, "log") == "<CARD_NUMBER>"


def test_the_cvv_after_a_card_number_is_not_its_ending(scrubber: Scrubber) -> None:
    scrubbed = scrubber.scrub(f"{CARD} 09/27 987")
    assert "987" not in scrubbed
    assert "ending 1111" in scrubbed
