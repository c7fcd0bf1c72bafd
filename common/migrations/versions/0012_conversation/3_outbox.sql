-- What an event broker is still to be told, written with the events. Numbers grow in the order of a conversation,
-- because the head's row is held while they are drawn.
CREATE TABLE conversation.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id text NOT NULL,
    payload jsonb NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX outbox_conversation ON conversation.outbox (conversation_id);
REVOKE UPDATE ON conversation.outbox FROM teller_conversation;
