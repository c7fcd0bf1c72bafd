"""Conversations: their scrubbed events, the vault of values that running forms need, and its wrapped keys."""

from alembic import op

revision = "0004_conversation"
down_revision = "0003_identity"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE conversation.events (
            conversation_id text NOT NULL CHECK (length(conversation_id) <= 128),
            seq bigint NOT NULL CHECK (seq > 0),
            type text NOT NULL,
            created_at double precision NOT NULL,
            payload jsonb NOT NULL,
            PRIMARY KEY (conversation_id, seq)
        );
        CREATE INDEX events_session_starts ON conversation.events (conversation_id, seq)
            WHERE type = 'session_started';
        COMMENT ON COLUMN conversation.events.created_at IS 'seconds since 1970, as Rasa stamped the event';

        CREATE TABLE conversation.data_keys (
            conversation_id text PRIMARY KEY,
            kek_id text NOT NULL,
            wrapped bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );

        CREATE TABLE conversation.vault (
            id uuid PRIMARY KEY,
            conversation_id text NOT NULL REFERENCES conversation.data_keys ON DELETE CASCADE,
            field text NOT NULL,
            sealed bytea NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX vault_conversations ON conversation.vault (conversation_id);
        CREATE INDEX vault_expiry ON conversation.vault (expires_at);

        CREATE FUNCTION conversation.refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'events are append-only';
        END $$;
        CREATE TRIGGER events_append_only BEFORE UPDATE ON conversation.events
            FOR EACH ROW EXECUTE FUNCTION conversation.refuse_update();
        """
    )
