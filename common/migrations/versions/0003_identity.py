"""Users, tokens, machine keys, sessions and the first answers of the chat door."""

from alembic import op

revision = "0003_identity"
down_revision = "0002_bank"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE identity.users (
            user_id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            login         text NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 128),
            password_hash text NOT NULL,
            role          text NOT NULL CHECK (role IN ('customer', 'agent', 'designer', 'auditor', 'admin')),
            customer_id   uuid UNIQUE,
            disabled      boolean NOT NULL DEFAULT false,
            created_at    timestamptz NOT NULL DEFAULT now(),
            CHECK ((role = 'customer') = (customer_id IS NOT NULL))
        );

        CREATE TABLE identity.refresh_tokens (
            token_hash bytea PRIMARY KEY,
            family     uuid NOT NULL,
            user_id    uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
            expires_at timestamptz NOT NULL,
            used_at    timestamptz,
            revoked_at timestamptz
        );
        CREATE INDEX ON identity.refresh_tokens (family);
        CREATE INDEX ON identity.refresh_tokens (expires_at);

        CREATE TABLE identity.revoked_tokens (
            jti        uuid PRIMARY KEY,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX ON identity.revoked_tokens (expires_at);

        CREATE TABLE identity.machines (
            machine_id  text PRIMARY KEY,
            name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
            secret_hash bytea NOT NULL,
            created_at  timestamptz NOT NULL DEFAULT now(),
            revoked_at  timestamptz
        );

        CREATE TABLE identity.sessions (
            session_id   text PRIMARY KEY,
            owner        text NOT NULL,
            channel      text NOT NULL,
            created_at   timestamptz NOT NULL DEFAULT now(),
            last_seen_at timestamptz NOT NULL DEFAULT now(),
            erased_at    timestamptz
        );
        CREATE INDEX ON identity.sessions (owner, last_seen_at DESC);

        CREATE TABLE identity.answers (
            owner      text NOT NULL,
            message_id text NOT NULL,
            session_id text NOT NULL REFERENCES identity.sessions ON DELETE CASCADE,
            words_mac  bytea NOT NULL,
            attempt    uuid NOT NULL,
            lease_ends timestamptz NOT NULL,
            sealed     bytea,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (owner, message_id)
        );
        CREATE INDEX ON identity.answers (expires_at);
        CREATE INDEX ON identity.answers (session_id);

        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO teller_identity;
        """
    )
