"""A bank in memory, for tests of the dialogue: two accounts, three payees, and a record of every step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from actions.bank.errors import (
    CodeLocked,
    CodeWrong,
    InsufficientFunds,
    PayeeAmbiguous,
    PayeeUnknown,
    StepUpRequired,
)
from actions.bank.model.accounts import Account
from actions.bank.model.cases import Ticket
from actions.bank.model.customers import Profile
from actions.bank.model.money import Money
from actions.bank.model.operations import Challenge
from actions.bank.model.transactions import TransactionPage
from actions.bank.model.transfers import Payee, PreparedTransfer, TransferQuote, TransferReceipt, TransferStatus

CUSTOMER = "7a0c2f2e-0000-4000-8000-000000000001"
CODE = "123456"


def account(name: str, currency: str, minor: int, iban: str) -> Account:
    money = Money(minor, currency)
    return Account(name, name, currency, money, money, Money.zero(currency), "Alex", iban, "BIC", None, None, "active")


def payee(name: str, iban: str, currency: str = "GBP") -> Payee:
    return Payee(name, name, iban, iban[:2], currency, "active", "match", None)


@dataclass
class FakeBank:
    """Implements what the dialogue calls; `steps` records what touched a transfer."""

    held: list[Account] = field(
        default_factory=lambda: [
            account("Main", "GBP", 200_000, "GB00AAAA0114"),
            account("Euro", "EUR", 90_000, "GB00AAAA0121"),
        ]
    )
    known: list[Payee] = field(
        default_factory=lambda: [
            payee("Maya Fernandes", "GB11"),
            payee("Mia Chen", "GB22"),
            payee("Jonas Keller", "DE33", "EUR"),
        ]
    )
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    linked: None = None
    prepared: dict[str, TransferQuote] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    executed: dict[str, TransferReceipt] = field(default_factory=dict)
    lose_reply: bool = False
    tries: int = 5

    def __post_init__(self) -> None:
        here = lambda *methods: SimpleNamespace(**{name: getattr(self, f"_{name}") for name in methods})  # noqa: E731
        self.accounts = SimpleNamespace(list=self._accounts, transactions=self._transactions)
        self.customers = SimpleNamespace(profile=self._profile, urgent=self._nothing)
        self.cards = SimpleNamespace(list=self._no_cards, freeze=self._freeze)
        self.payees = SimpleNamespace(
            list=self._payees, resolve=self._resolve, by_iban=self._nothing, adopt_iban=self._adopt
        )
        self.transfers = here("quote", "prepare", "execute", "status", "cancel_prepared")
        self.step_up = here("challenge", "verify")
        self.policies = SimpleNamespace(facts=self._facts)
        self.handoff = SimpleNamespace(open=self._ticket, active=self._nothing)
        self.denials = SimpleNamespace(note=self._denied)

    def _denied(self, door: str, reason: str, **_: Any) -> None:
        self.steps.append(("denied", door, reason))

    async def _nothing(self, *_: Any) -> None:
        return None

    async def _accounts(self, _: str) -> list[Account]:
        return self.held

    async def _payees(self, _: str) -> list[Payee]:
        return self.known

    async def _no_cards(self, _: str) -> list[Any]:
        return []

    async def _freeze(self, _: str, card_ids: Any, reason: str) -> list[Any]:
        self.steps.append(("freeze", card_ids, reason))
        return []

    async def _profile(self, customer: str) -> Profile:
        return Profile(customer, "Alex", "M", "standard", "GB", "en", "Europe/London", "GBP", "", "", "")

    async def _transactions(self, _: str, **__: Any) -> TransactionPage:
        return TransactionPage((), 0, {}, {}, {})

    async def _facts(self, intent: str, _: str | None) -> dict[str, str]:
        return {"emergency_line": "+44 20 7946 0999", "opening_hours": "always", "opening_timezone": "UK time"}

    async def _ticket(self, _: str | None, session_id: str, __: str, summary: str) -> Ticket:
        self.steps.append(("ticket", summary))
        return Ticket("T-1", 1, 4, True, None, "queued", None)

    async def _resolve(self, _: str, text: str) -> Payee:
        fits = [one for one in self.known if text.casefold() in one.name.casefold()]
        if not fits:
            raise PayeeUnknown(())
        if len(fits) > 1:
            raise PayeeAmbiguous(tuple(fits))
        return fits[0]

    async def _adopt(self, _: str, iban: str, name: str) -> Payee:
        new = replace(payee(name, iban), status="unsaved")
        self.known.append(new)
        return new

    async def _quote(self, _: str, payee_id: str, amount: Money, account_id: str | None) -> TransferQuote:
        source = next(one for one in self.held if one.id == account_id)
        if source.available < amount:
            raise InsufficientFunds(source.available, amount, source.name)
        target = next(one for one in self.known if one.id == payee_id)
        arrival = date(2030, 1, 2)
        return TransferQuote(target, source, amount, Money.zero(amount.currency), amount, "local", arrival, "match")

    async def _prepare(self, _: str, quote: TransferQuote) -> PreparedTransfer:
        key = f"key-{len(self.prepared) + 1}"
        self.prepared[key] = quote
        self.steps.append(("prepare", key, quote.payee.name, quote.amount))
        return PreparedTransfer(key, quote, datetime.now(timezone.utc) + timedelta(minutes=10))

    async def _cancel_prepared(self, _: str, key: str) -> None:
        self.steps.append(("cancel", key))
        self.prepared.pop(key, None)
        self.verified.discard(key)

    async def _challenge(self, _: str, key: str) -> Challenge:
        self.steps.append(("challenge", key))
        return Challenge(datetime.now(timezone.utc) + timedelta(minutes=5), 5)

    async def _verify(self, _: str, key: str, code: str) -> None:
        if code != CODE:
            self.tries -= 1
            if self.tries == 0:
                raise CodeLocked
            raise CodeWrong(self.tries)
        self.verified.add(key)

    async def _execute(self, _: str, key: str) -> TransferReceipt:
        if key not in self.verified:
            raise StepUpRequired
        quote = self.prepared[key]
        now = datetime.now(timezone.utc)
        self.executed[key] = TransferReceipt(
            reference="TR1",
            status="completed",
            amount=quote.amount,
            fee=quote.fee,
            total=quote.total,
            payee=quote.payee.name,
            payee_tail=quote.payee.tail,
            account=quote.account.name,
            new_balance=quote.account.booked - quote.total,
            arrival_date=quote.arrival_date,
            executed_at=now,
        )
        if self.lose_reply:
            raise ConnectionError("the reply got lost")
        return self.executed[key]

    async def _status(self, _: str, key: str) -> TransferStatus:
        receipt = self.executed.get(key)
        return TransferStatus(key, "executed" if receipt else "prepared", receipt)
