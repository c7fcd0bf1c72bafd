"""What a core bank can refuse beyond the refusals of the bank itself.

CoreError(BankError)
├── CoreUnavailable       facts: retry_after (seconds, None if not said). Nothing was changed
├── CoreRefused           facts: status, codes (the core's own reason codes). Nothing was changed
├── CoreAnswerInvalid     facts: where. An answer that cannot be relied on
├── AuthorisationNeeded   facts: purpose (accounts | payments). The customer has to agree at their bank (again)
└── OutcomeUnknown        facts: key, consent_id. The payment may have been made: ask again with the same consent
"""

from __future__ import annotations

from typing import Literal

from actions.bank.errors import BankError

Purpose = Literal["accounts", "payments"]


class CoreError(BankError):
    code = "core_error"


class CoreUnavailable(CoreError):
    code = "core_unavailable"

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__(retry_after=retry_after)


class CoreRefused(CoreError):
    code = "core_refused"

    def __init__(self, status: int, codes: tuple[str, ...]) -> None:
        super().__init__(status=status, codes=codes)


class CoreAnswerInvalid(CoreError):
    """`where` names what could not be read (a field, a header), never its content."""

    code = "core_answer_invalid"

    def __init__(self, where: str) -> None:
        super().__init__(where=where)


class AuthorisationNeeded(CoreError):
    code = "authorisation_needed"

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(purpose=purpose)


class OutcomeUnknown(CoreError):
    code = "outcome_unknown"

    def __init__(self, key: str, consent_id: str) -> None:
        super().__init__(key=key, consent_id=consent_id)
