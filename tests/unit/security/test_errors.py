"""The tree of refusals."""

from __future__ import annotations

import pytest

from custom_components.security import errors


def test_every_refusal_has_a_status_of_its_own_and_stands_in_the_drawing():
    kinds = errors.Refusal.__subclasses__()
    assert len({kind.status for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("seconds", [1, 60])
def test_retry_after_is_whole_seconds(seconds):
    refusal = errors.TooMany("rate_limited", "wait", retry_after=seconds)
    assert refusal.headers == {"Retry-After": str(seconds)}


def test_unauthenticated_names_the_scheme():
    assert "WWW-Authenticate" in errors.Unauthenticated("token_missing", "…").headers
