"""Every operation that can be prepared and approved, by its kind."""

from __future__ import annotations

from actions.bank.use_cases.card_operations import (
    ActivateCard,
    ChangePin,
    LinkCard,
    SetCardLimit,
    SwitchChannel,
    UnblockPin,
    UnfreezeCard,
    ViewCardDetails,
    ViewPin,
)
from actions.bank.use_cases.card_orders import (
    CreateDisposableCard,
    CreateVirtualCard,
    OrderCard,
    OrderSpareCard,
    ReplaceCard,
)
from actions.bank.use_cases.credit_operations import ApplyForCredit, RepayLoan
from actions.bank.use_cases.customer_operations import CloseAccounts, EditDetail
from actions.bank.use_cases.money_operations import BookExchange, TopUpByCard
from actions.bank.use_cases.operations import Operation
from actions.bank.use_cases.regular_change_operations import ChangeAutoTopUp, ChangeStandingOrder
from actions.bank.use_cases.regular_operations import AddPayee, CreateAutoTopUp, CreateStandingOrder
from actions.bank.use_cases.transfer_limit_operations import SetTransferLimit
from actions.bank.use_cases.wallet_operations import AddToWallet

_ALL: tuple[Operation, ...] = (
    ActivateCard(),
    AddPayee(),
    AddToWallet(),
    ApplyForCredit(),
    BookExchange(),
    ChangeAutoTopUp(),
    ChangePin(),
    ChangeStandingOrder(),
    CloseAccounts(),
    CreateAutoTopUp(),
    CreateDisposableCard(),
    CreateStandingOrder(),
    CreateVirtualCard(),
    EditDetail(),
    LinkCard(),
    OrderCard(),
    OrderSpareCard(),
    RepayLoan(),
    ReplaceCard(),
    SetCardLimit(),
    SetTransferLimit(),
    SwitchChannel(),
    TopUpByCard(),
    UnblockPin(),
    UnfreezeCard(),
    ViewCardDetails(),
    ViewPin(),
)
KINDS: dict[str, Operation] = {operation.kind: operation for operation in _ALL}
