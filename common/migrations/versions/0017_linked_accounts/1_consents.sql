-- A consent that the customer has ended: its secrets are destroyed, and the row stays until the other bank was told.
ALTER TABLE bank.open_banking_consents
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD COLUMN withdrawn_at timestamptz,
    ADD CHECK (withdrawn_at IS NULL OR NOT authorised);
COMMENT ON COLUMN bank.open_banking_consents.withdrawn_at IS
    'when the customer ended it; the row goes when the other bank knows';
CREATE INDEX ON bank.open_banking_consents (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
