-- A document about one payment that left; the app draws it from the payment's own row.
ALTER TABLE bank.statements DROP CONSTRAINT statements_kind_check;
ALTER TABLE bank.statements ADD CONSTRAINT statements_kind_check
    CHECK (kind IN ('statement', 'balance_confirmation', 'payment_proof'));
ALTER TABLE bank.statements ADD COLUMN transaction_id uuid REFERENCES bank.transactions;
ALTER TABLE bank.statements ADD CHECK ((kind = 'payment_proof') = (transaction_id IS NOT NULL));
CREATE UNIQUE INDEX one_proof_a_payment ON bank.statements (transaction_id);
