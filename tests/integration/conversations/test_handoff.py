"""Users get a person: because they ask, because the assistant fails them, or because they are in danger."""

from __future__ import annotations

from actions.house import House
from tests.dialogue import names
from tests.integration.conversations.customer import (
    ASK_AMOUNT,
    ASK_APPROVAL,
    ASK_CODE,
    SENT,
    SUMMARY,
    Customer,
    Enter,
    guest,
)

SENDING = ("send £25 to Maya", "transfer_money")
REQUEST = ("customer_request", 3, "queued")
PERSON = ("I want to talk to a person", "human_handoff")
QUEUED = {"utter_handoff_queued", "utter_handoff_closed"}
"""By day somebody is there, by night it is said when; both are a place in the queue."""


def number(me: Customer) -> str:
    found = me.sql.execute("SELECT number FROM handoff_tickets WHERE session_id = %s", (me.talk.session_id,))
    [ticket] = found.fetchall()
    return str(ticket[0])


async def test_user_asks_for_a_person_and_keeps_one_place_in_the_queue(enter: Enter) -> None:
    me = await enter()
    first = await me.also_says(*PERSON)
    assert first[0].response in QUEUED
    assert number(me) in first[0].text
    again = await me.also_says("where is that person?", "human_handoff")
    assert number(me) in again[0].text
    assert me.tickets() == [REQUEST]


