"""Codes and notices on their way to customers' own phones and mailboxes."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio

from actions.bank import errors
from actions.bank.bootstrap import open_bank
from actions.bank.delivery import chosen
from actions.bank.delivery.email import SmtpMail
from actions.bank.delivery.port import DeliveryFailed
from actions.bank.delivery.post import Post
from actions.bank.delivery.sms import TwilioSms
from actions.bank.model.money import Money
from actions.bank.seed import seed
from actions.bank.services import Bank
from common.demo import CUSTOMERS
from common.settings import Settings, SettingsError
from tests.integration.delivery.carriers import ACCOUNT, TOKEN, Taken, mail_server, twilio

ALEX = CUSTOMERS["alex"]


@pytest.fixture
def sms() -> Iterator[Taken]:
    with twilio() as taken:
        yield taken


@pytest.fixture
def mail() -> Iterator[Taken]:
    with mail_server() as taken:
        yield taken


@pytest_asyncio.fixture
async def bank(own_database: Settings) -> AsyncIterator[Bank]:
    await seed(own_database)
    opened = await open_bank(own_database)
    yield opened
    await opened.close()


def by_sms(taken: Taken, token: str = TOKEN) -> TwilioSms:
    return TwilioSms(ACCOUNT, token, "+447700900999", f"http://127.0.0.1:{taken.port}")


def by_mail(taken: Taken) -> SmtpMail:
    return SmtpMail("127.0.0.1", taken.port, "bank@example.com", "A message from your bank", "none")


async def prepared(bank: Bank) -> str:
    maya = await bank.payees.resolve(ALEX, "maya")
    quote = await bank.transfers.quote(ALEX, maya.id, Money(1_250, "GBP"))
    return (await bank.transfers.prepare(ALEX, quote)).key


async def test_a_text_message_reaches_the_number_and_dies_with_its_code(sms: Taken) -> None:
    carrier = by_sms(sms)
    await carrier.send("+44 7700 900123", "Your code is 123456.", 300)
    await carrier.close()
    assert sms.texts == [
        {"To": "+447700900123", "From": "+447700900999", "Body": "Your code is 123456.", "ValidityPeriod": "300"}
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((400, b'{"code": 21211, "message": "The number +447700900123 is wrong"}'), "Twilio answered 400, error 21211"),
        ((429, b"slow down"), "Twilio answered 429"),
        ((500, b'["not", "an", "object"]'), "Twilio answered 500"),
        ((200, b"{}"), "Twilio answered 200"),
    ],
)
async def test_a_refusal_is_told_by_its_number_and_repeats_nothing(
    sms: Taken, answer: tuple[int, bytes], told: str
) -> None:
    sms.answer = answer
    with pytest.raises(DeliveryFailed) as failure:
        await by_sms(sms).send("+447700900123", "Your code is 123456.", 300)
    assert str(failure.value) == told


async def test_a_wrong_token_and_a_dead_carrier_are_failures(sms: Taken) -> None:
    with pytest.raises(DeliveryFailed, match="401, error 20003"):
        await by_sms(sms, "another token").send("+447700900123", "text", 300)
    with pytest.raises(DeliveryFailed, match="not reached"):
        await TwilioSms(ACCOUNT, TOKEN, "x", "http://127.0.0.1:9").send("+447700900123", "text", 300)


async def test_a_mail_carries_the_text_and_its_end(mail: Taken) -> None:
    await by_mail(mail).send("alex@example.com", "Your code is 123456. It is for £12.50.", 300)
    [message] = mail.texts
    assert (message["To"], message["From"]) == ("alex@example.com", "bank@example.com")
    assert message.get_payload(decode=True).decode().strip() == "Your code is 123456. It is for £12.50."
    assert "123456" not in message["Subject"]
    assert message["Expires"]


async def test_a_mail_that_is_refused_or_cannot_leave_is_a_failure(mail: Taken) -> None:
    mail.answer = (550, b"no such mailbox alex@example.com")
    with pytest.raises(DeliveryFailed) as failure:
        await by_mail(mail).send("alex@example.com", "text", 300)
    assert "alex" not in str(failure.value)
    with pytest.raises(DeliveryFailed):
        await by_mail(mail).send("alex@example.com\r\nBcc: all@example.com", "text", 300)
    insecure = SmtpMail("127.0.0.1", mail.port, "bank@example.com", "subject", "starttls")
    with pytest.raises(DeliveryFailed):
        await insecure.send("alex@example.com", "text", 300)
    assert mail.texts == []


async def test_a_code_takes_the_phone_first_and_the_mailbox_where_there_is_no_carrier_for_phones(
    bank: Bank, sms: Taken, mail: Taken
) -> None:
    pool, sealer = bank.transfers.pool, bank.transfers.sealer
    both = Post(pool, sealer, {"sms": by_sms(sms), "email": by_mail(mail)})
    await both.push(ALEX, "sms", "code")
    await both.push(ALEX, "email", "letter")
    await both.push(ALEX, "push", "notice")
    assert ([text["Body"] for text in sms.texts], len(mail.texts)) == (["code", "notice"], 1)
    await Post(pool, sealer, {"email": by_mail(mail)}).push(ALEX, "sms", "code")
    assert len(mail.texts) == 2
    with pytest.raises(DeliveryFailed, match="no address"):
        await Post(pool, sealer, {}).push(ALEX, "sms", "code")


async def test_the_code_that_was_delivered_approves_and_is_in_no_log(
    bank: Bank, sms: Taken, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    post = Post(bank.transfers.pool, bank.transfers.sealer, {"sms": by_sms(sms)})
    step_up, key = dataclasses.replace(bank.step_up, messenger=post), await prepared(bank)
    with caplog.at_level(logging.DEBUG):
        await step_up.challenge(ALEX, key)
        text = sms.texts[0]["Body"]
        code = text.removeprefix("Your code is ")[:6]
        assert "£12.50 to Maya Fernandes" in text
        await step_up.verify(ALEX, key, code)
    assert (await bank.transfers.execute(ALEX, key)).amount == Money(1_250, "GBP")
    assert code not in caplog.text + "".join(capsys.readouterr())


async def test_a_code_that_did_not_go_out_is_told_and_voids_nothing(bank: Bank, sms: Taken) -> None:
    post = Post(bank.transfers.pool, bank.transfers.sealer, {"sms": by_sms(sms)})
    step_up, key = dataclasses.replace(bank.step_up, messenger=post), await prepared(bank)
    await step_up.challenge(ALEX, key)
    first = sms.texts[0]["Body"].removeprefix("Your code is ")[:6]
    sms.answer = (503, b"")
    for _ in range(4):
        with pytest.raises(errors.CodeNotSent):
            await step_up.challenge(ALEX, key)
    await step_up.verify(ALEX, key, first)
    assert (await bank.transfers.execute(ALEX, key)).total == Money(1_250, "GBP")


@pytest.mark.parametrize(
    ("mode", "environment", "told"),
    [
        ("production", {"TELLER_DELIVERY": "inbox"}, "production has no inbox"),
        ("demo", {"TELLER_DELIVERY": "inbox,sms"}, "inbox alone"),
        ("demo", {"TELLER_DELIVERY": "pigeon"}, "knows inbox, sms and email"),
        ("demo", {"TELLER_DELIVERY": "sms"}, "TWILIO_ACCOUNT_SID"),
        ("demo", {"TELLER_DELIVERY": "email"}, "SMTP_HOST"),
        ("demo", {"TELLER_DELIVERY": "email", "SMTP_TLS": "maybe"}, "SMTP_TLS"),
        ("demo", {"TELLER_DELIVERY": "email", "SMTP_PORT": "70000"}, "SMTP_PORT"),
        ("demo", {"TELLER_DELIVERY": "email", "SMTP_TLS": "none", "SMTP_USER": "bank"}, "in the clear"),
    ],
)
async def test_settings_that_cannot_work_stop_the_start_with_one_line(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch, mode: str, environment: dict[str, str], told: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=told):
        await open_bank(dataclasses.replace(own_database, mode=mode))


async def test_carriers_are_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch, sms: Taken) -> None:
    given = {"TELLER_DELIVERY": "sms, email", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
             "TELLER_SMS_SENDER": "+447700900999", "TWILIO_URL": f"http://127.0.0.1:{sms.port}",
             "SMTP_HOST": "mail.example.com", "TELLER_MAIL_SENDER": "bank@example.com"}  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    carriers = chosen.carriers()
    assert set(carriers) == {"sms", "email"}
    await carriers["sms"].send("+447700900123", str(uuid4()), 60)
    assert len(sms.texts) == 1
