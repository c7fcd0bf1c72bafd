-- Attached, not created in place: that would lock the log against readers and the sealer.
CREATE FUNCTION audit.make_partition(month date) RETURNS boolean LANGUAGE plpgsql
    SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    name text := 'log_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass(format('audit.%I', name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE audit.%I (LIKE audit.log INCLUDING ALL)', name);
    EXECUTE format(
        'ALTER TABLE audit.log ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
        name, month::timestamptz, (month + interval '1 month')::timestamptz
    );
    EXECUTE format(
        'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.refuse_change()', name
    );
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER no_truncate', name);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER no_change', name);
    RETURN true;
END $$;

-- This month and those ahead; how many were missing.
CREATE FUNCTION audit.make_partitions(ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    made int;
BEGIN
    IF ahead NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'between 0 and 24 months ahead' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT count(*) FILTER (WHERE audit.make_partition((date_trunc('month', now()) + make_interval(months => n))::date))
    INTO made FROM generate_series(0, ahead) AS n;
    RETURN made;
END $$;

-- The months that the law no longer asks for, oldest first; nulls where a month holds no record.
CREATE FUNCTION audit.expired()
    RETURNS TABLE (partition text, month text, records bigint, last_sequence bigint, last_hash bytea, last_sealed_at text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    ended timestamptz;
BEGIN
    FOR partition, ended IN
        SELECT relname, substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz AS upto
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'audit.log'::regclass ORDER BY upto
    LOOP
        EXIT WHEN ended > now() - interval '7 years';
        month := to_char(ended - interval '1 month', 'YYYY-MM');
        EXECUTE format('SELECT count(*) FROM audit.%I', partition) INTO records;
        last_sequence := NULL; last_hash := NULL; last_sealed_at := NULL;
        EXECUTE format(
            'SELECT sequence, hash, to_char(sealed_at, %L) FROM audit.%I ORDER BY sequence DESC LIMIT 1',
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', partition
        ) INTO last_sequence, last_hash, last_sealed_at;
        RETURN NEXT;
    END LOOP;
END $$;

-- The only way a record ends: whole months older than seven years, up to a sequence that a signed checkpoint covers.
-- Each month leaves a record of its own. How many months went.
CREATE FUNCTION audit.drop_expired(signed bigint) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET timezone = 'UTC' AS $$
DECLARE
    old record;
    dropped int := 0;
BEGIN
    FOR old IN SELECT * FROM audit.expired() LOOP
        EXIT WHEN old.last_sequence > signed;
        EXECUTE format('ALTER TABLE audit.log DETACH PARTITION audit.%I', old.partition);
        EXECUTE format('DROP TABLE audit.%I', old.partition);
        INSERT INTO audit.intake (kind, actor, outcome, details) VALUES (
            'retention', 'system', 'done',
            jsonb_strip_nulls(jsonb_build_object(
                'month', old.month, 'records', old.records,
                'last_sequence', old.last_sequence, 'last_hash', encode(old.last_hash, 'hex')
            ))
        );
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM audit.alerts WHERE raised_at <= now() - interval '7 years';
    RETURN dropped;
END $$;

SELECT audit.make_partitions(3);
