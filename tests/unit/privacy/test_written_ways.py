"""Labels in many forms and languages, records and tables, and numbers said or encoded in less common ways."""

from __future__ import annotations

import re

import pytest

from common.privacy.exam.conversations import said
from common.privacy.recognizers.tables import heading
from common.privacy.scrubber import Scrubber


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ('{"sort_code": "600877", "account_number": "64838451"}', ["600877", "64838451"]),
        ("| payee | sort code | account |\n|---|---|---|\n| x | 09.16.75 | 4745 9585 |", ["09.16.75", "4745"]),
        ('{"password": "Welcome1!"}', ["Welcome1"]),
        ("<password>tulip</password>", ["tulip<"]),
        ("my passwrd is password1 and it fails", ["password1"]),
        ("login sam, pw tulip", ["tulip"]),
        ('"exp": "février \'34"', ["34"]),
        ("exp 2032-01", ["2032", "01"]),
        ('{"expiry_month": 11, "expiry_year": 2028}', ["11", "2028"]),
        ("né le 21-juin-1987", ["21", "juin", "1987"]),
        ("dob 110449", ["110449"]),
        ("生年月日 1987年3月12日", ["1987"]),
        ("card verification value 7855", ["7855"]),
        ("cvv \\39 \\36 \\38 \\34", ["39", "34"]),
        ("cvv =34=32=\n=36=31", ["34", "31"]),
        ("mein reisepass hat die nummer AA 693335", ["AA", "693335"]),
        ("ip address ::ffff:198.51.100.09", ["ffff", "198"]),
        ("mail sio.taufa at naver . com", ["taufa", "naver"]),
        ("card ⠼⠙⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁", ["⠼", "⠁"]),
        ("card %u0034" + "%u0031" * 15, ["0034", "0031"]),
        ("card <~2D[*F1c$jG~>", ["2D", "jG"]),
        ("card ....- / " + " / ".join([".----"] * 15), ["....-", ".----"]),
        ("card four thousand one hundred and eleven" + ", one thousand one hundred and eleven" * 3, ["hundred"]),
        ("my card, 3843 then comes 9755 and 3958 followed by 66, is lost", ["3843", "3958"]),
        ("card six two nine double o two double one five one double o seven three two o seven o five", ["six", "five"]),
    ],
)
def test_no_way_of_writing_it_shows_a_secret(scrubber: Scrubber, text: str, secrets: list[str]) -> None:
    shown = re.sub(r"<[A-Z_]+(?: ending \d{4})?>", "", scrubber.scrub(text))
    assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.parametrize(
    "text",
    [
        "send one thousand two hundred and fifty pounds",
        "between one hundred and two hundred euros",
        "wait ... ... ... ok",
        "the deal ends in november 2028",
        "the reference RF09 5319 0064 7032 is on the bill",
        "my password was reset on 3 May",
    ],
)
def test_what_is_written_likewise_and_is_no_secret_survives(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub(text) == text
    assert said(scrubber, [text]) == [text]


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("name;sort_code\nx;1", 17, "sort code"),
        ("name;sort_code\nx;1\ny;2", 21, "sort code"),
        ("name;sort_code\nx;1", 15, "name"),
        ("no table here", 3, ""),
        ("1;2\n3;4", 6, ""),
    ],
)
def test_the_heading_of_a_value_is_found(text: str, at: int, expected: str) -> None:
    assert heading(text, at) == expected
