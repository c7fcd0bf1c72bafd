"""What may come in at the chat door: strict about everything the contract names, blind to all else."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from custom_components.security.errors import InvalidRequest, TooLarge, Unprocessable, WrongMediaType

MAX_BODY_BYTES = 65_536
MAX_MESSAGE_LENGTH = 2_000
SESSION_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}\Z")


@dataclass(frozen=True)
class ChatRequest:
    """One message; `session_id` is None when a new session is wanted."""

    message: str
    message_id: str
    session_id: str | None


def read_chat(content_type: str | None, body: bytes) -> ChatRequest:
    """The message in a request's body; a `sender` or metadata in it is never looked at.

    Raises WrongMediaType, TooLarge, InvalidRequest for what is not JSON, Unprocessable for bad fields.
    """
    data = read_json(content_type, body)
    message = read_message(data, "message")
    session_id, message_id = data.get("session_id"), data.get("message_id")
    if session_id is not None and not (isinstance(session_id, str) and SESSION_ID.match(session_id)):
        raise Unprocessable("session_id_invalid", "session_id must have 8 to 64 of A-Z a-z 0-9 _ -.")
    if message_id is not None and not (isinstance(message_id, str) and _MESSAGE_ID.match(message_id)):
        raise Unprocessable("message_id_invalid", "message_id must have 1 to 128 of A-Z a-z 0-9 _ . : -.")
    return ChatRequest(message, message_id or uuid.uuid4().hex, session_id)


def read_message(data: Mapping[str, Any], field: str) -> str:
    """The words in a field of a body; raises Unprocessable."""
    message = data.get(field)
    if not isinstance(message, str):
        raise Unprocessable("message_invalid", f"{field} must be a string.")
    message = message.strip()
    if not 1 <= len(message) <= MAX_MESSAGE_LENGTH:
        raise Unprocessable("message_invalid", f"{field} must have 1 to {MAX_MESSAGE_LENGTH} characters.")
    if "\0" in message or not _encodable(message):
        raise Unprocessable("message_invalid", f"{field} holds characters that are not text.")
    return message


def read_json(content_type: str | None, body: bytes) -> dict[str, Any]:
    """A JSON object; raises WrongMediaType, TooLarge, InvalidRequest or Unprocessable."""
    _require_type(content_type, "application/json")
    _require_size(body)
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidRequest("invalid_json", "The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise Unprocessable("object_expected", "The body must be a JSON object.")
    return data


def read_form(content_type: str | None, body: bytes) -> Mapping[str, str]:
    """A form-encoded body, each field once; raises WrongMediaType, TooLarge or InvalidRequest."""
    _require_type(content_type, "application/x-www-form-urlencoded")
    _require_size(body)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise InvalidRequest("invalid_request", "The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequest("invalid_request", "A form field is given twice.")
    return form


def _require_type(content_type: str | None, wanted: str) -> None:
    if (content_type or "").partition(";")[0].strip().lower() != wanted:
        raise WrongMediaType("unsupported_media_type", f"Send {wanted}.")


def _require_size(body: bytes) -> None:
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge("body_too_large", "The body is larger than 64 KiB.")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
