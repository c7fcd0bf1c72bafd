"""The seeded demo bank in a database of the module's own."""

from tests.integration.rows.conftest import house, make_customer, seeded, sql  # noqa: F401
