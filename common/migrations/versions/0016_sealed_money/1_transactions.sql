-- Who paid or was paid, and what a person wrote beside it, is sealed under the customer's key; `words` are keyed
-- fingerprints of the name's words, by which a line is found. Merchants stay readable. What stands in the clear from
-- before is sealed by `python -m actions.bank.resealing`.
ALTER TABLE bank.transactions ADD COLUMN sealed bytea, ADD COLUMN words bytea[];
ALTER TABLE bank.transactions ALTER COLUMN counterparty DROP NOT NULL;
ALTER TABLE bank.transactions ADD CHECK (num_nonnulls(counterparty, sealed) > 0);
UPDATE bank.transactions SET counterparty = 'erased', reference = NULL
    WHERE kind IN ('transfer', 'top_up', 'cheque') AND 'customer:' || customer_id IN (SELECT owner FROM keys.erased);
COMMENT ON COLUMN bank.transactions.counterparty IS 'a merchant; empty where it is a person, who is sealed';

CREATE FUNCTION bank.refuse_in_the_clear() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '%.% may hold this only sealed', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER refuse_names BEFORE INSERT OR UPDATE OF kind, counterparty, reference ON bank.transactions FOR EACH ROW
    WHEN (NEW.kind IN ('transfer', 'top_up', 'cheque')
        AND (NEW.counterparty <> 'erased' OR NEW.reference IS NOT NULL))
    EXECUTE FUNCTION bank.refuse_in_the_clear();
