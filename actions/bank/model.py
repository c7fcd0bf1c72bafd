"""The bank's values: money, accounts, cards, payees, transfers. Pure: no database, no clock, no wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from babel.numbers import format_currency, get_currency_precision

LOCALE = "en_GB"
MAX_MINOR = 10**15
"""Larger amounts are refused: far beyond any account here and safely inside bigint sums."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: integer minor units (pence, cents; whole yen) of an ISO 4217 currency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            raise TypeError("amount_minor must be an int")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError("currency must be an upper-case ISO 4217 code")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.amount_minor).scaleb(-get_currency_precision(self.currency))

    def format(self) -> str:
        """`£1,250.50`, `€40.00`, `-£3.00`."""
        return str(format_currency(self.decimal, self.currency, locale=LOCALE))

    def __str__(self) -> str:
        return self.format()

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount_minor

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount_minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount_minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount_minor >= self._same(other)


@dataclass(frozen=True, slots=True)
class Profile:
    id: str
    first_name: str
    last_name: str
    plan: str
    country: str
    preferred_language: str
    timezone: str
    base_currency: str
    email: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UrgentItem:
    """`kind`: frozen_card | declined_payment | request_due | card_late; `facts` name the item."""

    kind: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """`available` = `booked` - `pending_out`, the sum of what is pending and on its way out."""

    id: str
    name: str
    currency: str
    booked: Money
    available: Money
    pending_out: Money
    holder: str
    iban: str = field(repr=False)
    bic: str
    sort_code: str | None
    account_number: str | None = field(repr=False)
    status: Literal["active", "restricted", "closed"]
    payment_reference: str = ""

    @property
    def tail(self) -> str:
        """The last four characters of the IBAN: enough to tell accounts apart."""
        return self.iban[-4:]


Direction = Literal["in", "out"]
NameCheck = Literal["match", "close_match", "no_match", "unavailable"]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of the customer's feed; `amount` is positive, `direction` gives its sign.

    `received` is what reached the recipient where a bank in between kept a share.
    """

    id: str
    account_id: str
    kind: str
    status: str
    direction: Direction
    amount: Money
    fee: Money
    counterparty: str
    created_at: datetime
    payee_id: str | None = None
    received: Money | None = None
    completed_at: datetime | None = None
    reverted_at: datetime | None = None
    expected_by: datetime | None = None
    hold_expires_at: datetime | None = None
    cancellable_until: datetime | None = None
    local_amount: Money | None = None
    fx_rate: Decimal | None = None
    converted_by: str | None = None
    fee_code: str | None = None
    operator_surcharge: Money | None = None
    reason_code: str | None = None
    trading_name: str | None = None
    location: str | None = None
    country: str | None = None
    card_last4: str | None = None
    entry_mode: str | None = None
    method: str | None = None
    category: str | None = None
    reference: str | None = None
    auth_code: str | None = None
    refund_destination: str | None = None
    refund_expected_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """`items` newest first, at most the asked limit; `count` and the sums cover everything that matches.

    The sums leave out declined and reverted transactions: `spent` and `received` are positive,
    `total` is received minus spent; each maps a currency to Money.
    """

    items: tuple[Transaction, ...]
    count: int
    total: Mapping[str, Money]
    spent: Mapping[str, Money]
    received: Mapping[str, Money]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code in plain words. `neutral`: nothing more may be said about it (reviews).

    `side` is who refused or stopped the payment: us | other_bank | merchant | operator | customer | fault.
    """

    code: str
    explanation: str
    fix: str
    neutral: bool
    side: str = "us"


