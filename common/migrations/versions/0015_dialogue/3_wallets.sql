-- A card stands in one wallet of one device at most once.
CREATE UNIQUE INDEX one_card_a_wallet ON bank.wallet_tokens (card_id, device_id, wallet) WHERE status <> 'removed';
