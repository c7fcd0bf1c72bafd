"""One loaded scrubber for all tests of privacy."""

from __future__ import annotations

import pytest

from common.privacy.scrubber import Scrubber


@pytest.fixture(scope="session")
def scrubber() -> Scrubber:
    loaded = Scrubber()
    loaded.warm_up()
    return loaded
