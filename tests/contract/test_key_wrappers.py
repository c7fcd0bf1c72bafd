"""What every holder of key-encryption keys must do, asked of the key ring and of a transit engine alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from common.key_service import MovedWrapper, prove, wrapper_of
from common.key_wrapping import KeyringWrapper, KeyServiceError, KeyWrapper, WrappingError
from common.keys import Keyring, KeyringError
from common.transit import TransitWrapper
from common.transit_settings import TransitSettings
from tests.transit_server import KEY, TOKEN, Engine, transit_server

CONSTANT = b'{"data": {"ciphertext": "vault:v1:AAAA", "plaintext": "AAAA"}}'
OWNER, OTHER = b"data-key\0customer:1", b"data-key\0customer:2"


@dataclass
class Holder:
    """A wrapper, and how its key is renewed and how it is opened anew."""

    wrapper: KeyWrapper
    renew: Callable[[], None]
    foreign_id: str
    ring: dict[str, bytes] = field(default_factory=dict)


def settings(engine: Engine, **changed: object) -> TransitSettings:
    given = {"token": TOKEN, "token_file": None, "key": KEY, "mount": "transit", "address": engine.url} | changed
    return TransitSettings(**given, namespace=None, ca_file=None)  # type: ignore[arg-type]  # names are those above


@pytest.fixture
def engine() -> Iterator[Engine]:
    with transit_server() as running:
        yield running


@pytest.fixture(params=["keyring", "transit", "moved"])
def holder(request: pytest.FixtureRequest, engine: Engine) -> Holder:
    ring = {"a": os.urandom(32)}
    keyring = Keyring(ring)

    def renew() -> None:
        before = dict(ring)
        ring.clear()
        ring.update({"b": os.urandom(32), **before})

    if request.param == "keyring":
        return Holder(KeyringWrapper(keyring), renew, "never-heard-of", ring)
    transit = TransitWrapper(settings(engine))
    if request.param == "transit":
        return Holder(transit, engine.rotate, f"vault:transit/{KEY}:v9")
    return Holder(MovedWrapper(transit, KeyringWrapper(keyring)), engine.rotate, "never-heard-of")


async def test_what_was_wrapped_comes_back_for_its_owner(holder: Holder) -> None:
    key = os.urandom(32)
    key_id, wrapped = await holder.wrapper.wrap(key, OWNER)
    assert key_id == await holder.wrapper.active_id()
    assert key not in wrapped
    assert await holder.wrapper.unwrap(key_id, wrapped, OWNER) == key


async def test_the_same_key_is_never_wrapped_the_same(holder: Holder) -> None:
    key = os.urandom(32)
    assert await holder.wrapper.wrap(key, OWNER) != await holder.wrapper.wrap(key, OWNER)


async def test_a_wrapped_key_of_another_owner_does_not_open(holder: Holder) -> None:
    key_id, wrapped = await holder.wrapper.wrap(os.urandom(32), OWNER)
    with pytest.raises(WrappingError):
        await holder.wrapper.unwrap(key_id, wrapped, OTHER)


@pytest.mark.parametrize("position", [0, 7, 9, 30, -1])
async def test_a_wrapped_key_that_was_changed_does_not_open(holder: Holder, position: int) -> None:
    key_id, wrapped = await holder.wrapper.wrap(os.urandom(32), OWNER)
    changed = bytearray(wrapped)
    changed[position] ^= 4
    with pytest.raises(WrappingError):
        await holder.wrapper.unwrap(key_id, bytes(changed), OWNER)


async def test_after_a_renewal_old_keys_open_and_new_ones_bear_the_new_id(holder: Holder) -> None:
    old, new = os.urandom(32), os.urandom(32)
    old_id, old_wrapped = await holder.wrapper.wrap(old, OWNER)
    holder.renew()
    new_id, new_wrapped = await holder.wrapper.wrap(new, OWNER)
    assert new_id == await holder.wrapper.active_id() != old_id
    assert await holder.wrapper.unwrap(old_id, old_wrapped, OWNER) == old
    assert await holder.wrapper.unwrap(new_id, new_wrapped, OWNER) == new
    with pytest.raises(WrappingError):
        await holder.wrapper.unwrap(old_id, new_wrapped, OWNER)


async def test_an_id_that_nobody_made_opens_nothing(holder: Holder) -> None:
    _, wrapped = await holder.wrapper.wrap(os.urandom(32), OWNER)
    with pytest.raises((WrappingError, KeyringError)):
        await holder.wrapper.unwrap(holder.foreign_id, wrapped, OWNER)


async def test_keys_of_the_ring_still_open_when_an_engine_has_taken_over(engine: Engine) -> None:
    ring = {"a": os.urandom(32)}
    key = os.urandom(32)
    key_id, wrapped = await wrapper_of(Keyring(ring)).wrap(key, OWNER)
    moved = wrapper_of(Keyring(ring, transit=settings(engine)))
    assert await moved.unwrap(key_id, wrapped, OWNER) == key
    assert (await moved.wrap(key, OWNER))[0] == f"vault:transit/{KEY}:v1"


@pytest.mark.parametrize(
    ("harm", "changed", "told"),
    [
        ({}, {"token": "wrong"}, "the token may not use this key"),
        ({}, {"key": "another"}, "there is no such key"),
        ({"sealed": True}, {}, "it is sealed or starting"),
        ({"answer": (500, b"{}")}, {}, "status 500"),
        ({"answer": (200, b"<html>")}, {}, "answers nonsense"),
        (
            {"answer": (200, b'{"data": {"ciphertext": "vault:v1:AAAA", "plaintext": "AAAA"}}')},
            {},
            "does not give back",
        ),
        ({"answer": (200, b'{"data": {}}')}, {}, "answers nonsense"),
        ({"answer": (400, b"{}")}, {}, "status 400"),
        ({}, {"address": "http://127.0.0.1:9"}, "does not answer: ConnectError"),
        ({}, {"token": None, "token_file": Path("/nowhere/token")}, "VAULT_TOKEN_FILE"),
    ],
    ids=["token", "key", "sealed", "500", "html", "constant", "empty", "400", "away", "no-token"],
)
async def test_an_engine_that_cannot_be_used_stops_the_start_with_one_clear_line(
    engine: Engine, harm: dict[str, object], changed: dict[str, object], told: str
) -> None:
    for name, value in harm.items():
        setattr(engine, name, value)
    with pytest.raises(KeyServiceError, match=told) as raised:
        await prove(Keyring({"a": os.urandom(32)}, transit=settings(engine, **changed)))
    assert "\n" not in str(raised.value)
    assert TOKEN not in str(raised.value)


async def test_a_sound_engine_and_a_ring_are_proven(engine: Engine) -> None:
    ring = {"a": os.urandom(32)}
    await prove(Keyring(ring))
    assert not engine.asked
    await prove(Keyring(ring, transit=settings(engine)))
    assert engine.asked == [f"/v1/transit/encrypt/{KEY}", f"/v1/transit/decrypt/{KEY}"]


async def test_a_token_that_an_agent_renewed_is_used_at_once(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("outdated\n")
    wrapper = TransitWrapper(settings(engine, token=None, token_file=file))
    with pytest.raises(KeyServiceError):
        await wrapper.wrap(b"k" * 32, OWNER)
    file.write_text(f"{TOKEN}\n")
    assert (await wrapper.wrap(b"k" * 32, OWNER))[0].endswith(":v1")
