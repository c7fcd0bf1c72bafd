CREATE TABLE bank.customers (
    id uuid PRIMARY KEY,
    plan text NOT NULL CHECK (plan IN ('standard', 'plus', 'premium')),
    country char(2) NOT NULL,
    preferred_language text NOT NULL DEFAULT 'en',
    timezone text NOT NULL,
    base_currency char(3) NOT NULL,
    personal bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE bank.identity_checks (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    state text NOT NULL CHECK (state IN ('not_started', 'in_review', 'rejected', 'verified')),
    missing_step text,
    rejected_reason text,
    attempts_left int NOT NULL CHECK (attempts_left >= 0),
    submitted_at timestamptz,
    decided_at timestamptz,
    decision_by timestamptz
);
CREATE TABLE bank.source_of_funds_requests (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    state text NOT NULL CHECK (state IN ('open', 'submitted', 'closed')),
    reason text NOT NULL,
    documents text[] NOT NULL,
    effect text NOT NULL,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL
);
CREATE TABLE bank.devices (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    name text NOT NULL,
    platform text NOT NULL CHECK (platform IN ('ios', 'android', 'web')),
    trusted boolean NOT NULL,
    last_seen timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE TABLE bank.app_sessions (
    id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES bank.devices,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE TABLE bank.passcode_locks (
    customer_id uuid PRIMARY KEY REFERENCES bank.customers,
    locked_at timestamptz,
    reset_sent_at timestamptz,
    reset_expires_at timestamptz
);
