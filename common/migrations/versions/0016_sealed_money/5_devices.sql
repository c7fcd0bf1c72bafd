-- People name their devices after themselves.
ALTER TABLE bank.devices ADD COLUMN sealed bytea;
ALTER TABLE bank.devices ALTER COLUMN name DROP NOT NULL;
COMMENT ON COLUMN bank.devices.name IS 'empty: the name is sealed';
UPDATE bank.devices SET name = NULL, sealed = '\x00'
    WHERE 'customer:' || customer_id IN (SELECT owner FROM keys.erased);
ALTER TABLE bank.devices ADD CHECK (num_nonnulls(name, sealed) > 0);
CREATE TRIGGER refuse_names BEFORE INSERT OR UPDATE OF name ON bank.devices FOR EACH ROW WHEN (NEW.name IS NOT NULL)
    EXECUTE FUNCTION bank.refuse_in_the_clear();
