"""A core bank behind a port: payment orders by their key, and what customers agreed to at another bank.

`core_proposals` maps the key of an order to the ledger's prepared transfer. `open_banking_consents` has no
reference to bank.customers: the customers of another core need no row there. `sealed` holds nonce, verifier and
tokens; `state_hash` is the SHA-256 of the one-time state of an authorisation that is under way.
"""

from alembic import op

revision = "0005_open_banking"
down_revision = "0004_conversation"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE bank.core_proposals (
            customer_id  uuid NOT NULL REFERENCES bank.customers,
            key          uuid NOT NULL,
            order_digest bytea NOT NULL,
            consent_id   uuid NOT NULL,
            created_at   timestamptz NOT NULL,
            PRIMARY KEY (customer_id, key),
            UNIQUE (customer_id, consent_id),
            FOREIGN KEY (customer_id, consent_id) REFERENCES bank.payment_intents (customer_id, key)
        );

        CREATE TABLE bank.open_banking_consents (
            customer_id uuid NOT NULL,
            consent_id  text NOT NULL CHECK (length(consent_id) BETWEEN 1 AND 128),
            purpose     text NOT NULL CHECK (purpose IN ('accounts', 'payments')),
            state_hash  bytea UNIQUE,
            sealed      bytea NOT NULL,
            authorised  boolean NOT NULL DEFAULT false,
            expires_at  timestamptz NOT NULL,
            created_at  timestamptz NOT NULL,
            PRIMARY KEY (customer_id, consent_id)
        );
        CREATE INDEX ON bank.open_banking_consents (customer_id, purpose, created_at DESC) WHERE authorised;
        CREATE INDEX ON bank.open_banking_consents (expires_at);
        COMMENT ON COLUMN bank.open_banking_consents.expires_at IS
            'of the access token where authorised, else of the authorisation under way';
        """
    )
