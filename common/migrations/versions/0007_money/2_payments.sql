ALTER TABLE bank.mandates ADD COLUMN cancelled_at timestamptz;
-- What reached the recipient where a bank in between kept a share.
ALTER TABLE bank.transactions ADD COLUMN received_minor bigint CHECK (received_minor > 0);
-- Names the account on a deposit slip or a transfer from elsewhere.
ALTER TABLE bank.accounts ADD COLUMN payment_reference text
    GENERATED ALWAYS AS ('TLR-' || upper(left(id::text, 8))) STORED;
