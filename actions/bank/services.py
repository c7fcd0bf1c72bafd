"""The only way into the bank: one facade, one small service a feature.

Every method is async, takes the customer's id (from a verified assertion, never from the dialogue) first,
returns the frozen values of `model` and raises the refusals of `errors`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actions.bank.use_cases.accounts import Accounts
from actions.bank.use_cases.cards import Cards
from actions.bank.use_cases.cases import Cases
from actions.bank.use_cases.complaints import Complaints
from actions.bank.use_cases.costs import Costs
from actions.bank.use_cases.customers import Customers
from actions.bank.use_cases.denials import Denials
from actions.bank.use_cases.devices import Devices
from actions.bank.use_cases.exchange import Exchange
from actions.bank.use_cases.handoff import Handoff
from actions.bank.use_cases.identity import Identity
from actions.bank.use_cases.lending import Lending
from actions.bank.use_cases.linked import Linked
from actions.bank.use_cases.operations import Operations
from actions.bank.use_cases.payees import Payees
from actions.bank.use_cases.policies import Policies
from actions.bank.use_cases.regular import Regular
from actions.bank.use_cases.rights import Rights
from actions.bank.use_cases.statements import Statements
from actions.bank.use_cases.step_up import StepUp
from actions.bank.use_cases.support import Support
from actions.bank.use_cases.top_ups import TopUps
from actions.bank.use_cases.transfers import Transfers


@dataclass(frozen=True, slots=True)
class Bank:
    """Opened by `bootstrap.open_bank`; `close` gives back its connections.

    `linked` are accounts at another bank, where the deployment reaches one.
    """

    accounts: Accounts
    customers: Customers
    cards: Cards
    payees: Payees
    transfers: Transfers
    step_up: StepUp
    exchange: Exchange
    policies: Policies
    cases: Cases
    complaints: Complaints
    costs: Costs
    regular: Regular
    support: Support
    top_ups: TopUps
    handoff: Handoff
    operations: Operations
    devices: Devices
    identity: Identity
    statements: Statements
    lending: Lending
    rights: Rights
    denials: Denials
    close: Callable[[], Awaitable[None]]
    linked: Linked | None = None
