"""What the bank can refuse.

BankError
├── InvalidRequest
│   ├── InvalidAmount            facts: reason
│   ├── InvalidIban              facts: reason
│   └── CurrencyNotOffered       facts: currency
├── NotFound                     facts: what
├── PayeeUnknown                 facts: candidates
├── PayeeAmbiguous               facts: candidates
├── PayeeNotAllowed              facts: payee, reason_code, explanation, fix
├── AccountNotAvailable          facts: reason, currency | account
├── CardNotAvailable             facts: reason, last4
├── NotPossible                  facts: reason, and what that reason names
├── InsufficientFunds            facts: available, needed, account
├── LimitExceeded                facts: limit, period, used, left, resets_at
├── CaseNotPossible              facts: reason, days, until
├── KeyConflict                  facts: state
├── PreparedExpired
├── StepUpRequired
├── StepUpUnavailable
│   └── CodeNotSent              nothing else changed: the operation is still prepared
├── CodeError
│   ├── CodeWrong                facts: tries_left
│   ├── CodeExpired
│   ├── CodeVoid                 the operation changed after its code was sent
│   └── CodeLocked               facts: retry_at
└── TryAgain

`code` is stable and names the response that words the refusal; `facts` hold values (Money, dates, names),
never sentences.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee


class BankError(Exception):
    """A refusal of the bank: `code` names it, `facts` say what a reader needs to put it right."""

    code: ClassVar[str] = "bank_error"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts: dict[str, Any] = facts


class InvalidRequest(BankError):
    code = "invalid_request"


class InvalidAmount(InvalidRequest):
    """`reason`: not_positive | too_large | wrong_type."""

    code = "invalid_amount"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class InvalidIban(InvalidRequest):
    """`reason`: checksum | own_account | name_missing. The number itself is not repeated."""

    code = "invalid_iban"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class CurrencyNotOffered(InvalidRequest):
    code = "currency_not_offered"

    def __init__(self, currency: str) -> None:
        super().__init__(currency=currency)


class NotFound(BankError):
    """`what`: customer | account | card | payee | prepared_operation | challenge | reason_code | ticket."""

    code = "not_found"

    def __init__(self, what: str) -> None:
        super().__init__(what=what)


class PayeeUnknown(BankError):
    code = "payee_unknown"

    def __init__(self, candidates: tuple[Payee, ...]) -> None:
        super().__init__(candidates=candidates)


class PayeeAmbiguous(BankError):
    code = "payee_ambiguous"

    def __init__(self, candidates: tuple[Payee, ...]) -> None:
        super().__init__(candidates=candidates)


class PayeeNotAllowed(BankError):
    code = "payee_not_allowed"

    def __init__(self, payee: Payee, reason_code: str, explanation: str, fix: str) -> None:
        super().__init__(payee=payee, reason_code=reason_code, explanation=explanation, fix=fix)


class AccountNotAvailable(BankError):
    """`reason`: closed | restricted | no_account_in_currency | currency_mismatch."""

    code = "account_not_available"

    def __init__(self, reason: str, currency: str, held: tuple[str, ...] = ()) -> None:
        super().__init__(reason=reason, currency=currency, held=held)


class CardNotAvailable(BankError):
    """`reason`: no_active_card | cancelled | expired | inactive | blocked | frozen | not_frozen | blocked_by_bank |
    reported_stolen."""

    code = "card_not_available"

    def __init__(self, reason: str, last4: str | None = None) -> None:
        super().__init__(reason=reason, last4=last4)


class NotPossible(BankError):
    """An operation that the customer's state or plan does not allow.

    `reason`: identity_unverified | most_cards | most_today | order_under_way | plan_without | no_delivery |
    not_inactive | pin_not_blocked | nothing_to_link | already_so | above_largest | closure_blocked |
    closure_agreed | no_loan | more_than_owed | in_arrears | not_offered | application_open | same_currency |
    card_unverified | payee_exists | below_smallest | auto_top_up_exists | no_such_schedule | above_largest_transfer |
    above_wider_limit | transfer_limit_already_so | order_already_so | auto_top_up_already_so | in_wallet_already |
    not_for_wallets | wallet_not_offered.
    """

    code = "not_possible"

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason=reason, **facts)


class InsufficientFunds(BankError):
    code = "insufficient_funds"

    def __init__(self, available: Money, needed: Money, account: str) -> None:
        super().__init__(available=available, needed=needed, account=account)


class LimitExceeded(BankError):
    """`period`: payment | day | month; `resets_at` is None for `payment`."""

    code = "limit_exceeded"

    def __init__(self, limit: Money, period: str, used: Money, left: Money, resets_at: datetime | None) -> None:
        super().__init__(limit=limit, period=period, used=used, left=left, resets_at=resets_at)


class CaseNotPossible(BankError):
    """`reason`: pending (`until` when that ends, if known) | not_charged | too_late (`days`: the window) | amount."""

    code = "case_not_possible"

    def __init__(self, reason: str, *, days: int | None = None, until: datetime | None = None) -> None:
        super().__init__(reason=reason, days=days, until=until)


class KeyConflict(BankError):
    """The key exists with another content or in a state that forbids the step; `state` is that state."""

    code = "key_conflict"

    def __init__(self, state: str) -> None:
        super().__init__(state=state)


class PreparedExpired(BankError):
    code = "prepared_expired"


class StepUpRequired(BankError):
    code = "step_up_required"


class StepUpUnavailable(BankError):
    """The bank has no channel on which to send this customer a code."""

    code = "step_up_unavailable"


class CodeNotSent(StepUpUnavailable):
    """The code was not taken by the carrier; a code that was sent before still counts."""

    code = "code_not_sent"


class CodeError(BankError):
    code = "code_error"


class CodeWrong(CodeError):
    code = "code_wrong"

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left=tries_left)


class CodeExpired(CodeError):
    code = "code_expired"


class CodeVoid(CodeError):
    code = "code_void"


class CodeLocked(CodeError):
    """No tries left: the prepared operation is void. `retry_at` is None when a new operation may start at once."""

    code = "code_locked"

    def __init__(self, retry_at: datetime | None = None) -> None:
        super().__init__(retry_at=retry_at)


class TryAgain(BankError):
    """The database kept refusing to serialise; nothing was booked."""

    code = "try_again"
