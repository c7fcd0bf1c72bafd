-- What a prepared operation says and answered: a new address, a payee's name.
ALTER TABLE bank.payment_intents ADD COLUMN sealed bytea, ADD COLUMN sealed_outcome bytea;
CREATE TRIGGER refuse_words BEFORE INSERT OR UPDATE OF details, purpose, outcome ON bank.payment_intents FOR EACH ROW
    WHEN (num_nonnulls(NEW.details, NEW.purpose, NEW.outcome) > 0)
    EXECUTE FUNCTION bank.refuse_in_the_clear();
COMMENT ON COLUMN bank.payment_intents.details IS 'empty: sealed';
COMMENT ON COLUMN bank.payment_intents.purpose IS 'empty: sealed';
COMMENT ON COLUMN bank.payment_intents.outcome IS 'empty: sealed';
