"""Every job of the worker, in the order in which a tick does them."""

from __future__ import annotations

from actions.bank.jobs.auto_top_ups import AutoTopUps
from actions.bank.jobs.bills import BillReminders
from actions.bank.jobs.clearing import Clearing
from actions.bank.jobs.closures import Closures
from actions.bank.jobs.expiry import LapsedHolds, LapsedOperations
from actions.bank.jobs.job import Job
from actions.bank.jobs.linked_payments import OpenPayments
from actions.bank.jobs.orders import Orders
from actions.bank.jobs.withdrawals import Withdrawals
from actions.bank.services import Bank


def jobs_of(bank: Bank) -> list[Job]:
    """The jobs on the open bank's connections, with its sealer and its clock."""
    shared = (bank.transfers.pool, bank.transfers.sealer, bank.transfers.clock)
    return [
        Clearing(*shared),
        Orders(*shared, bank.transfers),
        AutoTopUps(*shared),
        LapsedOperations(*shared),
        LapsedHolds(*shared),
        Closures(*shared, bank.transfers),
        BillReminders(*shared),
        *_elsewhere(bank),
    ]


def _elsewhere(bank: Bank) -> list[Job]:
    """What is to be told and asked at another bank."""
    if bank.linked is None:
        return []
    shared = (bank.transfers.pool, bank.transfers.sealer, bank.transfers.clock)
    return [Withdrawals(*shared, bank.linked), OpenPayments(*shared, bank.linked.payments)]
