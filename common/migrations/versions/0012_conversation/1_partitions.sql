-- Events by the month in which they were stored. `created_at` is what Rasa stamped and can lie; `stored_at` cannot.
ALTER TABLE conversation.events RENAME TO events_before;
ALTER INDEX conversation.events_pkey RENAME TO events_before_pkey;
ALTER TABLE conversation.events_before DROP CONSTRAINT events_conversation_id_check, DROP CONSTRAINT events_seq_check;
DROP INDEX conversation.events_session_starts;

CREATE TABLE conversation.events (
    conversation_id text NOT NULL CHECK (length(conversation_id) <= 128),
    seq bigint NOT NULL CHECK (seq > 0),
    type text NOT NULL,
    created_at double precision NOT NULL,
    payload jsonb NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, seq, stored_at)
) PARTITION BY RANGE (stored_at);
COMMENT ON COLUMN conversation.events.created_at IS 'seconds since 1970, as Rasa stamped the event';

CREATE FUNCTION conversation.make_partition(month date) RETURNS boolean LANGUAGE plpgsql
    SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    name text := 'events_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass(format('conversation.%I', name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Attached, not created in place: that would lock the whole table against readers and writers.
    EXECUTE format('CREATE TABLE conversation.%I (LIKE conversation.events INCLUDING ALL)', name);
    EXECUTE format(
        'ALTER TABLE conversation.events ATTACH PARTITION conversation.%I FOR VALUES FROM (%L) TO (%L)',
        name, month::timestamptz, (month + interval '1 month')::timestamptz
    );
    EXECUTE format('REVOKE ALL ON conversation.%I FROM teller_conversation', name);
    RETURN true;
END $$;

-- This month and those ahead; how many were missing.
CREATE FUNCTION conversation.make_partitions(ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    made int;
BEGIN
    IF ahead NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'between 0 and 24 months ahead' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('conversation.make_partitions'));
    SELECT count(*) FILTER (
        WHERE conversation.make_partition((date_trunc('month', now()) + make_interval(months => n))::date)
    ) INTO made FROM generate_series(0, ahead) AS n;
    RETURN made;
END $$;

-- Whole months that ended before `keep` ago go at once; how many went. Nobody can ask for less than 30 days.
CREATE FUNCTION conversation.drop_partitions(keep interval) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    name text;
    ended timestamptz;
    dropped int := 0;
BEGIN
    IF now() - keep > now() - interval '30 days' THEN
        RAISE EXCEPTION 'conversations are kept for 30 days at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR name, ended IN
        SELECT relname, substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'conversation.events'::regclass
    LOOP
        IF ended <= now() - keep THEN
            EXECUTE format('DROP TABLE conversation.%I', name);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    DELETE FROM conversation.heads WHERE touched_at <= now() - keep;
    RETURN dropped;
END $$;

REVOKE ALL ON FUNCTION conversation.make_partition, conversation.make_partitions, conversation.drop_partitions
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conversation.make_partitions, conversation.drop_partitions TO teller_conversation;
REVOKE UPDATE, TRUNCATE ON conversation.events FROM teller_conversation;

SELECT conversation.make_partition(month::date) FROM (
    SELECT generate_series(date_trunc('month', to_timestamp(min(created_at))), now(), '1 month') AS month
    FROM conversation.events_before
) months;
SELECT conversation.make_partitions(3);
