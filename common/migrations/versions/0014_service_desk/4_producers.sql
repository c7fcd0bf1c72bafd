-- Card dispatches, refunds and declined payments are booked by whoever learns of them: a processor's feed, the worker,
-- a service. Here none of them can forget the notice, and it is in their transaction. What is older than an hour when
-- it is written is history and no news.
CREATE FUNCTION bank.leave_notice(customer uuid, kind text, about text, facts jsonb) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO bank.notices (customer_id, kind, about, facts, expires_at)
    VALUES (customer, kind, about, facts, now() + interval '14 days') ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION bank.notice_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bank.leave_notice(NEW.customer_id, 'card_dispatched', NEW.id::text, jsonb_build_object(
        'carrier', NEW.carrier,
        'eta_from', jsonb_build_object('day', NEW.eta_from),
        'eta_to', jsonb_build_object('day', NEW.eta_to)));
    RETURN NULL;
END $$;
CREATE TRIGGER notice_dispatch AFTER UPDATE OF status ON bank.card_orders FOR EACH ROW
    WHEN (NEW.status = 'dispatched' AND OLD.status = 'ordered') EXECUTE FUNCTION bank.notice_dispatch();

CREATE FUNCTION bank.notice_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text := CASE
        WHEN NEW.kind = 'refund' AND NEW.status = 'completed' THEN 'refund_booked'
        WHEN NEW.status = 'declined' THEN 'payment_declined'
        WHEN NEW.kind = 'transfer' AND NEW.status = 'reverted' THEN 'transfer_returned'
    END;
BEGIN
    PERFORM bank.leave_notice(NEW.customer_id, kind, NEW.id::text, jsonb_build_object(
        'amount', jsonb_build_object('minor', NEW.amount_minor, 'currency', NEW.currency),
        'counterparty', NEW.counterparty,
        'at', jsonb_build_object('at', coalesce(NEW.reverted_at, NEW.completed_at, NEW.created_at))));
    RETURN NULL;
END $$;
CREATE TRIGGER notice_new_transaction AFTER INSERT ON bank.transactions FOR EACH ROW
    WHEN (NEW.created_at > now() - interval '1 hour' AND (
        (NEW.kind = 'refund' AND NEW.status = 'completed')
        OR (NEW.kind IN ('card_payment', 'direct_debit') AND NEW.status = 'declined')))
    EXECUTE FUNCTION bank.notice_transaction();
CREATE TRIGGER notice_changed_transaction AFTER UPDATE OF status ON bank.transactions FOR EACH ROW
    WHEN (NEW.status <> OLD.status AND (
        (NEW.kind = 'refund' AND NEW.status = 'completed')
        OR (NEW.kind IN ('card_payment', 'direct_debit', 'transfer') AND NEW.status = 'declined')
        OR (NEW.kind = 'transfer' AND NEW.status = 'reverted'
            AND NEW.reason_code IS DISTINCT FROM 'customer_cancelled')))
    EXECUTE FUNCTION bank.notice_transaction();
