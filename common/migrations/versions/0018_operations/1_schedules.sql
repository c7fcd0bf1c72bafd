-- The house's own daily work, one row a job. Written by whoever owns the database; read by metrics and the watch.
CREATE SCHEMA operations;

CREATE TABLE operations.schedules (
    job text PRIMARY KEY CHECK (job ~ '^[a-z_]{3,32}$'),
    since timestamptz NOT NULL DEFAULT now(),
    tried_at timestamptz,
    done_at timestamptz,
    -- The kind of error of the last try, never its text; null where it succeeded.
    failure text CHECK (failure ~ '^[A-Za-z]{1,64}$')
);
COMMENT ON COLUMN operations.schedules.since IS 'when the job was first planned: it cannot be late before';

GRANT USAGE ON SCHEMA operations TO teller_audit, teller_audit_sealer;
GRANT SELECT ON operations.schedules TO teller_audit, teller_audit_sealer;
