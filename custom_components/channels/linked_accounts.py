"""The doors for customers who go to another bank to link their accounts there, and come back.

`GET /open-banking/go/<state>`       sends the browser on to the other bank; a page of one sentence where it cannot
`GET /open-banking/back`             our page, to which the other bank sends the browser back
`POST /api/v2/me/linked-accounts`    what that page hands in, with the token of the customer who is logged in on it

The state in the link is worth nothing alone: what it brings back counts only for the customer who asked for it, and
only while they are logged in. So nobody can have another customer agree to a link that is their own.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

import httpx
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, html, redirect

from common.assertion import LINK_RETURN, LINK_WAY
from custom_components.channels import pages
from custom_components.channels.bank_door import knock
from custom_components.channels.chat_request import read_json
from custom_components.channels.doors import house_of, origin_of, reply
from custom_components.security.errors import Conflict, Forbidden, Missing, Refusal, Unavailable, Unprocessable

OVER = "This link was used already or has ended. Ask for a new one in the chat."
SILENT = "The other bank does not answer just now, so nothing was changed. Ask for a new link in a few minutes."
UNCONFIRMED = "The other bank did not confirm the permission, so nothing was changed. Ask for a new link in the chat."
_LONGEST = 4096
_PAGE = (
    '<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Linking accounts</title><p>{sentence}</p></html>"
)
_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"}


def attach(app: Sanic) -> None:
    """Add the pages, which lie outside /api/v2, to the server."""
    app.add_route(_go, "/open-banking/go/<state:str>", methods=["GET"], name="open_banking_go")
    app.add_route(_back, "/open-banking/back", methods=["GET"], name="open_banking_back")


async def hand_in(request: Request) -> HTTPResponse:
    """`{"state", "code"?}` of the browser that came back; without a code the customer did not agree."""
    house = house_of(request)
    principal = await house.gate.admit(request.headers.get("authorization"), request.headers.get("x-api-key"))
    if principal.customer_id is None:
        raise Forbidden("customers_only", "Only a customer can link accounts.")
    data = read_json(request.headers.get("content-type"), request.body)
    body = {"state": _field(data.get("state"), "state")}
    if data.get("code") is not None:
        body["code"] = _field(data["code"], "code")
    answer = await knock(request, "/linked/return", LINK_RETURN, principal.customer_id, body)
    if answer.status_code != httpx.codes.OK:
        raise _refusal(answer.status_code)
    return reply(answer.json())


async def _go(request: Request, state: str) -> HTTPResponse:
    house = house_of(request)
    try:
        await house.gate.stranger("link", origin_of(request).address)
        answer = await knock(request, "/linked/way", LINK_WAY, None, {"state": _field(state, "state")})
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer.status_code)
        url = answer.json()["url"]
    except Refusal as refusal:
        return html(_PAGE.format(sentence=escape(refusal.message)), refusal.status, _PAGE_HEADERS | refusal.headers)
    if urlsplit(url).scheme != "https":
        raise ValueError("a bank's page is reached by https")
    return redirect(url, headers={"Content-Security-Policy": _PAGE_HEADERS["Content-Security-Policy"]})


async def _back(_: Request) -> HTTPResponse:
    return pages.page()


def _refusal(status: int) -> Refusal:
    if status == httpx.codes.NOT_FOUND:
        return Missing("link_over", OVER)
    if status == httpx.codes.CONFLICT:
        return Conflict("link_unconfirmed", UNCONFIRMED)
    return Unavailable("link_unavailable", SILENT)


def _field(value: object, name: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST or not value.isascii() or "\0" in value:
        raise Unprocessable(f"{name}_invalid", f"{name} must be a text of at most {_LONGEST} ASCII characters.")
    return value
