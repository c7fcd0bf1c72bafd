-- Days until the final response, by what the complaint is about; working days are Monday to Friday.
CREATE TABLE bank.complaint_times (
    area text PRIMARY KEY,
    days int NOT NULL CHECK (days > 0),
    working_days boolean NOT NULL
);
CREATE SEQUENCE bank.complaint_numbers START 3107;
GRANT USAGE ON SEQUENCE bank.complaint_numbers TO teller_bank;
CREATE TABLE bank.complaints (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE DEFAULT 'C-' || nextval('bank.complaint_numbers'),
    customer_id uuid REFERENCES bank.customers,
    session_id text NOT NULL,
    area text NOT NULL REFERENCES bank.complaint_times,
    words bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'answered', 'withdrawn')),
    opened_at timestamptz NOT NULL,
    final_by date NOT NULL
);
CREATE UNIQUE INDEX one_open_complaint ON bank.complaints (session_id, area) WHERE state = 'open';
CREATE INDEX ON bank.complaints (customer_id, opened_at);
