-- What the bank has to tell without being asked, written in the transaction of the event it is about. A notice is for
-- a customer, wherever they talk next, or for one conversation. `facts` hold typed values, never a sentence.
CREATE TABLE bank.notices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id uuid REFERENCES bank.customers,
    session_id text,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    -- The same event is told once, however often it is noticed.
    about text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    claimed_by text,
    claimed_at timestamptz,
    delivered_at timestamptz,
    CHECK (num_nonnulls(customer_id, session_id) > 0),
    CHECK ((claimed_by IS NULL) = (claimed_at IS NULL))
);
CREATE UNIQUE INDEX notices_once ON bank.notices (customer_id, kind, about) WHERE about IS NOT NULL;
CREATE INDEX notices_of_customers ON bank.notices (customer_id) WHERE delivered_at IS NULL;
CREATE INDEX notices_of_sessions ON bank.notices (session_id) WHERE delivered_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON bank.notices TO teller_identity;
GRANT SELECT (id, preferred_language, timezone) ON bank.customers TO teller_identity;
