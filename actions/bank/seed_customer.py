"""One demo customer from their YAML file: names become ids, relative times become times, money is really booked."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from stdnum import iban as iban_numbers

from actions.bank.model.money import Money
from actions.bank.model.transactions import PERSONAL
from actions.bank.repository import accounts, cards, customers, devices, ledger, payees, transactions
from actions.bank.repository.unit import Connection, insert
from actions.bank.sealing import CustomerSealer, Sealer

OPENING = "opening balances"
COUNTER_ACCOUNTS = {
    "card_payment": "card settlement",
    "refund": "card settlement",
    "hold": "card settlement",
    "atm": "cash",
    "cash_deposit": "cash",
    "transfer": "transfers in clearing",
    "top_up": "top-ups",
    "direct_debit": "direct debits",
    "cheque": "cheques",
    "exchange": "currency position",
    "fee": "fee income",
}
BICS = {"GB": "TLLRGB2L", "IE": "TLLRIE2D"}
DATES = {"eta_from", "eta_to", "expires_on", "next_run", "next_due", "ends_on", "decide_by", "month"}
_AGO = re.compile(r"(?P<sign>[+-])(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?")

# Section of the file, table and what it refers to by name: field → section whose ids it holds.
SECTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("devices", {}),
    ("app_sessions", {"device": "devices"}),
    ("wallet_tokens", {"card": "cards", "device": "devices"}),
    ("funding_cards", {}),
    ("auto_topups", {"account": "accounts", "funding_card": "funding_cards"}),
    ("mandates", {"account": "accounts"}),
    ("standing_orders", {"account": "accounts", "payee": "payees"}),
    ("identity_checks", {}),
    ("source_of_funds_requests", {}),
    ("loans", {}),
    ("statements", {"account": "accounts"}),
)
NAMED = {"funding_cards": "last4"}
"""Tables that also hold the name under which the file lists a row."""
SEALED_NAMES = {"devices": devices.place}
"""The same, where the name is sealed."""
WITHOUT_CUSTOMER = {"app_sessions", "wallet_tokens", "statements"}


def iban_from(bban: str) -> str:
    """`GB TLLR04007531400114` with its check digits put in."""
    country, rest = bban.split()
    return f"{country}{iban_numbers.calc_check_digits(f'{country}00{rest}')}{rest}"


def moment(text: str, now: datetime) -> datetime:
    """`-2d6h` before, `+1d` after now."""
    match = _AGO.fullmatch(text)
    if match is None:
        raise ValueError(f"not a relative time: {text}")
    parts = {name: int(match[name] or 0) for name in ("days", "hours", "minutes")}
    delta = timedelta(**parts)
    return now - delta if match["sign"] == "-" else now + delta


class CustomerSeed:
    def __init__(
        self, connection: Connection, sealer: Sealer, now: datetime, customer_id: str, content: dict[str, Any]
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._now = now
        self._customer = UUID(customer_id)
        self._content = content
        self._own: CustomerSealer

    async def add(self) -> bool:
        """Add the customer with all they have; False, and nothing done, if they are there already."""
        cursor = await self._connection.execute("SELECT FROM customers WHERE id = %s", (self._customer,))
        if await cursor.fetchone() is not None:
            return False
        self._own = await self._sealer.of(self._connection, self._customer)
        personal = self._own.seal(self._content["personal"], customers.place(self._customer))
        await self._insert("customers", {"id": self._customer, "personal": personal, **self._content["customer"]})
        await self._accounts()
        await self._payees()
        await self._cards()
        for table, references in SECTIONS:
            for name, fields in self._content.get(table, {}).items():
                owner: dict[str, Any] = {} if table in WITHOUT_CUSTOMER else {"customer_id": self._customer}
                if table in NAMED:
                    owner[NAMED[table]] = name
                row_id = self._id(table, name)
                if table in SEALED_NAMES:
                    owner["sealed"] = self._own.seal({"name": name}, SEALED_NAMES[table](row_id))
                await self._insert(table, {"id": row_id, **owner, **self._resolved(fields, references)})
        for fields in self._content.get("passcode_locks", {}).values():
            await self._insert("passcode_locks", {"customer_id": self._customer, **self._resolved(fields, {})})
        await self._transactions()
        return True

    async def _accounts(self) -> None:
        holder = self._content["personal"]
        for name, fields in self._content["accounts"].items():
            account_id, iban = self._id("accounts", name), iban_from(fields["bban"])
            details = {"iban": iban, "bic": BICS[iban[:2]], "holder": f"{holder['first_name']} {holder['last_name']}"}
            if iban[:2] == "GB":
                sort = iban[8:14]
                details |= {"sort_code": f"{sort[:2]}-{sort[2:4]}-{sort[4:]}", "account_number": iban[14:]}
            opened = moment(fields["opened"], self._now)
            await self._insert(
                "accounts",
                {
                    "id": account_id,
                    "kind": "customer",
                    "customer_id": self._customer,
                    "name": name,
                    "currency": fields["currency"],
                    "status": fields.get("status", "active"),
                    "balance_minor": 0,
                    "details": self._own.seal(details, accounts.place(account_id)),
                    "iban_hash": self._sealer.fingerprint(iban),
                    "opened_at": opened,
                },
            )
            await self._book(OPENING, str(account_id), Money(fields["opening"], fields["currency"]), "opening", opened)

    async def _payees(self) -> None:
        for name, fields in self._content.get("payees", {}).items():
            payee_id, iban = self._id("payees", name), iban_from(fields["bban"])
            await self._insert(
                "payees",
                {
                    "id": payee_id,
                    "customer_id": self._customer,
                    "sealed": self._own.seal({"name": name, "iban": iban}, payees.place(payee_id)),
                    "iban_hash": self._sealer.fingerprint(iban),
                    "country": iban[:2],
                    "currency": fields["currency"],
                    "status": fields.get("status", "active"),
                    "name_check": fields.get("name_check", "match"),
                    "block_reason": fields.get("block_reason"),
                },
            )

    async def _cards(self) -> None:
        for last4, fields in self._content.get("cards", {}).items():
            card = {"id": self._id("cards", last4), "customer_id": self._customer, "last4": last4}
            await self._insert("cards", card | self._resolved(fields, {"account": "accounts"}))
        for name, fields in self._content.get("card_orders", {}).items():
            order_id = self._id("card_orders", name)
            address = {"address": self._content["personal"]["address"]}
            sealed = self._own.seal(address, cards.order_place(order_id))
            order = {"id": order_id, "customer_id": self._customer, "address": sealed}
            await self._insert("card_orders", order | self._resolved(fields, {"card": "cards"}))

    async def _transactions(self) -> None:
        by_counterparty: dict[str, UUID] = {}
        entries = [self._resolved(fields, {"account": "accounts", "card": "cards", "payee": "payees"})
                   for fields in self._content.get("transactions", [])]  # fmt: skip
        for number, fields in enumerate(sorted(entries, key=lambda entry: entry["created_at"])):
            currency = self._currency(fields["account_id"])
            transaction_id = self._id("transactions", str(number))
            row: dict[str, Any] = {"id": transaction_id, "customer_id": self._customer, "currency": currency}
            if fields["status"] == "completed":
                row["completed_at"] = fields["created_at"]
            row["posting_id"] = await self._book_transaction(fields, currency)
            await transactions.add(self._connection, row | fields)
            by_counterparty[fields["counterparty"]] = transaction_id
        for fields in self._content.get("disputes", []):
            dispute = self._resolved(fields, {})
            dispute["transaction_id"] = by_counterparty[dispute.pop("transaction")]
            await self._insert("disputes", {"id": self._id("disputes", fields["case_no"]),
                                            "customer_id": self._customer, **dispute})  # fmt: skip

    async def _book_transaction(self, fields: dict[str, Any], currency: str) -> str | None:
        """Completed money is booked; what came back was booked twice; pending and declined money is not."""
        if fields["status"] not in ("completed", "reverted"):
            return None
        sign = 1 if fields["direction"] == "in" else -1
        money, fee = Money(sign * fields["amount_minor"], currency), Money(fields.get("fee_minor", 0), currency)
        counter, account = COUNTER_ACCOUNTS[fields["kind"]], str(fields["account_id"])
        # The ledger never forgets, so it holds no person's name or words.
        personal = fields["kind"] in PERSONAL
        reference = fields["kind"] if personal else fields.get("reference") or fields["counterparty"]
        posting = await self._book(counter, account, money, reference, fields["created_at"], fee)
        if fields["status"] == "reverted":
            return await self._book(counter, account, -money, f"{reference} returned", fields["reverted_at"])
        return posting

    async def _book(
        self, counter: str, account_id: str, money: Money, reference: str, at: datetime, fee: Money | None = None
    ) -> str:
        """Add `money` (less the fee) to the account against one of the bank's own accounts."""
        other = await ledger.system_account(self._connection, counter, money.currency)
        legs: list[ledger.Leg] = [(account_id, money - fee if fee else money), (other, -money)]
        if fee and fee.amount_minor:
            legs.append((await ledger.system_account(self._connection, "fee income", money.currency), fee))
        return await ledger.post(self._connection, counter, reference, legs, at)

    def _currency(self, account_id: UUID) -> str:
        for name, fields in self._content["accounts"].items():
            if self._id("accounts", name) == account_id:
                return str(fields["currency"])
        raise ValueError(f"no such account: {account_id}")

    def _resolved(self, fields: dict[str, Any], references: dict[str, str]) -> dict[str, Any]:
        """Names turned into ids, relative times into times and dates."""
        resolved: dict[str, Any] = {}
        for name, value in fields.items():
            if name in references:
                if str(value) not in self._content.get(references[name], {}):
                    raise ValueError(f"no {references[name]} entry is called {value}")
                resolved[f"{name}_id"] = self._id(references[name], str(value))
            elif isinstance(value, str) and _AGO.fullmatch(value):
                when = moment(value, self._now)
                resolved[name] = self._date(name, when)
            else:
                resolved[name] = value
        return resolved

    @staticmethod
    def _date(name: str, when: datetime) -> date | datetime:
        if name == "month":
            return when.date().replace(day=1)
        return when.date() if name in DATES else when

    def _id(self, section: str, name: str) -> UUID:
        return uuid5(self._customer, f"{section}:{name}")

    async def _insert(self, table: str, fields: dict[str, Any]) -> None:
        await insert(self._connection, table, fields)