@dataclass(frozen=True, slots=True)
class Card:
    """`status`: inactive | active | frozen | blocked | expired | cancelled."""

    id: str
    account_id: str
    last4: str
    kind: Literal["physical", "virtual", "disposable"]
    scheme: str
    status: str
    expires_on: date
    frozen_at: datetime | None
    frozen_reason: str | None
    linked_to_app: bool
    pin_set: bool
    pin_tries_left: int
    pin_blocked_at: datetime | None
    contactless_on: bool
    contactless_spend_since_pin_minor: int
    online_on: bool
    atm_on: bool
    abroad_on: bool
    magstripe_on: bool
    last_used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CardOrder:
    """`kind`: first | extra | replacement | renewal; `status`: ordered | dispatched | delivered | cancelled."""

    id: str
    number: str
    kind: str
    status: str
    card_last4: str | None
    delivery: str
    ordered_at: datetime
    dispatched_at: datetime | None
    delivered_at: datetime | None
    eta_from: date
    eta_to: date
    carrier: str
    tracking_no: str | None
    address: str = field(repr=False)

    def late(self, today: date) -> bool:
        return self.status in ("ordered", "dispatched") and today > self.eta_to


@dataclass(frozen=True, slots=True)
class CardFrozen:
    card: Card
    already: bool
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class CardLimit:
    """`code`: card_spend | card_online | atm, each a day; `largest` is the most the plan lets the customer set."""

    code: str
    limit: Money
    used: Money
    largest: Money
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Contactless:
    """Taps since the last PIN, and the limits of one tap and of all of them; None where the plan names none."""

    used: Money
    payment: Money | None
    running: Money | None

    @property
    def needs_pin(self) -> bool:
        return self.running is not None and self.used >= self.running


@dataclass(frozen=True, slots=True)
class OperationQuote:
    """What an operation would do and cost now; `needs_code` says whether a second factor has to approve it."""

    kind: str
    facts: Mapping[str, Any]
    fee: Money | None
    needs_code: bool


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    key: str
    quote: OperationQuote
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PreparedUnfreeze:
    key: str
    card: Card
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Device:
    """A device that is signed in; `wallet_cards` name the wallets on it and their cards."""

    id: str
    name: str
    platform: Literal["ios", "android", "web"]
    trusted: bool
    last_seen: datetime
    wallet_cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PasscodeReset:
    """A reset that is on its way to `device`; `check` is what the app asks for before it takes a new passcode."""

    device: Device
    check: str
    expires_at: datetime
    locked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """`state`: not_started | in_review | rejected | verified."""

    state: str
    missing_step: str | None
    rejected_reason: str | None
    attempts_left: int
    submitted_at: datetime | None
    decided_at: datetime | None
    decision_by: datetime | None


@dataclass(frozen=True, slots=True)
class FundsRequest:
    """An open question where money comes from, with the documents that answer it."""

    reason: str
    documents: tuple[str, ...]
    effect: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """A document about one account; `month` is its first day, or the day of a balance confirmation."""

    kind: Literal["statement", "balance_confirmation"]
    account: str
    currency: str
    month: date
    format: str
    closing: Money
    already: bool


@dataclass(frozen=True, slots=True)
class Loan:
    """`rate_bp` is the yearly rate in basis points; `status`: active | arrears."""

    product: str
    outstanding: Money
    instalment: Money
    rate_bp: int
    next_due: date
    ends_on: date
    status: str


@dataclass(frozen=True, slots=True)
class Closing:
    """Leaving the bank: what has to be settled first, what ends with the accounts, and what would be paid out."""

    blockers: tuple[str, ...]
    ending: tuple[str, ...]
    balances: tuple[Money, ...]
    agreed_for: date | None


@dataclass(frozen=True, slots=True)
class Country:
    """What a country's residents and visitors can do with us; ages are None where nobody can open an account."""

    code: str
    name: str
    region: str
    residence: bool
    delivery: bool
    card_use: bool
    transfers: bool
    min_age: int | None
    youth_min_age: int | None


@dataclass(frozen=True, slots=True)
class Payee:
    id: str
    name: str
    iban: str = field(repr=False)
    country: str
    currency: str
    status: Literal["active", "unsaved", "blocked"]
    name_check: NameCheck
    block_reason: str | None

    @property
    def tail(self) -> str:
        return self.iban[-4:]


