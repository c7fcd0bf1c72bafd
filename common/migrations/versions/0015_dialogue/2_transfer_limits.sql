-- A limit that a customer set for their own transfers; without a row the plan's limit applies.
CREATE TABLE bank.transfer_limits (
    customer_id uuid NOT NULL REFERENCES bank.customers,
    currency char(3) NOT NULL,
    period text NOT NULL CHECK (period IN ('payment', 'day', 'month')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    set_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, currency, period)
);
