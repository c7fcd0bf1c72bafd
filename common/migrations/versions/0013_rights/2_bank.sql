-- Names of payees are sealed with their numbers. The old columns stay empty.
ALTER TABLE bank.payees ADD COLUMN sealed bytea;
ALTER TABLE bank.payees ALTER COLUMN name DROP NOT NULL, ALTER COLUMN iban DROP NOT NULL;
COMMENT ON COLUMN bank.payees.name IS 'empty: the name is sealed';
COMMENT ON COLUMN bank.payees.iban IS 'empty: the number is sealed';
