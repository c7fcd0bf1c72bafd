-- Nothing here is for the reader's role unless it is granted: the foundation's defaults go too far for this schema.
ALTER DEFAULT PRIVILEGES IN SCHEMA audit REVOKE ALL ON TABLES FROM teller_audit;
ALTER DEFAULT PRIVILEGES IN SCHEMA audit REVOKE ALL ON SEQUENCES FROM teller_audit;

-- Which log this is: part of every hash and every checkpoint.
CREATE TABLE audit.about (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    log_id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO audit.about DEFAULT VALUES;

CREATE TABLE audit.intake (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    source text NOT NULL DEFAULT current_user,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z_]{2,31}$'),
    actor text NOT NULL CHECK (actor ~ '^([a-z]{2,12}_[0-9a-f]{32}|system)$'),
    subject text CHECK (subject ~ '^[a-z]{2,12}_[0-9a-f]{32}$'),
    outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed', 'unknown')),
    channel text CHECK (channel ~ '^[a-z][a-z0-9_]{1,31}$'),
    country text CHECK (country ~ '^[A-Z]{2}$'),
    -- Words, pseudonyms and whole numbers only, whoever writes: no sentence fits in here, and nothing that the sealer
    -- could not spell.
    details jsonb NOT NULL CHECK (
        octet_length(details::text) <= 2048
        AND details::text ~ '^\{("[a-z_]{1,32}": ([0-9]{1,15}|"[A-Za-z0-9_-]{1,64}")(, )?)*\}$'
    )
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Partitioned by the time of sealing, which only grows: the oldest month is always the beginning of the chain.
CREATE TABLE audit.log (
    sequence bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    id bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    subject text,
    outcome text NOT NULL,
    channel text,
    country text,
    details jsonb NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (sequence, sealed_at)
) PARTITION BY RANGE (sealed_at);
CREATE INDEX log_actor ON audit.log (actor, sequence);
CREATE INDEX log_subject ON audit.log (subject, sequence) WHERE subject IS NOT NULL;
CREATE INDEX log_sealed_at ON audit.log USING brin (sealed_at) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE audit.alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    principal text NOT NULL,
    first_sequence bigint NOT NULL,
    last_sequence bigint NOT NULL CHECK (last_sequence >= first_sequence),
    happened_at timestamptz NOT NULL,
    facts jsonb NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alerts_raised ON audit.alerts (raised_at DESC);
CREATE INDEX alerts_principal ON audit.alerts (principal, kind, happened_at DESC);

-- How far the search for anomalies has come.
CREATE TABLE audit.watch (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    sequence bigint NOT NULL DEFAULT 0,
    sealed_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO audit.watch DEFAULT VALUES;
