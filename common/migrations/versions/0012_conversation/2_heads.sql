-- One row a conversation: how far it has come, whose it is, and where a load begins.
-- `covered`: events up to this number need not be loaded, but for `opening` (what set the state before the turns that
-- are kept) and `turns`; null where no snapshot is taken yet. `since`: nothing that a load needs is older.
CREATE TABLE conversation.heads (
    conversation_id text PRIMARY KEY CHECK (length(conversation_id) <= 128),
    last_seq bigint NOT NULL CHECK (last_seq > 0),
    customer_id uuid,
    covered bigint NOT NULL DEFAULT 0 CHECK (covered >= 0),
    opening bigint[],
    turns bigint[],
    since timestamptz NOT NULL DEFAULT now(),
    touched_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((opening IS NULL) = (turns IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX heads_customer ON conversation.heads (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX heads_touched ON conversation.heads (touched_at);

INSERT INTO conversation.events (conversation_id, seq, type, created_at, payload, stored_at)
    SELECT conversation_id, seq, type, created_at, payload, least(to_timestamp(created_at), now())
    FROM conversation.events_before;
INSERT INTO conversation.heads (conversation_id, last_seq, covered, since, touched_at)
    SELECT conversation_id, max(seq), coalesce(max(seq) FILTER (WHERE type = 'session_started') - 1, 0),
        least(min(to_timestamp(created_at)), now()), least(max(to_timestamp(created_at)), now())
    FROM conversation.events_before GROUP BY conversation_id;
DROP TABLE conversation.events_before;

-- A unique index cannot span partitions. Every insert moves the head on instead: it holds the head's row until it
-- commits, and is refused as a duplicate unless it goes on exactly where the conversation ends.
CREATE FUNCTION conversation.advance_head() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
DECLARE
    batch record;
BEGIN
    FOR batch IN
        SELECT conversation_id AS id, min(seq) AS first, max(seq) AS last, count(*) AS number
        FROM fresh GROUP BY conversation_id
    LOOP
        IF batch.first = 1 THEN
            INSERT INTO conversation.heads (conversation_id, last_seq) VALUES (batch.id, batch.last)
                ON CONFLICT DO NOTHING;
        ELSE
            UPDATE conversation.heads SET last_seq = batch.last, touched_at = now()
                WHERE conversation_id = batch.id AND last_seq = batch.first - 1;
        END IF;
        IF NOT FOUND OR batch.number <> batch.last - batch.first + 1 THEN
            RAISE EXCEPTION 'a conversation goes on after its last event' USING ERRCODE = 'unique_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER advance_head AFTER INSERT ON conversation.events
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION conversation.advance_head();
CREATE TRIGGER events_append_only BEFORE UPDATE ON conversation.events
    FOR EACH ROW EXECUTE FUNCTION conversation.refuse_update();
