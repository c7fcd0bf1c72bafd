"""Looks for planted secrets in everything that a house has stored, in every form a reader could recognise."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

import psycopg
from redis import Redis

from tests.e2e.conftest import Running

_HEX = re.compile(r"\\?\\x([0-9a-f]{8,})")
_RUN = re.compile(r"\d(?:[ \-./]?\d){5,}")
_SERVERS = ("postgres", "redis")
_MODELS = ("engines",)
"""Compiled from the model before anybody says a word."""
_LETTERS, _DIGITS = 9, 12
"""A secret of that many characters is looked for everywhere; a shorter one would be found by chance."""


class Stored(NamedTuple):
    """A piece of what was found at `where`: a table, `redis`, or a file."""

    where: str
    text: str


@dataclass(frozen=True)
class Secret:
    """A planted secret: its plain form, as it was written, and the words about it in its message."""

    entity: str
    value: str
    written: str = ""
    context: str = ""

    @property
    def is_long(self) -> bool:
        found = squeezed(self.value)
        return len(found) >= (_DIGITS if found.isdigit() else _LETTERS)


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", plain(text))


def forms(secret: Secret) -> set[str]:
    """How a secret may stand in a plain text."""
    if not secret.is_long:
        return {plain(secret.context), plain(json.dumps(secret.context)[1:-1])} if secret.context else set()
    written = {secret.value, secret.written} - {""}
    spelled = {form(text) for text in written for form in (str, _escaped, quote, quote_plus)}
    return {plain(text) for text in spelled}


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


class Haystack:
    """Texts by place, in the forms in which they are searched."""

    def __init__(self, pieces: Iterator[Stored]) -> None:
        texts: dict[str, list[str]] = {}
        for where, text in pieces:
            texts.setdefault(where, []).append(text)
        self.plain = {where: plain("\n".join(parts)) for where, parts in texts.items()}
        self.squeezed = {where: squeezed(text) for where, text in self.plain.items()}
        self.runs = {
            where: {re.sub(r"\D", "", run) for run in _RUN.findall(text)} for where, text in self.plain.items()
        }

    def places_of(self, secret: Secret) -> set[str]:
        """Where a secret stands."""
        wanted, pressed = forms(secret), squeezed(secret.value)
        found = {where for where, text in self.plain.items() if any(form in text for form in wanted)}
        if secret.is_long:
            found |= {where for where, text in self.squeezed.items() if pressed in text}
        elif pressed.isdigit() and len(pressed) > 7:
            found |= {where for where, runs in self.runs.items() if pressed in runs}
        return found


def everything(house: Running) -> Iterator[Stored]:
    """Every column of every table, every value in Redis, every file but the servers' own."""
    yield from tables(house.servers["DATABASE_URL"])
    yield from redis_values(house.servers["REDIS_URL"])
    for path in sorted(house.home.rglob("*")):
        if path.is_file() and path.relative_to(house.home).parts[0] not in (*_SERVERS, *_MODELS):
            yield Stored(f"file {path.relative_to(house.home)}", path.read_bytes().decode("utf-8", "replace"))


def tables(database_url: str) -> Iterator[Stored]:
    """Rows as PostgreSQL writes them, and what their bytes would say as text."""
    with psycopg.connect(database_url) as connection:
        names = connection.execute(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
        ).fetchall()
        for (name,) in names:
            for (row,) in connection.execute(f"SELECT t::text FROM {name} t"):
                yield Stored(name, row)
                for found in _HEX.findall(row):
                    yield Stored(name, bytes.fromhex(found[: len(found) // 2 * 2]).decode("utf-8", "replace"))


def redis_values(url: str) -> Iterator[Stored]:
    redis = Redis.from_url(url)
    readers = {
        b"string": lambda key: [redis.get(key)],
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"hash": lambda key: [part for pair in redis.hgetall(key).items() for part in pair],
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": lambda key: [part for _, entry in redis.xrange(key) for pair in entry.items() for part in pair],
    }
    for key in redis.scan_iter():
        yield Stored("redis", key.decode(errors="replace"))
        kind = redis.type(key)
        for value in readers[kind](key) if kind != b"none" else ():
            yield Stored("redis", (value or b"").decode(errors="replace"))


def said_in(database_url: str, conversation_id: str) -> list[str]:
    """The words of one conversation as they are stored: every text in its events but ids and times."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT payload FROM conversation.events WHERE conversation_id = %s", (conversation_id,)
        ).fetchall()
    return [text for (payload,) in rows for text in _texts(payload)]


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for name, item in value.items():
                if not name.endswith(("_id", "timestamp")):
                    yield from _texts(item)


def servers_files(home: Path, secrets: Iterable[Secret]) -> Iterator[tuple[Secret, Path]]:
    """Where PostgreSQL's and Redis's own files, the write-ahead log too, hold a secret as it was given."""
    wanted = [(secret, {text.encode() for text in (secret.value, secret.written) if text}) for secret in secrets]
    for folder in _SERVERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file():
                held = path.read_bytes()
                yield from ((secret, path) for secret, texts in wanted if any(text in held for text in texts))