@dataclass(frozen=True, slots=True)
class TransferQuote:
    """What a transfer would cost now; `route`: internal | local | sepa | swift."""

    payee: Payee
    account: Account
    amount: Money
    fee: Money
    total: Money
    route: str
    arrival_date: date
    name_check: NameCheck


@dataclass(frozen=True, slots=True)
class PreparedTransfer:
    key: str
    quote: TransferQuote
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Challenge:
    expires_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class TransferReceipt:
    reference: str
    status: str
    amount: Money
    fee: Money
    total: Money
    payee: str
    payee_tail: str
    account: str
    new_balance: Money
    arrival_date: date
    executed_at: datetime


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """`state`: prepared | executed | cancelled | expired | locked; a receipt only where executed."""

    key: str
    state: str
    receipt: TransferReceipt | None


@dataclass(frozen=True, slots=True)
class Rate:
    """`mid` and `customer_rate` are units of the pair's second currency for one of its first; `margin` a fraction."""

    pair: str
    mid: Decimal
    customer_rate: Decimal
    margin: Decimal
    as_of: datetime

    def convert(self, amount: Money) -> Money:
        """The result a customer gets for `amount` (in the pair's first currency), rounded down to a minor unit."""
        base, quote = self.pair.split("/")
        if amount.currency != base:
            raise ValueError(f"{self.pair} does not convert {amount.currency}")
        return Money(int((amount.decimal * self.customer_rate).scaleb(get_currency_precision(quote))), quote)


@dataclass(frozen=True, slots=True)
class Ticket:
    number: str
    position: int
    expected_wait_minutes: int
    open_now: bool
    next_opening: datetime | None
    status: Literal["queued", "joined", "closed"]
    agent: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute, a claim or a search. `already`: it was open before; `refund_by` where a provisional refund is due."""

    number: str
    kind: str
    state: str
    opened_at: datetime
    decide_by: date
    refund_by: date | None
    transaction_id: str | None
    claimed: Money | None = None
    already: bool = False


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What became of a transfer: stopped (the money is free since `at`), or a recall with its case."""

    transaction: Transaction
    at: datetime
    recall: Case | None


@dataclass(frozen=True, slots=True)
class FeeCheck:
    """A fee beside its rule: `due` is what the plan's table asks for, None where the table has no such fee."""

    charged: Money
    rule: str | None
    due: Money | None

    @property
    def right(self) -> bool:
        return self.due is not None and self.charged <= self.due


@dataclass(frozen=True, slots=True)
class Allowance:
    """A free monthly amount: what is used, what is left and when it starts again."""

    free: Money
    used: Money
    left: Money
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit and its use; `resets_at` is None for a limit on a single payment."""

    code: str
    period: str
    limit: Money
    used: Money
    left: Money
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class FundingCard:
    """A card at another bank that tops up an account here."""

    id: str
    last4: str
    scheme: str
    card_kind: Literal["debit", "credit", "prepaid"]
    issuer_country: str
    verified: bool
    code_sent_at: datetime | None
    tries_left: int


@dataclass(frozen=True, slots=True)
class AutoTopUp:
    """A rule that tops up: below `threshold`, or on a `schedule`."""

    id: str
    account: str
    card_last4: str
    amount: Money
    threshold: Money | None
    schedule: str | None
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class Mandate:
    """Leave to collect direct debits. `status`: active | cancelled."""

    id: str
    collector: str
    reference: str
    status: str
    last_amount: Money | None
    next_run: date | None
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Money that leaves by itself. `kind`: standing_order | direct_debit | auto_top_up; `amount` as last known."""

    kind: str
    id: str
    counterparty: str
    amount: Money | None
    next_run: date | None
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """Completed and pending payments of a period, one currency, refunds netted; `largest` the three biggest."""

    total: Money
    count: int
    before: Money
    largest: tuple[Transaction, ...]
