"""Random lives of two customers against a model of what they own.

The model is a few integers: it says what each call must answer and what each customer must have afterwards. Every
step calls the real services on real PostgreSQL; after every step the ledger is compared with the model.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as some
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from actions.bank import errors
from actions.bank.jobs.orders import key_for
from actions.bank.model.money import Money
from actions.bank.worker import AnswerError, answer
from tests.properties.world import World

HOME = ZoneInfo("Europe/London")
LEDGER = """
    SELECT a.customer_id::text, a.balance_minor, coalesce(sum(e.amount_minor), 0)::bigint,
        count(*) FILTER (WHERE e.amount_minor < 0)
    FROM bank.accounts a LEFT JOIN bank.entries e ON e.account_id = a.id
    WHERE a.customer_id = ANY(%s::uuid[]) GROUP BY a.id
"""
UNBALANCED = """
    SELECT e.posting_id FROM bank.entries e WHERE e.posting_id IN (
        SELECT own.posting_id FROM bank.entries own JOIN bank.accounts a ON a.id = own.account_id
        WHERE a.customer_id = ANY(%s::uuid[]))
    GROUP BY e.posting_id, e.currency HAVING sum(e.amount_minor) <> 0
"""
AMOUNTS = some.one_of(some.integers(1, 4_000), some.sampled_from([-5, 0, 1, 20_000, 1_000_001, 10**15 + 1, 10**18]))


@dataclass
class Intent:
    """A prepared transfer as the model knows it."""

    key: str
    sender: int
    receiver: int | None
    amount: int
    expires_at: datetime
    state: str = "prepared"
    verified: bool = False
    reference: str = ""


class LedgerMachine(RuleBasedStateMachine):
    intents = Bundle("intents")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.owned: list[int] = []
        self.debits = [0, 0]
        self.in_clearing: list[Intent] = []
        self.rejected: set[str] = set()
        self.orders: list[dict[str, Any]] = []

    @initialize(first=some.integers(1, 20_000), second=some.integers(1, 20_000))
    def two_customers(self, first: int, second: int) -> None:
        self.owned = [first, second]
        self.customers = self.world.run(self.world.pair((first, second)))
        self.payees = [
            {payee.name: payee.id for payee in self.world.run(self.world.bank.payees.list(customer))}
            for customer in self.customers
        ]

    # What customers do

    @rule(target=intents, sender=some.integers(0, 1), inside=some.booleans(), amount=AMOUNTS)
    def prepare(self, sender: int, inside: bool, amount: int) -> Any:
        return self._prepare(sender, inside, amount, None)

    @rule(target=intents, old=intents, amount=AMOUNTS)
    def correct(self, old: Intent, amount: int) -> Any:
        return self._prepare(old.sender, old.receiver is not None, amount, old)

    @rule(intent=intents, slips=some.integers(0, 5))
    def give_the_code(self, intent: Intent, slips: int) -> None:
        customer, step_up = self.customers[intent.sender], self.world.step_up
        try:
            self.world.run(step_up.challenge(customer, intent.key))
        except errors.CodeLocked:
            return
        except (errors.KeyConflict, errors.PreparedExpired):
            assert not self._open(intent)
            return
        assert self._open(intent)
        intent.verified = False
        code = self.world.pigeonhole.codes[customer]
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for _ in range(slips):
            try:
                self.world.run(step_up.verify(customer, intent.key, wrong))
            except errors.CodeWrong:
                continue
            except errors.CodeLocked:
                intent.state = "locked"
                return
            raise AssertionError("a wrong code was taken")
        self.world.run(step_up.verify(customer, intent.key, code))
        intent.verified = True

    @rule(intent=intents)
    def execute(self, intent: Intent) -> None:
        self._expect(intent, self.world.run(self._try(intent)))

    @rule(intent=intents, sessions=some.integers(2, 4))
    def execute_in_several_sessions_at_once(self, intent: Intent, sessions: int) -> None:
        outcomes = self.world.run(self._all([intent] * sessions))
        for outcome in outcomes:
            self._expect(intent, outcome)
        receipts = {outcome for outcome in outcomes if not isinstance(outcome, BaseException)}
        assert len(receipts) <= 1

    @rule(first=intents, second=intents)
    def execute_two_at_once(self, first: Intent, second: Intent) -> None:
        """Who comes first is open where one pays for the other: then the answers have to fit one of the two orders."""
        outcomes = self.world.run(self._all([first, second]))
        pairs = list(zip((first, second), outcomes, strict=True))
        done = [isinstance(outcome, errors.BankError) for outcome in outcomes]
        for intent, outcome in sorted(pairs, key=lambda pair: isinstance(pair[1], errors.BankError)):
            self._expect(intent, outcome, at_once=not all(done) and first is not second)

    @rule(intent=intents, steps=some.integers(0, 40))
    def crash_while_executing(self, intent: Intent, steps: int) -> None:
        """The process stops somewhere in the middle; afterwards the key tells what happened."""
        before = self._open(intent) and intent.verified
        self.world.run(self._interrupt(intent, steps))
        status = self.world.run(self.world.bank.transfers.status(self.customers[intent.sender], intent.key))
        if status.state == "executed" and intent.state != "executed":
            assert before
            assert status.receipt is not None
            self._book(intent, status.receipt.reference)
        assert (status.state == "executed") == (intent.state == "executed")

    @rule(intent=intents)
    def cancel(self, intent: Intent) -> None:
        try:
            self.world.run(self.world.bank.transfers.cancel_prepared(self.customers[intent.sender], intent.key))
        except errors.KeyConflict:
            assert intent.state == "executed"
            return
        assert intent.state != "executed"
        intent.state = "cancelled" if self._open(intent) or intent.state == "prepared" else intent.state

    @rule(sender=some.integers(0, 1), inside=some.booleans(), amount=some.integers(1, 6_000), days=some.integers(0, 3))
    def order_for_a_day(self, sender: int, inside: bool, amount: int, days: int) -> None:
        order_id, due = uuid4(), self.world.now().date() + timedelta(days=days)
        self.world.sql.execute(
            "INSERT INTO bank.standing_orders (id, customer_id, account_id, payee_id, amount_minor, currency,"
            " schedule, next_run, status) SELECT %s, customer_id, id, %s, %s, 'GBP', 'once', %s, 'active'"
            " FROM bank.accounts WHERE customer_id = %s",
            (order_id, self._payee(sender, inside), amount, due, self.customers[sender]),
        )
        receiver = 1 - sender if inside else None
        self.orders.append({"id": order_id, "due": due, "sender": sender, "receiver": receiver, "amount": amount})

    # What happens by itself

    @rule(minutes=some.sampled_from([1, 4, 11, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.world.ahead += timedelta(minutes=minutes)

    @rule(workers=some.integers(1, 3))
    def workers_tick(self, workers: int) -> None:
        async def all_tick() -> None:
            await asyncio.gather(*(self.world.worker.tick() for _ in range(workers)))

        self.world.run(all_tick())
        self.world.run(self.world.worker.tick())
        self._settle_the_model()

    @rule(intent=intents)
    def the_other_bank_refuses(self, intent: Intent) -> None:
        said = answer(
            self.world.bank.transfers.pool, intent.reference, "rejected", "recipient_bank_refused", self.world.now()
        )
        try:
            self.world.run(said)
        except AnswerError:
            assert intent not in self.in_clearing or intent.key in self.rejected
            return
        assert intent in self.in_clearing
        self.rejected.add(intent.key)

    @rule()
    def an_order_comes_up_again(self) -> None:
        """A worker that lost its memory sees every order as due again."""
        for order in self.orders:
            if order.get("ran"):
                self.world.sql.execute(
                    "UPDATE bank.standing_orders SET status = 'active', next_run = %s WHERE id = %s",
                    (order["due"], order["id"]),
                )

    # What always holds

    @invariant()
    def the_ledger_is_what_the_model_says(self) -> None:
        self.world.steps += 1
        if not self.owned:
            return
        found = {row[0]: row[1:] for row in self.world.sql.execute(LEDGER, (self.customers,)).fetchall()}
        for number, customer in enumerate(self.customers):
            balance, entries, debits = found[customer]
            assert balance == entries == self.owned[number], (balance, entries, self.owned[number])
            assert balance >= 0
            assert debits == self.debits[number]
        assert self.world.sql.execute(UNBALANCED, (self.customers,)).fetchall() == []

    # The model

    def _prepare(self, sender: int, inside: bool, amount: int, old: Intent | None) -> Any:
        async def work() -> str:
            transfers, customer = self.world.bank.transfers, self.customers[sender]
            quote = await transfers.quote(customer, self._payee(sender, inside), Money(amount, "GBP"))
            return (await transfers.prepare(customer, quote, old.key if old else None)).key

        try:
            key = self.world.run(work())
        except errors.InvalidAmount:
            assert amount <= 0 or amount > 10**15
        except errors.LimitExceeded:
            assert amount > 0
        except errors.InsufficientFunds:
            assert amount > self.owned[sender]
        except errors.KeyConflict:
            assert old is not None
            assert old.state == "executed"
        else:
            assert 0 < amount <= self.owned[sender]
            if old is not None:
                assert old.state != "executed"
                old.state = "cancelled" if old.state == "prepared" else old.state
            expires_at = self.world.now() + timedelta(minutes=10)
            return Intent(key, sender, 1 - sender if inside else None, amount, expires_at)
        return multiple()

    def _open(self, intent: Intent) -> bool:
        return intent.state == "prepared" and self.world.now() < intent.expires_at

    async def _try(self, intent: Intent) -> Any:
        try:
            return await self.world.bank.transfers.execute(self.customers[intent.sender], intent.key)
        except errors.BankError as refusal:
            return refusal

    async def _all(self, intents: list[Intent]) -> list[Any]:
        return list(await asyncio.gather(*(self._try(intent) for intent in intents)))

    async def _interrupt(self, intent: Intent, steps: int) -> None:
        task = asyncio.ensure_future(self._try(intent))
        for _ in range(steps):
            if task.done():
                return
            await asyncio.sleep(0.0005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def _expect(self, intent: Intent, outcome: Any, *, at_once: bool = False) -> None:
        """The answer has to be the model's; a booking is entered into the model."""
        if intent.state == "executed":
            assert outcome.reference == intent.reference
        elif intent.state in ("cancelled", "locked"):
            assert isinstance(outcome, errors.KeyConflict | errors.PreparedExpired)
        elif not self._open(intent):
            assert isinstance(outcome, errors.PreparedExpired)
        elif not intent.verified:
            assert isinstance(outcome, errors.StepUpRequired)
        elif isinstance(outcome, errors.LimitExceeded):
            assert intent.amount > 0
        elif isinstance(outcome, errors.InsufficientFunds):
            assert at_once or intent.amount > self.owned[intent.sender]
        else:
            assert outcome.total.amount_minor == intent.amount
            assert at_once or intent.amount <= self.owned[intent.sender]
            self._book(intent, outcome.reference)

    def _book(self, intent: Intent, reference: str) -> None:
        intent.state, intent.reference = "executed", reference
        self._move(intent.sender, intent.receiver, intent.amount)
        if intent.receiver is None:
            self.in_clearing.append(intent)

    def _move(self, sender: int, receiver: int | None, amount: int) -> None:
        self.owned[sender] -= amount
        self.debits[sender] += 1
        if receiver is not None:
            self.owned[receiver] += amount

    def _settle_the_model(self) -> None:
        """Refused transfers are back, all others final; orders ran in an order that the ledger tells."""
        for intent in self.in_clearing:
            if intent.key in self.rejected:
                self.owned[intent.sender] += intent.amount
        self.in_clearing = []
        today: date = self.world.now().astimezone(HOME).date()  # an order is due on its customer's day
        for order in self.orders:
            if order.get("ran") or order["due"] > today:
                continue
            order["ran"] = True
            key = key_for(order["id"], order["due"])
            found = self.world.sql.execute(
                "SELECT amount_minor, state FROM bank.payment_intents WHERE key = %s", (key,)
            ).fetchone()
            line = self.world.sql.execute(
                "SELECT status FROM bank.transactions WHERE intent_key = %s AND customer_id = %s",
                (key, self.customers[order["sender"]]),
            ).fetchone()
            assert (found, line) in (((order["amount"], "executed"), ("completed",)), (None, ("declined",)))
            if found:
                self._move(order["sender"], order["receiver"], order["amount"])

    def _payee(self, sender: int, inside: bool) -> str:
        return self.payees[sender]["Friend" if inside else "Maya Fernandes"]