async def test_user_asks_for_a_person_in_the_middle_and_may_go_on(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    replies = await me.also_says(*PERSON)
    assert replies[0].response in QUEUED
    assert replies[-1].response == SUMMARY
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert (me.tickets(), me.sent()) == ([REQUEST], [("Maya Fernandes", 2500, "GBP")])


async def test_user_is_with_an_agent_already(enter: Enter) -> None:
    me = await enter()
    await me.also_says(*PERSON)
    me.sql.execute(
        "UPDATE handoff_tickets SET status = 'joined', agent = 'Robin', joined_at = now() WHERE session_id = %s",
        (me.talk.session_id,),
    )
    told = await me.says(*PERSON, hears="utter_handoff_joined")
    assert "Robin" in told.text
    assert me.tickets() == [("customer_request", 3, "joined")]


async def test_user_is_offered_a_person_after_three_misses_and_takes_it(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Maya", "transfer_money", hears=ASK_AMOUNT)
    for text in ("dunno", "whatever", "blue"):
        last = await me.says(text, "nlu_fallback")
    assert last.response == "utter_form_gave_up"
    assert me.tickets() == []
    assert (await me.also_says("yes", "affirm"))[0].response in QUEUED
    assert me.tickets() == [REQUEST]
    me.lost_nothing()


async def test_user_declines_the_person_that_is_offered(enter: Enter) -> None:
    me = await enter()
    await me.says("blorb", "nlu_fallback", hears="utter_fallback_choices")
    await me.says("blorb!", "nlu_fallback", hears="utter_fallback_person")
    await me.says("no", "deny", hears="utter_deny_offer")
    await me.says_yes(hears="utter_affirm_nothing_pending")
    assert me.tickets() == []


async def test_user_is_not_understood_twice_and_takes_the_person(enter: Enter) -> None:
    me = await enter()
    await me.says("blorb", "out_of_scope", hears="utter_out_of_scope")
    await me.says("blorb!", "nlu_fallback", hears="utter_fallback_person")
    assert (await me.also_says("yes please", "affirm"))[0].response in QUEUED
    assert me.tickets() == [REQUEST]


async def test_user_in_distress_gets_a_person_at_once_and_the_transfer_ends(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    code = await me.code()
    replies = await me.also_says("I don't want to live anymore", "nlu_fallback")
    assert replies[0].response == "utter_danger_distress"
    assert number(me) in replies[0].text
    assert me.tickets() == [("distress", 0, "queued")]
    await me.says(code, hears="utter_secret_code")
    me.lost_nothing()


async def test_user_under_duress_sends_nothing(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    replies = await me.also_says("someone is forcing me to do this", "inform")
    assert replies[0].response == "utter_danger_duress"
    assert me.talk.form is None
    assert me.tickets() == [("duress", 0, "queued")]
    me.lost_nothing()


async def test_user_on_the_phone_with_a_fraudster_is_stopped_at_the_code(enter: Enter) -> None:
    me = await enter()
    await me.says("send £900 to GB29 NWBK 6016 1331 9268 19", "transfer_money")
    await me.says("Safe Account", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    replies = await me.also_says("they told me to move my money to a safe account", "inform")
    assert replies[0].response == "utter_danger_scam"
    assert me.talk.form is None
    assert me.tickets() == [("scam", 1, "queued")]
    me.lost_nothing()


async def test_user_reports_a_scam_and_only_the_named_payment_is_called_back(enter: Enter) -> None:
    me = await enter()
    for text in ("send £10 to Maya", "send £20 to Mia"):
        await me.says(text, "transfer_money", hears=SUMMARY)
        await me.says_yes(hears=ASK_CODE)
        await me.types_code(hears=SENT)
    told = await me.also_says("I was scammed: the payment of £20.00 to Mia Chen", "report_scam")
    cases = me.sql.execute("SELECT kind, transaction_id FROM disputes WHERE customer_id = %s ORDER BY kind", (me.id,))
    told_of = [(kind, me.line(line)["counterparty"]) for kind, line in cases.fetchall()]
    assert told_of == [("fraud", "Mia Chen"), ("transfer", "Mia Chen")]
    assert told[0].response == "utter_transfer_recall"
    assert me.tickets() == [("scam", 1, "queued")]
    assert me.balance() == 97_000, "what has left is back only when the other bank agrees"


async def test_user_waits_for_a_person_and_turns_out_to_be_in_danger(enter: Enter) -> None:
    me = await enter()
    await me.also_says(*PERSON)
    first = number(me)
    await me.also_says("I want to complain", "complaint")
    assert me.tickets() == [("complaint", 2, "queued")]
    await me.also_says("I am going to kill myself", "nlu_fallback")
    assert me.tickets() == [("distress", 0, "queued")]
    await me.also_says("I want to complain about the app", "complaint")
    assert (me.tickets(), number(me)) == ([("distress", 0, "queued")], first)


async def test_user_complains_twice_about_the_same_and_has_one_reference(enter: Enter) -> None:
    me = await enter()
    taken = await me.also_says("you charged me a fee, I want to complain", "complaint")
    known = await me.also_says("again: that fee is wrong, I complain", "complaint")
    assert (taken[0].response, known[0].response) == ("utter_complaint_taken", "utter_complaint_known")
    [reference] = me.one("SELECT number FROM complaints WHERE customer_id = %(me)s")
    assert reference in taken[0].text
    assert reference in known[0].text


async def test_user_cannot_unfreeze_a_stolen_card_and_asks_a_person(enter: Enter) -> None:
    stolen = {
        "kind": "physical", "scheme": "Visa", "status": "frozen", "account": "Main", "expires_on": "+900d",
        "created_at": "-90d", "frozen_at": "-1d", "frozen_reason": "stolen",
    }  # fmt: skip
    me = await enter(cards={"5501": stolen})
    await me.says("unfreeze my card", "unfreeze_card")
    assert (me.card(), me.talk.form, me.prepared()) == ("frozen", None, [])
    assert (await me.also_says("yes", "affirm"))[0].response in QUEUED
    assert me.tickets() == [REQUEST]


async def test_user_whose_approval_is_locked_is_not_locked_out_of_a_person(enter: Enter) -> None:
    me = await enter()
    await me.says("exchange £100 to euros", "exchange_via_app", hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    right = int(await me.code())
    for guess in range(1, 6):
        last = await me.says(f"{(right + guess) % 1_000_000:06d}")
    assert last.response == "utter_operation_cancelled"
    assert (await me.also_says(*PERSON))[0].response in QUEUED
    assert me.prepared() == ["locked"]
    me.lost_nothing()


async def test_guest_gets_a_person_without_a_login_but_no_money_moves(house: House, enter: Enter) -> None:
    me = await enter()
    stranger = guest(house, f"guest-of-{me.talk.session_id}")
    assert names(await stranger.say("send £25 to Maya", "transfer_money")) == ["utter_login_needed"]
    assert (await stranger.say(*PERSON))[0].response in QUEUED
    me.talk = stranger
    assert me.tickets() == [REQUEST]
    found = me.sql.execute("SELECT customer_id FROM handoff_tickets WHERE session_id = %s", (stranger.session_id,))
    assert found.fetchall() == [(None,)]
    me.lost_nothing()
