CREATE TABLE bank.detail_changes (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    detail text NOT NULL CHECK (detail IN ('name', 'address', 'phone', 'email')),
    state text NOT NULL CHECK (state IN ('saved', 'document_needed', 'refused')),
    value bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX ON bank.detail_changes (customer_id);
CREATE TABLE bank.account_closures (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL UNIQUE REFERENCES bank.customers,
    close_on date NOT NULL,
    payout_payee_id uuid REFERENCES bank.payees,
    reason text,
    created_at timestamptz NOT NULL
);
-- The figures of a document as they stood when it was made; the app draws the document from them.
ALTER TABLE bank.statements ADD COLUMN kind text NOT NULL DEFAULT 'statement'
    CHECK (kind IN ('statement', 'balance_confirmation'));
ALTER TABLE bank.statements ADD COLUMN opening_minor bigint;
ALTER TABLE bank.statements ADD COLUMN closing_minor bigint;
ALTER TABLE bank.statements DROP CONSTRAINT statements_account_id_month_key;
CREATE UNIQUE INDEX one_statement_a_month ON bank.statements (account_id, month) WHERE kind = 'statement';
CREATE TABLE bank.loan_payments (
    id uuid PRIMARY KEY,
    loan_id uuid NOT NULL REFERENCES bank.loans,
    account_id uuid NOT NULL REFERENCES bank.accounts,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    posting_id uuid NOT NULL REFERENCES bank.postings,
    paid_at timestamptz NOT NULL
);
CREATE SEQUENCE bank.application_numbers START 5102;
GRANT USAGE ON SEQUENCE bank.application_numbers TO teller_bank;
CREATE TABLE bank.credit_applications (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    number text NOT NULL UNIQUE DEFAULT 'CR-' || nextval('bank.application_numbers'),
    product text NOT NULL,
    income_minor bigint NOT NULL CHECK (income_minor >= 0),
    employment text NOT NULL,
    limit_minor bigint NOT NULL CHECK (limit_minor > 0),
    currency char(3) NOT NULL,
    consent_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('in_review', 'granted', 'refused', 'withdrawn')),
    created_at timestamptz NOT NULL,
    decide_by date NOT NULL
);
CREATE UNIQUE INDEX one_open_application ON bank.credit_applications (customer_id) WHERE state = 'in_review';
