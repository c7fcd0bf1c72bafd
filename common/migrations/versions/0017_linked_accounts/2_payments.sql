-- Payments from linked accounts, each stored before the other bank first hears of it: `id` is its key there for ever.
-- asked: summed up for the customer; proposed: the bank gave a consent, the customer goes there to authorise it;
-- authorised: they did, so it may have been paid; then what became of it.
CREATE TABLE bank.linked_payments (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    consent_id text,
    state text NOT NULL CHECK (
        state IN ('asked', 'proposed', 'authorised', 'pending', 'posted', 'rejected', 'refused', 'declined')),
    sealed bytea NOT NULL,
    payment_id text,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (customer_id, consent_id),
    FOREIGN KEY (customer_id, consent_id) REFERENCES bank.open_banking_consents ON DELETE CASCADE,
    CHECK ((consent_id IS NULL) = (state = 'asked')),
    CHECK (payment_id IS NOT NULL OR state NOT IN ('pending', 'posted', 'rejected'))
);
CREATE INDEX ON bank.linked_payments (changed_at) WHERE state IN ('authorised', 'pending');
COMMENT ON COLUMN bank.linked_payments.sealed IS 'the order: account, payee, number and amount, by the customer''s key';
