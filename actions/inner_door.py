"""Who knocks at the action server's inner doors: the assistant server, with a signed assertion for one purpose."""

from __future__ import annotations

from sanic.exceptions import Forbidden
from sanic.request import Request

from actions.house import House, house
from actions.refusals import refuse
from common import assertion
from common.assertion import AssertionInvalid


async def asked(request: Request, purpose: str, door: str) -> tuple[House, str | None]:
    """The house and the customer of a call for `purpose`; raises Forbidden, and tells the audit, without an assertion.

    `door` is the audit's word for the door. Where nobody is logged in the customer is None.
    """
    opened = await house()
    scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
    try:
        if scheme != "Bearer":
            raise AssertionInvalid("token_missing")
        return opened, assertion.verify(opened.keyring, token, purpose).customer_id
    except AssertionInvalid as error:
        refuse(opened, error, door)
        raise Forbidden("no valid assertion") from None


async def asked_by_customer(request: Request, purpose: str, door: str) -> tuple[House, str]:
    """The same for what only a customer may ask."""
    opened, customer_id = await asked(request, purpose, door)
    if customer_id is None:
        refuse(opened, AssertionInvalid("customers_only"), door)
        raise Forbidden("customers only")
    return opened, customer_id
