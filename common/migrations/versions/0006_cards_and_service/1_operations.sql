-- Any operation can be prepared and approved with a second factor. `details` are its values and `purpose` the words
-- that the message with the code repeats; both are bound into the code.
ALTER TABLE bank.payment_intents DROP CONSTRAINT payment_intents_kind_check;
ALTER TABLE bank.payment_intents ADD CHECK (kind ~ '^[a-z_]{3,40}$');
ALTER TABLE bank.payment_intents ADD COLUMN details jsonb;
ALTER TABLE bank.payment_intents ADD COLUMN purpose text;
ALTER TABLE bank.payment_intents ADD COLUMN outcome jsonb;
COMMENT ON COLUMN bank.payment_intents.outcome IS 'what an executed operation answered, for the same key again';
